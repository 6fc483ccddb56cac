// The bell in the bar: how much is unread, the newest messages, and the way to all of them.
import { ActionIcon, Indicator, Popover, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { plural, t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { paths } from "../../paths";
import { Icon } from "../../ui/Icon";
import { notificationsQuery, unreadQuery } from "./api";
import { NotificationLine } from "./NotificationLine";

const SHOWN = 6;

export function Bell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  const unread = useQuery(unreadQuery).data?.count ?? 0;
  const label = unread === 0 ? t`Notifications` : plural(unread, { one: "Notifications, # unread", other: "Notifications, # unread" });
  return (
    <Popover opened={opened} onDismiss={close} onClose={close} position="bottom-end" width={340} trapFocus withinPortal>
      <Indicator disabled={unread === 0} label={unread > 99 ? "99+" : unread} size={17} offset={7} color="keep.8">
        <Popover.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" onClick={toggle} aria-label={label}>
            <Icon name="bell" />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p="xs" aria-label={t`Notifications`}>
        {opened && <Newest close={close} />}
      </Popover.Dropdown>
    </Popover>
  );
}

function Newest({ close }: { close: () => void }) {
  const rows = useInfiniteQuery(notificationsQuery).data?.pages[0]?.items ?? [];
  return (
    <>
      {rows.length === 0 ? (
        <Text c="dimmed" p="sm">
          <Trans>Nothing yet. What happens to your machines, invoices and account is told here.</Trans>
        </Text>
      ) : (
        <ul className="plain-list">
          {rows.slice(0, SHOWN).map((each) => (
            <li key={each.id}>
              <NotificationLine notification={each} followed={close} />
            </li>
          ))}
        </ul>
      )}
      <Link to={paths.notifications()} className="nav-link" onClick={close}>
        <Icon name="bell" />
        <Trans>All notifications</Trans>
      </Link>
    </>
  );
}
