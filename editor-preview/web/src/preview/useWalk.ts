import { useMemo, useRef } from "react";

import { isSameWalk, type Walk, walkOf } from "./moments";
import { usePreview } from "./store";

const NONE: Walk = { current: null, taken: new Set(), visited: new Set(), failed: new Set() };

/** How far the rehearsed bot has come, at the moment that is looked at. */
export function useWalk(): Walk {
  const answer = usePreview((state) => state.answer);
  const moment = usePreview((state) => state.moment);
  const before = useRef(NONE);
  return useMemo(() => {
    const walk = answer ? walkOf(answer, moment) : NONE;
    // What came no further stays the same walk: nothing is drawn anew for it.
    before.current = isSameWalk(before.current, walk) ? before.current : walk;
    return before.current;
  }, [answer, moment]);
}
