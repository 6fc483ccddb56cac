// One message: what, when, whether it is new. Following it counts as reading it.
import { Anchor, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Notification } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { Ago } from "../../ui/When";
import { notificationRead } from "./api";
import { topicLook } from "./topics";

export function NotificationLine({ notification, followed }: { notification: Notification; followed?: () => void }) {
  const cache = useQueryClient();
  const { name, icon } = topicLook(notification.topic);
  const isNew = notification.read_at == null;
  function follow(): void {
    followed?.();
    if (isNew) void notificationRead([notification.id]).then(() => cache.invalidateQueries({ queryKey: ["notifications"] }));
  }
  return (
    <div className="notice" data-new={isNew || undefined}>
      <Icon name={icon} />
      <div>
        {notification.link == null ? (
          notification.title
        ) : (
          <Anchor href={notification.link} onClick={follow} className="break">
            {notification.title}
          </Anchor>
        )}
        <Text size="sm" c="dimmed" component="div">
          {name} · <Ago at={notification.at} />
          {isNew && ` · ${t`new`}`}
        </Text>
      </div>
    </div>
  );
}
