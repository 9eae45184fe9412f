import type { Diagnostic } from "../../api/bots";
import { inOrder } from "../problems/order";
import { pathOfPlace, placeOfPath } from "../problems/place";
import type { Mark } from "./codeView";
import type { Span } from "./readJson";
import type { Scope } from "./written";

/** Where diagnostics stand in a text. One whose place is not in it stands at the nearest part around it. */
export function marksOf(diagnostics: readonly Diagnostic[], scope: Scope, places: ReadonlyMap<string, Span>): Mark[] {
  return inOrder(diagnostics).flatMap(({ step, path, severity, message, help }) => {
    if (scope !== "bot" && step !== scope.step) {
      return [];
    }
    let keys = pathOfPlace(path).slice(scope === "bot" ? 0 : 2);
    let span = places.get(placeOfPath(keys));
    while (!span && keys.length > 0) {
      keys = keys.slice(0, -1);
      span = places.get(placeOfPath(keys));
    }
    // The text as a whole is too much to mark: its first character stands for it.
    const { from, to } = span && keys.length > 0 ? span : { from: 0, to: 1 };
    return [{ from, to, severity, message, help }];
  });
}
