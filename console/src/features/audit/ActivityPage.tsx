// Everything done in the organisation, by whom, staff included and named as such.
import { Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import type { Activity } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { CopyId } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Icon, type IconName } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { outcomeLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { activityQuery } from "./api";

export function ActivityPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(activityQuery));
  return (
    <Page title={t`Activity`} lead={t`Every change and every look of our staff at your data. Entries are sealed into a public log and cannot be altered.`}>
      <DataTable
        label={t`Activity`}
        rows={rows}
        rowKey={(entry) => entry.id}
        more={more}
        empty={<Empty icon="activity" title={t`Nothing has happened yet`} />}
        columns={[
          { name: t`What`, lead: true, cell: (entry) => <What entry={entry} /> },
          { name: t`By`, cell: (entry) => <Actor actor={entry.actor} /> },
          { name: t`When`, cell: (entry) => <When at={entry.at} /> },
          { name: t`Outcome`, cell: (entry) => <State look={outcomeLook(entry.outcome)} /> },
        ]}
      />
    </Page>
  );
}

function What({ entry }: { entry: Activity }) {
  return (
    <>
      {entry.summary}
      <Text size="sm" c="dimmed" fw={400} component="div">
        <span className="mono">{entry.action}</span>
        {entry.target !== "" && (
          <>
            {" · "}
            <CopyId id={entry.target} />
          </>
        )}
      </Text>
      {entry.staff_purpose != null && (
        <Text size="sm" fw={400}>
          <Trans>Purpose given: {entry.staff_purpose}</Trans>
        </Text>
      )}
    </>
  );
}

export function Actor({ actor }: { actor: Activity["actor"] }) {
  const { icon, kind } = look(actor.kind);
  return (
    <span className="nowrap">
      <span style={{ verticalAlign: "-3px" }}>
        <Icon name={icon} size={15} />
      </span>{" "}
      {actor.name ?? (actor.kind === "visitor" ? t`Somebody not signed in` : t`Fairhold`)}
      {kind !== null && <span className="dim"> ({kind})</span>}
    </span>
  );
}

function look(kind: Activity["actor"]["kind"]): { icon: IconName; kind: string | null } {
  switch (kind) {
    case "person":
      return { icon: "person", kind: null };
    case "staff":
      return { icon: "building", kind: t`our staff` };
    case "visitor":
      return { icon: "person", kind: null };
    case "token":
      return { icon: "key", kind: t`API token` };
    default:
      return { icon: "settings", kind: t`system` };
  }
}
