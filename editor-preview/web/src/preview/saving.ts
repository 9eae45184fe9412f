import type { PreviewAnswer } from "../api/previews";

/** The rehearsed conversation as a dialog test: the lines that were played, with the bot's answers between them. */
export function asTest(name: string, at: string, { turns }: PreviewAnswer): string {
  const dialog = { name, at, steps: turns.flatMap(({ test }) => test) };
  return `${JSON.stringify({ dialogs: [dialog] }, null, 2)}\n`;
}

/** Gives a file to the person at the browser. */
export function download(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  URL.revokeObjectURL(url);
}
