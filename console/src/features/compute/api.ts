// Machines, what happens to them, the nodes that carry them, and the operations that change them.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call, client, done } from "../../api/client";
import { gathered, pages } from "../../api/queries";
import type { operations } from "../../api/schema";
import type { Adoption, AuthorisedKey, BackupPlanPatch, ClusterPatch, ClusterQuestion, FindingOffer, Instance, NewCluster, NewRootPassword, NewSizeChange, NewSnapshot, NewSshKey, NodePatch, ProbedAddress, SizeChange } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });

export const instancesQuery = (tag?: string) => pages(["instances", "list", tag ?? ""], (after) => call(client.GET("/v1/instances", { params: { query: { tag, after } } })), 5_000);

/** For the command palette: machines of all pages. */
export const instancesFindQuery = queryOptions({
  queryKey: ["instances", "find"],
  queryFn: () => gathered((after) => call(client.GET("/v1/instances", { params: { query: { after, limit: 200 } } }))),
  staleTime: 30_000,
});

const MOVING = new Set<Instance["state"]>(["ordered", "provisioning", "starting", "stopping", "rebooting", "rebuilding", "resizing", "restoring", "moving", "suspending", "resuming", "rescuing"]);

export const isMoving = (state: Instance["state"]): boolean => MOVING.has(state);

export const instanceQuery = (id: string) =>
  queryOptions({
    queryKey: ["instances", id],
    queryFn: () => call(client.GET("/v1/instances/{id}", at(id))),
    // A machine may stop behind everyone's back; what is shown must follow within seconds.
    refetchInterval: ({ state }) => (state.data !== undefined && isMoving(state.data.state) ? 1_500 : 5_000),
  });

export const instanceEventsQuery = (id: string) =>
  pages(["instances", id, "events"], (after) => call(client.GET("/v1/instances/{id}/events", { params: { path: { id }, query: { after } } })), 10_000);

export const instanceUsageQuery = (id: string) =>
  queryOptions({ queryKey: ["instances", id, "usage"], queryFn: () => call(client.GET("/v1/instances/{id}/usage", at(id))), refetchInterval: 30_000 });

export type MetricLast = NonNullable<NonNullable<operations["metric_view"]["parameters"]["query"]>["last"]>;

export const instanceMetricsQuery = (id: string, last: MetricLast) =>
  queryOptions({
    queryKey: ["instances", id, "metrics", last],
    queryFn: () => call(client.GET("/v1/instances/{id}/metrics", { params: { path: { id }, query: { last } } })),
    // A point stands for a minute at least.
    refetchInterval: 30_000,
    placeholderData: keepPreviousData,
  });

export const snapshotsQuery = (id: string) =>
  pages(["instances", id, "snapshots"], (after) => call(client.GET("/v1/instances/{id}/snapshots", { params: { path: { id }, query: { after } } })), 2_000);

export const backupsQuery = (instance?: string) =>
  pages(["backups", instance ?? "all"], (after) => call(client.GET("/v1/backups", { params: { query: { instance, after } } })), 2_000);
export const backupQuery = (id: string) => queryOptions({ queryKey: ["backups", "one", id], queryFn: () => call(client.GET("/v1/backups/{id}", at(id))) });
export const backupPlanQuery = (id: string) =>
  queryOptions({ queryKey: ["instances", id, "backup-plan"], queryFn: () => call(client.GET("/v1/instances/{id}/backup-plan", at(id))) });

export const quotaQuery = queryOptions({ queryKey: ["quota"], queryFn: () => call(client.GET("/v1/quota")) });
export const sshKeysQuery = pages(["ssh-keys"], (after) => call(client.GET("/v1/ssh-keys", { params: { query: { after } } })));

export const instanceAdopt = (node: string, body: Adoption) => call(client.POST("/v1/nodes/{id}/adopt", { ...at(node), body }));
export const nodeUpdate = (id: string, body: NodePatch) => call(client.PATCH("/v1/nodes/{id}", { ...at(id), body }));
export const nodesQuery = pages(["nodes"], () => call(client.GET("/v1/nodes")), 10_000);

export const clustersQuery = queryOptions({ queryKey: ["clusters"], queryFn: () => call(client.GET("/v1/operator/clusters")), refetchInterval: 10_000 });
export const clusterQuery = (id: string) =>
  queryOptions({ queryKey: ["clusters", id], queryFn: () => call(client.GET("/v1/operator/clusters/{id}", at(id))), refetchInterval: 5_000 });
export const clusterProbe = (body: ProbedAddress) => call(client.POST("/v1/operator/cluster-probes", { body }));
export const clusterCheck = (body: ClusterQuestion) => call(client.POST("/v1/operator/cluster-checks", { body }));
export const clusterRecheck = (id: string, mapping?: NewCluster["mapping"]) => call(client.POST("/v1/operator/clusters/{id}/check", { ...at(id), body: { mapping: mapping ?? null } }));
export const clusterCreate = (body: NewCluster) => call(client.POST("/v1/operator/clusters", { body }));
export const clusterUpdate = (id: string, body: ClusterPatch) => call(client.PATCH("/v1/operator/clusters/{id}", { ...at(id), body }));
export const clusterDelete = (id: string) => done(client.DELETE("/v1/operator/clusters/{id}", at(id)));

export const findingsQuery = pages(["findings"], (after) => call(client.GET("/v1/operator/findings", { params: { query: { after } } })), 5_000);
export const findingSummaryQuery = queryOptions({ queryKey: ["findings", "summary"], queryFn: () => call(client.GET("/v1/operator/findings/summary")), refetchInterval: 5_000 });
export const findingRepair = (id: string, { repair, confirm }: FindingOffer) =>
  call(client.POST("/v1/operator/findings/{id}/repair", { ...at(id), body: { repair, confirm } }));
export const operatorOperationsQuery = pages(["operations"], (after) => call(client.GET("/v1/operator/operations", { params: { query: { after } } })), 10_000);

export const operationQuery = (id: string) =>
  queryOptions({ queryKey: ["operations", id], queryFn: () => call(client.GET("/v1/operations/{id}", at(id))) });

export type PowerAction = "start" | "stop" | "shutdown" | "reboot" | "reset" | "suspend" | "resume";

export const instancePower = (id: string, action: PowerAction) => {
  switch (action) {
    case "start":
      return call(client.POST("/v1/instances/{id}/start", at(id)));
    case "stop":
      return call(client.POST("/v1/instances/{id}/stop", at(id)));
    case "shutdown":
      return call(client.POST("/v1/instances/{id}/shutdown", at(id)));
    case "reboot":
      return call(client.POST("/v1/instances/{id}/reboot", at(id)));
    case "reset":
      return call(client.POST("/v1/instances/{id}/reset", at(id)));
    case "suspend":
      return call(client.POST("/v1/instances/{id}/suspend", at(id)));
    case "resume":
      return call(client.POST("/v1/instances/{id}/resume", at(id)));
  }
};

export const instanceRescue = (id: string, begin: boolean) =>
  begin ? call(client.POST("/v1/instances/{id}/rescue", at(id))) : call(client.DELETE("/v1/instances/{id}/rescue", at(id)));
export const instanceSetPassword = (id: string, body: NewRootPassword) => call(client.POST("/v1/instances/{id}/password", { ...at(id), body }));
export const instanceAuthoriseKey = (id: string, body: AuthorisedKey) => call(client.POST("/v1/instances/{id}/keys", { ...at(id), body }));
export const instanceUpdate = (id: string, name: string) => call(client.PATCH("/v1/instances/{id}", { ...at(id), body: { name } }));
export const instanceRebuild = (id: string, from: { template_id: string } | { image_id: string }) =>
  call(client.POST("/v1/instances/{id}/rebuild", { ...at(id), body: from }));
export const instanceTag = (id: string, tags: string[]) => call(client.PATCH("/v1/instances/{id}", { ...at(id), body: { tags } }));
export const sizeChangeQuoteQuery = (id: string, size_id: string) =>
  queryOptions({ queryKey: ["size-change-quote", id, size_id], queryFn: () => call(client.POST("/v1/instances/{id}/size-changes/quote", { ...at(id), body: { size_id } })), gcTime: 0 });
export const isChanging = (state: SizeChange["state"]): boolean => state === "paying" || state === "awaiting_confirmation" || state === "resizing";
export const sizeChangesQuery = (id: string) =>
  queryOptions({
    queryKey: ["instances", id, "size-changes"],
    queryFn: () => call(client.GET("/v1/instances/{id}/size-changes", at(id))),
    refetchInterval: ({ state }) => (state.data?.items.some((each) => isChanging(each.state)) ? 1_500 : false),
  });
export const sizeChangeCreate = (id: string, body: NewSizeChange) => call(client.POST("/v1/instances/{id}/size-changes", { ...at(id), body }));
export const snapshotCreate = (id: string, body: NewSnapshot) => call(client.POST("/v1/instances/{id}/snapshots", { ...at(id), body }));
export const snapshotRestore = (id: string) => call(client.POST("/v1/snapshots/{id}/restore", at(id)));
export const snapshotDelete = (id: string) => call(client.DELETE("/v1/snapshots/{id}", at(id)));
export const backupCreate = (id: string, name: string) => call(client.POST("/v1/instances/{id}/backups", { ...at(id), body: { name } }));
export const backupRestore = (id: string) => call(client.POST("/v1/backups/{id}/restore", at(id)));
export const backupTest = (id: string) => call(client.POST("/v1/backups/{id}/test", at(id)));
export const backupDelete = (id: string) => call(client.DELETE("/v1/backups/{id}", at(id)));
export const backupPlanUpdate = (id: string, body: BackupPlanPatch) => call(client.PUT("/v1/instances/{id}/backup-plan", { ...at(id), body }));
export const sshKeyCreate = (body: NewSshKey) => call(client.POST("/v1/ssh-keys", { body }));
export const sshKeyDelete = (id: string) => done(client.DELETE("/v1/ssh-keys/{id}", at(id)));
export const instanceDelete = (id: string, keepBackup: boolean) =>
  call(client.DELETE("/v1/instances/{id}", { params: { path: { id }, query: { keep_backup: keepBackup } } }));
export const instanceUndelete = (id: string) => call(client.POST("/v1/instances/{id}/undelete", at(id)));
export const consoleTicketCreate = (id: string, kind: "serial" | "screen") =>
  call(client.POST("/v1/instances/{id}/console-tickets", { ...at(id), body: { kind } }));
export const operationRetry = (id: string) => call(client.POST("/v1/operations/{id}/retry", at(id)));
