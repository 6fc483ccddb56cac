// What is held about someone, taking it along, asking for something about it, and having it erased.
import { queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";
import { pages } from "../../api/queries";
import type { NewHold, NewRequest } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });
const after = (cursor: string | undefined) => ({ params: { query: cursor === undefined ? {} : { after: cursor } } });

export const holdingsQuery = queryOptions({ queryKey: ["holdings"], queryFn: () => call(client.GET("/v1/privacy/holdings")) });
export const erasurePreviewQuery = queryOptions({ queryKey: ["erasure-preview"], queryFn: () => call(client.GET("/v1/privacy/erasure-preview")) });
export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ["exports", id],
    queryFn: () => call(client.GET("/v1/privacy/exports/{id}", at(id))),
    refetchInterval: ({ state }) => (state.data?.state === "building" ? 1_500 : false),
  });
export const choicesQuery = queryOptions({ queryKey: ["choices"], queryFn: () => call(client.GET("/v1/privacy/choices")) });
export const noticesQuery = queryOptions({ queryKey: ["notices"], queryFn: () => call(client.GET("/v1/privacy/notices")) });
export const noticeSee = (id: string) => call(client.POST("/v1/privacy/notices/{id}/see", at(id)));
export const trustQuery = queryOptions({ queryKey: ["trust"], queryFn: () => call(client.GET("/v1/trust")) });
export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ["certificates", id],
    queryFn: () => call(client.GET("/v1/certificates/{id}", at(id))),
    // Until the erasure is complete the answer says that it is under way.
    refetchInterval: ({ state }) => (state.data !== undefined && "certificate" in state.data ? false : 1_500),
  });

export const rightsQuery = (place: string | null) =>
  queryOptions({
    queryKey: ["rights", place ?? ""],
    queryFn: () => call(client.GET("/v1/laws", { params: { query: place === null ? {} : { place } } })),
  });
export const restrictionQuery = queryOptions({ queryKey: ["restriction"], queryFn: () => call(client.GET("/v1/privacy/restriction")) });
export const objectionsQuery = queryOptions({ queryKey: ["objections"], queryFn: () => call(client.GET("/v1/privacy/objections")) });
export const requestsQuery = pages(["requests"], (cursor) => call(client.GET("/v1/privacy/requests", after(cursor))));
export const requestQuery = (id: string) => queryOptions({ queryKey: ["requests", id], queryFn: () => call(client.GET("/v1/privacy/requests/{id}", at(id))) });
export const operatorRequestsQuery = pages(["operator-requests"], (cursor) => call(client.GET("/v1/operator/requests", after(cursor))), 30_000);
export const operatorRequestQuery = (id: string) =>
  queryOptions({ queryKey: ["operator-requests", id], queryFn: () => call(client.GET("/v1/operator/requests/{id}", at(id))) });
export const holdsQuery = pages(["holds"], (cursor) => call(client.GET("/v1/operator/holds", after(cursor))));

export const exportCreate = () => call(client.POST("/v1/privacy/exports"));
export const erasureCreate = (confirm_email: string) => call(client.POST("/v1/privacy/erasures", { body: { confirm_email } }));
export const requestCreate = (body: NewRequest) => call(client.POST("/v1/privacy/requests", { body }));
export const requestWithdraw = (id: string) => call(client.POST("/v1/privacy/requests/{id}/withdraw", at(id)));
export const restrictionCreate = () => call(client.PUT("/v1/privacy/restriction"));
export const restrictionDelete = () => call(client.DELETE("/v1/privacy/restriction"));
export const objectionDelete = (purpose: string) => call(client.DELETE("/v1/privacy/objections/{purpose}", { params: { path: { purpose } } }));
export const requestAnswer = (id: string, granted: boolean, text: string) => call(client.POST("/v1/operator/requests/{id}/answer", { ...at(id), body: { granted, text } }));
export const requestExtend = (id: string, reason: string) => call(client.POST("/v1/operator/requests/{id}/extend", { ...at(id), body: { reason } }));
export const holdCreate = (body: NewHold) => call(client.POST("/v1/operator/holds", { body }));
export const holdLift = (id: string) => call(client.POST("/v1/operator/holds/{id}/lift", at(id)));
