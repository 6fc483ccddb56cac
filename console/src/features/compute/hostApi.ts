// Hosts of nodes: their maintenance, moving machines off them, and where machines are. For the operator.
import { queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";
import { pages } from "../../api/queries";
import type { Drain, DrainRequest, HostPatch, InstanceMove } from "../../api/types";

const of = (node: string, host: string) => ({ params: { path: { id: node, host } } });

export const placedQuery = (node: string) =>
  pages(["nodes", node, "instances"], (after) => call(client.GET("/v1/operator/instances", { params: { query: { node, after } } })), 5_000);

export const isDraining = (drain: Drain): boolean => drain.state === "running";

export const drainQuery = (node: string, host: string) =>
  queryOptions({
    queryKey: ["nodes", node, "drain", host],
    queryFn: () => call(client.GET("/v1/nodes/{id}/hosts/{host}/drain", of(node, host))),
    refetchInterval: ({ state }) => (state.data !== undefined && !isDraining(state.data) ? 15_000 : 1_500),
  });

export const hostUpdate = (node: string, host: string, body: HostPatch) => call(client.PATCH("/v1/nodes/{id}/hosts/{host}", { ...of(node, host), body }));
export const drainCreate = (node: string, host: string, body: DrainRequest) => call(client.POST("/v1/nodes/{id}/hosts/{host}/drain", { ...of(node, host), body }));
export const instanceMove = (id: string, body: InstanceMove) => call(client.POST("/v1/operator/instances/{id}/move", { params: { path: { id } }, body }));
