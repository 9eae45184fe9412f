/** The parts of the editor that F6 goes through, and what has the focus first in each of them. */
const PANELS: readonly { panel: string; first: string }[] = [
  { panel: ".top-bar", first: "button:not(:disabled)" },
  { panel: ".outline", first: '[role="treeitem"][tabindex="0"], input' },
  { panel: ".canvas", first: '.react-flow__node.selected, .react-flow__node, [tabindex="0"]' },
  { panel: ".side-panel", first: '[role="tab"][aria-selected="true"]' },
  { panel: "#problems", first: "summary" },
];

/** Moves the focus to the next part, or the one before; one that is not shown is passed over. */
export function goToPanel(by: 1 | -1): void {
  const shown = PANELS.flatMap(({ panel, first }) => {
    const element = document.querySelector<HTMLElement>(panel);
    return element?.checkVisibility() ? [{ element, first }] : [];
  });
  const here = shown.findIndex(({ element }) => element.contains(document.activeElement));
  const next = shown.at((here === -1 && by === -1 ? by : here + by) % shown.length);
  next?.element.querySelector<HTMLElement>(next.first)?.focus();
}
