import { useMemo } from "react";

import { useLanguage } from "./texts";

/** Moments in words of the language in use, and the times of this browser's place. */
export interface Dates {
  /** Day and minute: of what stands in a list. */
  moment: (at: number | string) => string;
  /** To the second: of what happened one after the other. */
  clock: (at: number | string) => string;
}

export function useDates(): Dates {
  const [language] = useLanguage();
  return useMemo(() => {
    const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
    return { moment: (at) => moment.format(new Date(at)), clock: (at) => clock.format(new Date(at)) };
  }, [language]);
}
