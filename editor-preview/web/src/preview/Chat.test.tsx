// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, expect, test } from "vitest";

import type { Line, PreviewAnswer } from "../api/previews";
import { createEditor } from "../editor/store";
import { English } from "../i18n/testing";
import { Chat } from "./Chat";
import { createPreview, PreviewContext } from "./store";

/** A menu as the server draws it. */
const MENU = `<section class="sb-chat"><div class="sb-log" role="log"><article>
<div class="sb-bubble">&lt;img onerror=x&gt;</div>
<details class="sb-menu"><summary class="sb-action"><span>See plans</span></summary>
<div class="sb-sheet" role="group" aria-label="See plans"><ul class="sb-options">
<li><button class="sb-option" name="reply" value="r1"><span class="sb-option-title">Basic</span><span class="sb-option-more">9 a month</span></button></li>
</ul></div></details>
<div class="sb-actions"><button class="sb-action" name="reply" value="b1"><span>Talk to us</span></button></div>
</article></div></section>`;

beforeAll(() => {
  // The test's document knows no modal windows.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
  Element.prototype.scrollIntoView = () => {};
});
afterEach(cleanup);

function drawn() {
  const said: Line[] = [];
  const { store } = createPreview(createEditor("sample", {}), async ({ steps }) => {
    said.splice(0, said.length, ...steps);
    return { diagnostics: [], turns: [], chat: null, session: null } as unknown as PreviewAnswer;
  });
  render(
    <English>
      <PreviewContext value={store}>
        <Chat html={MENU} />
      </PreviewContext>
    </English>,
  );
  return said;
}

test("a drawn button is the customer's tap", () => {
  const said = drawn();
  fireEvent.click(screen.getByRole("button", { name: "Talk to us" }));
  expect(said).toEqual([{ customer: { reply: "b1" } }]);
});

test("a list opens as a sheet, of which one row is chosen and sent", () => {
  const said = drawn();
  fireEvent.click(screen.getByRole("button", { name: "See plans" }));
  const sheet = screen.getByRole("dialog", { name: "See plans" });
  const send = within(sheet).getByRole<HTMLButtonElement>("button", { name: "Send" });
  expect(send.disabled).toBe(true);
  fireEvent.click(within(sheet).getByRole("radio", { name: /Basic/ }));
  expect(said).toEqual([]);
  fireEvent.click(send);
  expect(said).toEqual([{ customer: { reply: "r1" } }]);
  expect(screen.queryByRole("dialog")).toBeNull();
  // The drawing keeps its rows.
  expect(document.querySelector(".sb-menu .sb-option-title")?.textContent).toBe("Basic");
});

test("texts of a message are texts", () => {
  drawn();
  expect(screen.getByText("<img onerror=x>")).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
});
