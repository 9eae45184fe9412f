import { useMutation } from "@tanstack/react-query";
import { Copy, Download, EllipsisVertical, History, PencilLine, Trash2 } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";

import { type BotSummary, discardDraft, showBot } from "../api/bots";
import type { JsonObject } from "../editor/json";
import { useTexts } from "../i18n/texts";
import { DeletingDialog } from "../ui/DeletingDialog";
import { useReason } from "../ui/Loaded";
import { MenuButton, MenuItem } from "../ui/Menu";
import type { NewDocument } from "./creating";
import { nameOf } from "./listing";

/** What can be done with a bot of the list. */
export function BotMenu({ bot, onCreate }: { bot: BotSummary; onCreate: (bot: NewDocument) => void }) {
  const text = useTexts();
  const reason = useReason();
  const [, go] = useLocation();
  const [isDiscarding, setDiscarding] = useState(false);
  const path = `/bots/${encodeURIComponent(bot.id)}`;
  const reading = useMutation({
    mutationFn: async (use: (document: JsonObject) => void | Promise<void>) => {
      const { draft, document } = await showBot(bot.id);
      const newest = draft?.document ?? document;
      if (newest) {
        await use(newest);
      }
    },
  });
  const duplicate = (document: JsonObject) => onCreate({ name: bot.id, document: { ...document, name: text("bots.copy_of", { name: nameOf(bot) }) } });
  const items = [
    { id: "open", icon: PencilLine, run: () => go(path) },
    { id: "versions", icon: History, run: () => go(`${path}/versions`) },
    { id: "duplicate", icon: Copy, run: () => reading.mutate(duplicate) },
    { id: "export", icon: Download, run: () => reading.mutate(async (document) => (await import("../editor/source/exportBot")).exportBot(bot.id, document)) },
    ...(bot.has_draft ? [{ id: "discard", icon: Trash2, run: () => setDiscarding(true) }] : []),
  ];
  return (
    <>
      <MenuButton
        align="end"
        trigger={
          <button type="button" className="button quiet icon" aria-label={text("bots.actions", { name: nameOf(bot) })} title={text("bots.actions", { name: nameOf(bot) })}>
            <EllipsisVertical size={18} aria-hidden />
          </button>
        }
      >
        {items.map(({ id, icon: Icon, run }) => (
          <MenuItem key={id} onSelect={run}>
            <Icon size={16} aria-hidden />
            {text(`bots.${id}`)}
          </MenuItem>
        ))}
      </MenuButton>
      {reading.error && (
        <p className="error-text" role="alert">
          {reason(reading.error)}
        </p>
      )}
      {isDiscarding && <DiscardDialog bot={bot} onClose={() => setDiscarding(false)} />}
    </>
  );
}

/** Asks before a draft is gone for good. */
function DiscardDialog({ bot, onClose }: { bot: BotSummary; onClose: () => void }) {
  const text = useTexts();
  return (
    <DeletingDialog title={text("discard.title", { name: nameOf(bot) })} command={text("bots.discard")} run={() => discardDraft(bot.id)} stale={["bots"]} onClose={onClose}>
      {text(bot.version ? "discard.live_stays" : "discard.all_gone")}
    </DeletingDialog>
  );
}
