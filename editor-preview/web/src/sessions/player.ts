import { useCallback, useEffect, useState } from "react";

import type { SessionDetail } from "../api/sessions";
import { usePreviewStore } from "../preview/store";
import { answerOf, type Entry } from "../trace/replay";

/** How long each line of the trace is shown, at the usual speed. */
const LINE_MS = 800;

/** What plays a session: where it stands, and the ways to another line of its trace. */
export interface Player {
  /** The line that is shown; none: the session did nothing. */
  index: number;
  last: number;
  isPlaying: boolean;
  speed: number;
  /** Shows a line, and stops there. */
  show: (index: number) => void;
  /** Plays on; from the end, all of it again. */
  toggle: () => void;
  setSpeed: (speed: number) => void;
}

/** Plays a session; F9 and F10 go a line back and on, as in the preview. At first all of it is seen: who opens one wants to know how it ended. */
export function usePlayer(session: SessionDetail, entries: readonly Entry[]): Player {
  const replay = usePreviewStore();
  const last = entries.length - 1;
  // Behind the end is the end, also when more happens.
  const [wanted, want] = useState(Number.POSITIVE_INFINITY);
  const [isPlaying, play] = useState(false);
  const [speed, setSpeed] = useState(1);
  const index = Math.min(wanted, last);

  useEffect(() => {
    replay.setState({ answer: answerOf(session), moment: entries[index]?.moment ?? null });
  }, [replay, session, entries, index]);

  useEffect(() => {
    if (!isPlaying) {
      return undefined;
    }
    if (index >= last) {
      play(false);
      return undefined;
    }
    const timer = setTimeout(() => want(index + 1), LINE_MS / speed);
    return () => clearTimeout(timer);
  }, [isPlaying, index, last, speed]);

  const show = useCallback(
    (to: number) => {
      play(false);
      want(Math.max(0, Math.min(to, last)));
    },
    [last],
  );
  const toggle = () => {
    if (!isPlaying && index >= last) {
      want(0);
    }
    play(!isPlaying);
  };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const step = { F9: -1, F10: 1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        show(index + step);
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [index, show]);
  return { index, last, isPlaying, speed, show, toggle, setSpeed };
}
