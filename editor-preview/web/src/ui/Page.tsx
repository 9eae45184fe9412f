import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";

/** A page beside the rail: its heading, which is the browser's title, too, what can be done with the whole of it, and its content. */
export function Page({ title, back, actions, children }: { title: string; back?: { href: string; name: string }; actions?: ReactNode; children: ReactNode }) {
  useTitle(title);
  return (
    <main className="page">
      <div className="page-narrow">
        {back && (
          <p className="page-back">
            <Link href={back.href}>{back.name}</Link>
          </p>
        )}
        <div className="page-head">
          <h1>{title}</h1>
          {actions}
        </div>
        {children}
      </div>
    </main>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Salesbot`;
  }, [title]);
}
