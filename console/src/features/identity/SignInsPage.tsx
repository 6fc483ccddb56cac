// Who tried to sign in to one's account, from where, and whether it worked.
import { t } from "@lingui/core/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { signInLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { signInsQuery } from "./api";
import { deviceName } from "./words";

export function SignInsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(signInsQuery));
  return (
    <Page
      title={t`Sign-in history`}
      lead={t`Every attempt of the last 90 days, wrong passwords included. We keep the browser's family and the network, not the whole address.`}
    >
      <DataTable
        label={t`Sign-in history`}
        rows={rows}
        rowKey={(each) => each.id}
        more={more}
        empty={<Empty icon="clock" title={t`No sign-ins yet`} />}
        columns={[
          { name: t`Browser`, lead: true, cell: (each) => deviceName(each) },
          { name: t`Network`, cell: (each) => <span className="mono">{each.network ?? "–"}</span> },
          { name: t`When`, cell: (each) => <When at={each.at} /> },
          { name: t`Outcome`, cell: (each) => <State look={signInLook(each.outcome)} /> },
        ]}
      />
    </Page>
  );
}
