import { Component, type ComponentType, Fragment, lazy, type ReactNode, Suspense, useState } from "react";

import { useTexts } from "../i18n/texts";

/** How a part stands on its page while its code is not there. */
interface Meanwhile {
  /** Until it comes. */
  waiting?: ReactNode;
  /** Around what says that it does not come. */
  Frame?: ComponentType<{ children: ReactNode }>;
}

/** A component whose code comes when it is first shown. Where it does not come, that is said, with what can be done. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>, { waiting, Frame = Fragment }: Meanwhile = {}): ComponentType<P> {
  const Part: ComponentType<P> = lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new NotLoaded("the code of a part did not come", { cause });
    }
  });
  return function Later(properties: P) {
    return (
      <LoadBoundary
        missing={
          <Frame>
            <Missing />
          </Frame>
        }
      >
        <Suspense fallback={waiting}>
          <Part {...properties} />
        </Suspense>
      </LoadBoundary>
    );
  };
}

/** Code that the browser could not get: the network is gone, or the server has another version by now. */
class NotLoaded extends Error {}

/** Shows something else in place of what could not be loaded; other errors are not its business. */
class LoadBoundary extends Component<{ missing: ReactNode; children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    const error: unknown = this.state.error;
    if (error === null) {
      return this.props.children;
    }
    if (error instanceof NotLoaded) {
      return this.props.missing;
    }
    throw error;
  }
}

function Missing() {
  const text = useTexts();
  const [isCutOff, setCutOff] = useState(false);
  // Browsers don't ask twice for a module that did not come: the whole page has to be loaded, and without a server it would be gone.
  const again = async () => {
    if (await answers()) {
      location.reload();
    } else {
      setCutOff(true);
    }
  };
  return (
    <div className="missing" role="alert">
      <p>{text("later.missing")}</p>
      {isCutOff && <p className="error-text">{text("page.no_answer")}</p>}
      <div className="actions">
        <button type="button" className="button" onClick={() => void again()}>
          {text("page.again")}
        </button>
        <button type="button" className="button" onClick={() => location.reload()}>
          {text("later.reload")}
        </button>
      </div>
    </div>
  );
}

/** Whether the server is there to give the page. */
async function answers(): Promise<boolean> {
  try {
    return (await fetch(location.href, { method: "HEAD", cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
