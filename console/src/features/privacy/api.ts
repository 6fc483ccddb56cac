// What is held about someone, taking it along, and having it erased.
import { queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";

const at = (id: string) => ({ params: { path: { id } } });

export const holdingsQuery = queryOptions({ queryKey: ["holdings"], queryFn: () => call(client.GET("/v1/privacy/holdings")) });
export const erasurePreviewQuery = queryOptions({ queryKey: ["erasure-preview"], queryFn: () => call(client.GET("/v1/privacy/erasure-preview")) });
export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ["exports", id],
    queryFn: () => call(client.GET("/v1/privacy/exports/{id}", at(id))),
    refetchInterval: ({ state }) => (state.data?.state === "building" ? 1_500 : false),
  });
export const trustQuery = queryOptions({ queryKey: ["trust"], queryFn: () => call(client.GET("/v1/trust")) });
export const certificateQuery = (id: string) =>
  queryOptions({
    queryKey: ["certificates", id],
    queryFn: () => call(client.GET("/v1/certificates/{id}", at(id))),
    // The certificate appears when the erasure is complete; until then the address answers 404.
    retry: 300,
    retryDelay: 1_500,
  });

export const exportCreate = () => call(client.POST("/v1/privacy/exports"));
export const erasureCreate = (confirm_email: string) => call(client.POST("/v1/privacy/erasures", { body: { confirm_email } }));
