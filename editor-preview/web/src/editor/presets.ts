/** What can be added: every kind of step and, for what a message is most often wanted as, presets of it. */
import { BookUser, Images, Link, type LucideIcon, MapPin, Reply } from "lucide-react";
import { useMemo } from "react";

import { useWords, type Words } from "../i18n/allLanguages";
import { type Texts, useTexts } from "../i18n/texts";
import type { Choice } from "../ui/Picker";
import { type Group, KINDS } from "./kinds";

/** One entry of the menu; its name is the text `kind.<id>`, its line `add.<id>`, other words for it `synonyms.<id>`. */
export interface Preset {
  id: string;
  /** The kind of step that it gives. */
  kind: string;
  group: Group;
  icon: LucideIcon;
}

/** Shapes of a message that have an entry of their own. */
const MESSAGES: readonly Preset[] = [
  { id: "buttons", kind: "message", group: "send", icon: Reply },
  { id: "media", kind: "message", group: "send", icon: Images },
  { id: "url", kind: "message", group: "send", icon: Link },
  { id: "location", kind: "message", group: "send", icon: MapPin },
  { id: "contacts", kind: "message", group: "send", icon: BookUser },
];

/** Nobody adds what only an import gives. */
const NEVER: ReadonlySet<string> = new Set(["unsupported"]);

/** All entries, in the order of the palette. */
export const PRESETS: readonly Preset[] = Object.entries(KINDS)
  .filter(([kind]) => !NEVER.has(kind))
  .flatMap(([kind, { group, icon }]) => [{ id: kind, kind, group, icon }, ...MESSAGES.filter((preset) => preset.kind === kind)]);

/** The entries to choose from by typing; they are found by their name and its synonyms in any language of the studio. */
export function presetChoices(text: Texts, words: Words): readonly Choice[] {
  return PRESETS.map(({ id, group, icon }) => ({
    id,
    name: text(`kind.${id}`),
    more: text(`add.${id}`),
    group: text(`group.${group}`),
    icon,
    color: group,
    keywords: [...words(`kind.${id}`), ...words(`synonyms.${id}`)],
  }));
}

/** The same, for a component. */
export function usePresetChoices(): readonly Choice[] {
  const text = useTexts();
  const words = useWords();
  return useMemo(() => presetChoices(text, words), [text, words]);
}
