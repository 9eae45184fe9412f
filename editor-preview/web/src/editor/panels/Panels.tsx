import { type CSSProperties, type ReactNode, useState } from "react";

import { Splitter } from "./Splitter";
import { keepSizes, keptSizes, type Panel } from "./sizes";
import "./panels.css";

/** The editor's panels around its canvas, each as large as somebody made it. */
export function Panels({ isOutlineShown, children, onKeyDown }: { isOutlineShown: boolean; children: ReactNode; onKeyDown: React.KeyboardEventHandler }) {
  const [sizes, setSizes] = useState(keptSizes);
  const resize = (panel: Panel) => (size: number) => {
    const changed = { ...sizes, [panel]: size };
    setSizes(changed);
    keepSizes(changed);
  };
  const lengths = { "--outline-size": `${sizes.outline}px`, "--side-size": `${sizes.side}px`, "--problems-size": `${sizes.problems}px` } as CSSProperties;
  return (
    <main className={isOutlineShown ? "editor" : "editor is-outline-hidden"} style={lengths} onKeyDown={onKeyDown}>
      {children}
      {isOutlineShown && <Splitter panel="outline" size={sizes.outline} onSize={resize("outline")} />}
      <Splitter panel="side" size={sizes.side} onSize={resize("side")} />
      <Splitter panel="problems" size={sizes.problems} onSize={resize("problems")} />
    </main>
  );
}
