import { useMemo } from "react";

import { useLanguage } from "./texts";

/** Moments in words of the language in use. */
export interface Dates {
  /** Day and minute: of what stands in a list. */
  moment: (at: number | string) => string;
  /** To the second: of what happened one after the other. */
  clock: (at: number | string) => string;
}

/** The times are those of a zone; without one, of this browser's place. */
export function useDates(zone?: string): Dates {
  const [language] = useLanguage();
  return useMemo(() => {
    const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
    const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", timeZone: zone });
    return { moment: (at) => moment.format(new Date(at)), clock: (at) => clock.format(new Date(at)) };
  }, [language, zone]);
}
