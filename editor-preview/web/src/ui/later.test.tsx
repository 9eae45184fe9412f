// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Component, type ReactNode } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { English } from "../i18n/testing";
import { later } from "./later";

beforeEach(() => {
  // React tells the console of every error that a boundary catches.
  vi.spyOn(console, "error").mockImplementation(() => {});
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("a part comes with what it is given", async () => {
  const Part = later(async () => ({ name }: { name: string }) => <p>Hello, {name}</p>, { waiting: <i>soon</i> });
  render(<Part name="Ana" />, { wrapper: English });
  expect(screen.getByText("soon")).toBeTruthy();
  expect(await screen.findByText("Hello, Ana")).toBeTruthy();
});

test("a part that does not come says so in its frame, and stays while there is no server to load the page from", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  const Part = later<object>(() => Promise.reject(new TypeError("no network")), { Frame: ({ children }) => <main>{children}</main> });
  render(<Part />, { wrapper: English });
  expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
  expect(screen.getByRole("main").contains(screen.getByRole("button", { name: "Reload the page" }))).toBe(true);
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("The server did not answer.")).toBeTruthy();
});

test("an error of a part that did come is told to whoever is around it", async () => {
  class Around extends Component<{ children: ReactNode }, { said: string | null }> {
    override state = { said: null };

    static getDerivedStateFromError(error: Error): { said: string } {
      return { said: error.message };
    }

    override render(): ReactNode {
      return this.state.said ?? this.props.children;
    }
  }
  const Part = later(async () => (): ReactNode => {
    throw new Error("a mistake");
  });
  render(
    <English>
      <Around>
        <Part />
      </Around>
    </English>,
  );
  expect(await screen.findByText("a mistake")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});
