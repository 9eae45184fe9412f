import type { UseQueryResult } from "@tanstack/react-query";

import type { OpenSessions, PublishAnswer, StayingSessions } from "../../api/bots";
import { useTexts } from "../../i18n/texts";
import { Loaded } from "../../ui/Loaded";
import { stepName, stepsOf } from "../document";
import { useEditor } from "../store";

/** The choices, the gentlest first. */
const CHOICES: readonly OpenSessions[] = ["stay", "move", "restart"];

/** Asks what conversations under way do, and tells how many can. */
export function OpenSessionsChoice({ query, chosen, onChoose }: { query: UseQueryResult<PublishAnswer>; chosen: OpenSessions; onChoose: (choice: OpenSessions) => void }) {
  const text = useTexts();
  return (
    <Loaded query={query}>
      {({ sessions: { open, move, stay, counted_all } }) =>
        open === 0 ? (
          <p className="muted">{text("publish.none_open")}</p>
        ) : (
          <fieldset className="choices">
            <legend>{text(counted_all ? "publish.open" : "publish.open_at_least", { count: open })}</legend>
            {CHOICES.map((choice) => (
              <label key={choice} className="choice">
                <input type="radio" name="sessions" value={choice} checked={chosen === choice} onChange={() => onChoose(choice)} />
                <span>
                  {text(`publish.${choice}`)}
                  {choice === "move" && <span className="muted publish-more">{text("publish.can_move", { count: move, open })}</span>}
                  {choice === "move" && stay.length > 0 && <Staying stay={stay} />}
                </span>
              </label>
            ))}
          </fieldset>
        )
      }
    </Loaded>
  );
}

/** Where those stand that can't move. */
function Staying({ stay }: { stay: readonly StayingSessions[] }) {
  const text = useTexts();
  const live = useEditor((state) => state.live);
  const steps = live ? stepsOf(live.document) : new Map();
  return (
    <ul className="publish-more">
      {stay.map(({ version, number, step, count }) => (
        <li key={`${version} ${step}`}>{text("publish.stays", { count, step: stepName(step, steps.get(step)), version: number ?? version })}</li>
      ))}
    </ul>
  );
}
