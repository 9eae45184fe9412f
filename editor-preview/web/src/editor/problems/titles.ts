/** Codes of the checker that have a short title in the studio's languages, the text `problem.<code>`; what the checker itself says is English. */
const TITLED: ReadonlySet<string> = new Set([
  "arguments", "bounds", "call_depth", "card", "comparison", "condition", "country", "cron", "customer_words", "dead_end", "duplicate_key", "duplicate_option", "duration",
  "emoji", "expression", "format", "host", "hours", "http_parts", "id", "json", "knowledge", "language", "location", "loop_without_wait", "media", "message_parts",
  "missing_key", "no_effect", "no_steps", "no_value", "option_count", "option_title", "out_of_range", "out_of_scope", "overlap", "path", "pattern", "product", "template",
  "time", "timezone", "too_long", "tool", "translated_title", "translation", "trigger", "unknown_key", "unknown_link", "unknown_name", "unknown_property", "unknown_variable",
  "unknown_word", "unreachable", "unreadable", "variable", "window", "wrong_type",
]);

/** Whether a code has a title; one that is newer than the studio has none. */
export function hasTitle(code: string): boolean {
  return TITLED.has(code);
}

export const TITLED_CODES: readonly string[] = [...TITLED];
