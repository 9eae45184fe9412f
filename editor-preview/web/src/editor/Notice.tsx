import { useEffect, useState } from "react";

import { useTexts } from "../i18n/texts";
import { useEditor } from "./store";

/** How long something that is said in passing is shown. */
const SHOWN_MS = 6_000;

/** What the editor says in passing, such as how much was pasted. It takes no focus, and goes by itself. */
export function Notice() {
  const text = useTexts();
  const notice = useEditor((state) => state.notice);
  const [gone, setGone] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setGone(notice?.count ?? 0), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice]);
  const isShown = notice !== null && notice.count > gone;
  return (
    <p role="status" className={isShown ? "notice" : "hidden"}>
      {isShown ? text(notice.id, notice.values) : ""}
    </p>
  );
}
