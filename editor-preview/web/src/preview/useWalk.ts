import { useMemo } from "react";

import { type Walk, walkOf } from "./moments";
import { usePreview } from "./store";

const NONE: Walk = { current: null, taken: new Set(), visited: new Set(), failed: new Set() };

/** How far the rehearsed bot has come, at the moment that is looked at. */
export function useWalk(): Walk {
  const answer = usePreview((state) => state.answer);
  const moment = usePreview((state) => state.moment);
  return useMemo(() => (answer ? walkOf(answer, moment) : NONE), [answer, moment]);
}
