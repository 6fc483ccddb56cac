// The head and column that every page shares; it also names the browser tab.
import { Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";

interface PageProps {
  title: string;
  /** Stands before the title, such as a link back. */
  above?: ReactNode;
  /** One line under the title. */
  lead?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, above, lead, actions, narrow, children }: PageProps) {
  useTitle(title);
  return (
    <div className="page" data-narrow={narrow || undefined}>
      <header className="page-head">
        <div>
          {above}
          <Title order={1}>{title}</Title>
          {lead !== undefined && <div className="dim">{lead}</div>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Fairhold`;
  }, [title]);
}
