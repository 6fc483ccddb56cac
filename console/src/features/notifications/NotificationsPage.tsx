// Everything somebody was told.
import { Button, Group, Paper } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { joined } from "../../table/joined";
import { MoreButton } from "../../table/MoreButton";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { notificationRead, notificationsQuery } from "./api";
import { NotificationLine } from "./NotificationLine";

export function NotificationsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(notificationsQuery));
  const all = useAction({ run: () => notificationRead(), refresh: ["notifications"] });
  const isNew = rows.some((each) => each.read_at == null);
  return (
    <Page
      title={t`Notifications`}
      narrow
      lead={t`Messages stay here for half a year.`}
      actions={
        <Group gap="xs">
          {isNew && (
            <Button variant="default" loading={all.isPending} onClick={() => all.mutate()}>
              <Trans>Mark all as read</Trans>
            </Button>
          )}
          <Button variant="default" component={Link} to={paths.preferences()}>
            <Trans>Choose what reaches you</Trans>
          </Button>
        </Group>
      }
    >
      <Paper>
        {rows.length === 0 ? (
          <Empty icon="bell" title={t`Nothing yet`} />
        ) : (
          <ul className="plain-list">
            {rows.map((each) => (
              <li key={each.id}>
                <NotificationLine notification={each} />
              </li>
            ))}
          </ul>
        )}
      </Paper>
      <MoreButton more={more} />
    </Page>
  );
}
