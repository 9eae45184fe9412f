/** Moments as the clocks of a time zone show them. */

/** A moment as an input for dates writes it, by the clocks of a zone. */
export function localTime(moment: string, zone: string): string {
  // Swedes write dates as ISO 8601 does.
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(new Date(moment));
  return shown.replace(" ", "T");
}

/** The moment at which the clocks of a zone show a time; of an hour that they skip, one beside it. */
export function momentOf(local: string, zone: string): string {
  const wanted = Date.parse(`${local}Z`);
  const shift = (at: number) => Date.parse(`${localTime(new Date(at).toISOString(), zone)}Z`) - at;
  // The zone's distance from UTC is that of the moment itself, which the first try only nears.
  const near = wanted - shift(wanted);
  return new Date(wanted - shift(near)).toISOString();
}
