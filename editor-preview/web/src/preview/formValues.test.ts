// @vitest-environment jsdom
import { expect, test } from "vitest";

import { formValues } from "./formValues";

test("a drawn form says what its fields hold, those that are empty, too", () => {
  const form = new DOMParser().parseFromString(
    `<form><input name="name" value="Ana"><textarea name="note"></textarea>
    <select name="size"><option value="">–</option><option value="m" selected>M</option></select>
    <input type="radio" name="day" value="mon"><input type="radio" name="day" value="tue" checked>
    <input type="radio" name="hour" value="9">
    <input type="checkbox" name="extras" value="milk" checked><input type="checkbox" name="extras" value="sugar" checked>
    <input type="checkbox" name="none" value="x">
    <input type="checkbox" name="terms" value="true" checked><input type="checkbox" name="news" value="true">
    <button name="go">Go</button></form>`,
    "text/html",
  ).forms[0]!;
  expect(formValues(form)).toEqual({ name: "Ana", note: "", size: "m", day: "tue", hour: "", extras: ["milk", "sugar"], none: [], terms: "true", news: "" });
});
