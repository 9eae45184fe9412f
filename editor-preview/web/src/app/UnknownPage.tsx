import { Link, useLocation } from "wouter";

import { useTexts } from "../i18n/texts";
import { Page } from "../ui/Page";

/** An address that no page has. */
export function UnknownPage() {
  const text = useTexts();
  const [location] = useLocation();
  return (
    <Page title={text("page.unknown")}>
      <p>
        <code>{location}</code>
      </p>
      <p>
        <Link href="/bots">{text("editor.back")}</Link>
      </p>
    </Page>
  );
}
