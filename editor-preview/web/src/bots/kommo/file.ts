/** The keys of a step of Kommo's that hold what it does. */
const PARTS = ["question", "answer", "finish"];

/** How often a text may hold a text that holds the program. */
const MOST_LAYERS = 4;

/** Whether a file is one of Kommo's: an exported bot, numbered steps, or a list of steps, which may be a text that holds them. */
export function isKommoFile(source: string): boolean {
  let value = parsed(source);
  for (let layer = 0; layer < MOST_LAYERS && typeof value === "string"; layer += 1) {
    value = parsed(value);
  }
  return isProgram(value);
}

/** The text of a file: UTF-8, or UTF-16 with its mark, as Windows' editors save it. */
export async function textOf(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  const wide = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : undefined;
  return new TextDecoder(wide).decode(bytes);
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}

function isProgram(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(isStep);
  }
  if (typeof value !== "object" || value === null || "steps" in value) {
    return false;
  }
  return "model" in value || isStep(value) || Object.keys(value).some((key) => /^\d+$/.test(key));
}

function isStep(value: unknown): boolean {
  return typeof value === "object" && value !== null && PARTS.some((part) => part in value);
}
