// What somebody was told, and on which channel they want it.
import { queryOptions } from "@tanstack/react-query";
import { call, client, done } from "../../api/client";
import { pages } from "../../api/queries";
import type { PreferenceLine } from "../../api/types";

export const notificationsQuery = pages(["notifications"], (after) => call(client.GET("/v1/notifications", { params: { query: { after } } })));
export const unreadQuery = queryOptions({
  queryKey: ["notifications", "unread"],
  queryFn: () => call(client.GET("/v1/notifications/unread")),
  refetchInterval: 60_000,
});
export const preferencesQuery = queryOptions({ queryKey: ["preferences"], queryFn: () => call(client.GET("/v1/notification-preferences")) });

/** Notes that some were read; all of them without a list. */
export const notificationRead = (ids?: string[]) => done(client.POST("/v1/notifications/read", { body: { ids: ids ?? null } }));
export const preferenceUpdate = (items: PreferenceLine[]) => call(client.PUT("/v1/notification-preferences", { body: { items } }));
