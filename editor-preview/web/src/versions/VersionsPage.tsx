import { useQuery } from "@tanstack/react-query";
import { useLocation, useSearchParams } from "wouter";

import { type BotDetail, showBot } from "../api/bots";
import { ApiError } from "../api/client";
import { listVersions, type Version } from "../api/versions";
import { nameOf } from "../bots/listing";
import { useTexts } from "../i18n/texts";
import { Loaded } from "../ui/Loaded";
import { Page } from "../ui/Page";
import { Comparison, DRAFT, type Side } from "./Comparison";
import "./versions.css";
import { VersionTable } from "./VersionTable";

/** What of a bot was published when, what differs, and the way back. */
export function VersionsPage({ id }: { id: string }) {
  const text = useTexts();
  const [, go] = useLocation();
  const path = `/bots/${encodeURIComponent(id)}`;
  const bot = useQuery({ queryKey: ["bots", id], queryFn: () => showBot(id) });
  const versions = useQuery({ queryKey: ["versions", id], queryFn: () => versionsOf(id) });
  const name = bot.data ? nameOf(bot.data) : id;
  return (
    <Page title={text("versions.title", { name })} back={{ href: path, name: text("versions.back") }}>
      <Loaded query={bot}>
        {(shown) => (
          <Loaded query={versions}>
            {(published) =>
              published.length > 0 ? (
                <Published bot={shown} versions={published} />
              ) : (
                <section className="empty">
                  <h2>{text("versions.empty")}</h2>
                  <p className="muted">{text("versions.empty_more")}</p>
                  <button type="button" className="button primary" onClick={() => go(`${path}?publish`)}>
                    {text("editor.publish")}
                  </button>
                </section>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

/** A bot that was never published has no versions, which is nothing wrong. */
async function versionsOf(id: string): Promise<Version[]> {
  try {
    return await listVersions(id);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return [];
    }
    throw error;
  }
}

function Published({ bot, versions }: { bot: BotDetail; versions: readonly Version[] }) {
  const [wanted, want] = useSearchParams();
  const [newest, earlier] = versions;
  const draft = bot.draft?.document;
  const usual: { from: Side; to: Side } = draft || !earlier ? { from: newest?.number ?? DRAFT, to: draft ? DRAFT : (newest?.number ?? DRAFT) } : { from: earlier.number, to: newest?.number ?? DRAFT };
  const side = (name: "from" | "to"): Side => {
    const asked = wanted.get(name);
    return asked === DRAFT ? DRAFT : (versions.find(({ number }) => String(number) === asked)?.number ?? usual[name]);
  };
  const compare = (from: Side, to: Side) => want({ from: String(from), to: String(to) }, { replace: true });
  return (
    <>
      <VersionTable bot={bot} versions={versions} onCompare={(number) => compare(number, DRAFT)} />
      <Comparison bot={bot} versions={versions} from={side("from")} to={side("to")} onCompare={compare} />
    </>
  );
}
