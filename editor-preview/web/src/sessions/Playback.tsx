import { Pause, Play, SkipBack, SkipForward, StepBack, StepForward } from "lucide-react";

import { zoneOf } from "../editor/document";
import { useDocument } from "../editor/store";
import { useDates } from "../i18n/dates";
import { useTexts } from "../i18n/texts";
import type { Entry } from "../trace/replay";
import type { Player } from "./player";

const SPEEDS = [0.5, 1, 2, 4];

/** Below the graph: play, step, and go anywhere in the trace. */
export function Playback({ player, entries }: { player: Player; entries: readonly Entry[] }) {
  const text = useTexts();
  const zone = zoneOf(useDocument());
  const { clock } = useDates(zone);
  const { index, last, isPlaying, speed, show, toggle, setSpeed } = player;
  const here = entries[index];
  const said = here ? text("replay.position", { line: index + 1, lines: last + 1, time: clock(here.at) }) : text("replay.nothing");
  const buttons = [
    { id: "first", icon: SkipBack, run: () => show(0), isOff: index <= 0 },
    { id: "back", icon: StepBack, run: () => show(index - 1), isOff: index <= 0, keys: "F9" },
    { id: isPlaying ? "pause" : "play", icon: isPlaying ? Pause : Play, run: toggle, isOff: last < 1 },
    { id: "step", icon: StepForward, run: () => show(index + 1), isOff: index >= last, keys: "F10" },
    { id: "last", icon: SkipForward, run: () => show(last), isOff: index >= last },
  ];
  return (
    <div className="playback" role="toolbar" aria-label={text("replay.playback")}>
      <div className="playback-buttons">
        {buttons.map(({ id, icon: Icon, run, isOff, keys }) => (
          <button
            key={id}
            type="button"
            className="button quiet icon"
            onClick={run}
            disabled={isOff}
            aria-label={text(`replay.${id}`)}
            aria-keyshortcuts={keys}
            title={keys ? `${text(`replay.${id}`)} (${keys})` : text(`replay.${id}`)}
          >
            <Icon size={18} aria-hidden />
          </button>
        ))}
      </div>
      <input
        className="playback-slider"
        type="range"
        min={0}
        max={Math.max(0, last)}
        value={Math.max(0, index)}
        disabled={last < 1}
        onChange={(event) => show(Number(event.target.value))}
        aria-label={text("replay.slider")}
        aria-valuetext={said}
      />
      <span className="playback-position muted" title={text("preview.zone", { zone })}>{said}</span>
      <select className="input playback-speed" value={speed} onChange={(event) => setSpeed(Number(event.target.value))} aria-label={text("replay.speed")}>
        {SPEEDS.map((factor) => (
          <option key={factor} value={factor}>
            {factor}×
          </option>
        ))}
      </select>
    </div>
  );
}
