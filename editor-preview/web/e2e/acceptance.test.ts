import { expect, test } from "vitest";

import { kept } from "./promises/shop";
import "./promises/bots";
import "./promises/canvas";
import "./promises/problems";
import "./promises/chat";
import "./promises/moments";
import "./promises/live";

/**
 * What was promised of the studio, one test a promise, from the outside: by roles and names. Details of each are told in the other files. The
 * budgets of promise 25 are measured in `thousand.test.ts`.
 */
const PROMISES = 25;
/** Promises of a part that is not there yet: the inbox, where a conversation is taken over and given back, and where templates stand in for a closed window. */
const LATER = [23, 24];

test("every promise is kept here, but those of a part that is not there yet", () => {
  const all = Array.from({ length: PROMISES }, (_, index) => index + 1);
  expect([...kept].toSorted((one, other) => one - other)).toEqual(all.filter((number) => !LATER.includes(number)));
});
