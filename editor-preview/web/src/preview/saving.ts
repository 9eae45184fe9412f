import type { PreviewAnswer } from "../api/previews";

/** The rehearsed conversation as a dialog test: the lines that were played, with the bot's answers between them. */
export function asTest(name: string, at: string, { turns }: PreviewAnswer): string {
  const dialog = { name, at, steps: turns.flatMap(({ test }) => test) };
  return `${JSON.stringify({ dialogs: [dialog] }, null, 2)}\n`;
}
