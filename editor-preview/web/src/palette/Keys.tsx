import { Fragment } from "react";

import { shownKeys } from "../editor/keys";

/** Keys that are pressed together, as they stand on the keyboard. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="keys">
      {shownKeys(keys).map((key, index) => (
        <Fragment key={key}>
          {index > 0 && "+"}
          <kbd>{key}</kbd>
        </Fragment>
      ))}
    </span>
  );
}
