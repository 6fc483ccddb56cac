// What is offered, what it costs, and what was ordered.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";
import { pages } from "../../api/queries";
import type { NewOrder, NewQuote, NewSize, PaymentMethod, SizePatch } from "../../api/types";

export const sizesQuery = queryOptions({ queryKey: ["sizes"], queryFn: () => call(client.GET("/v1/sizes")) });
/** For the operator: those that are not on sale included. */
export const sizesAnyQuery = queryOptions({ queryKey: ["sizes", "any"], queryFn: () => call(client.GET("/v1/operator/sizes")) });
export const templatesQuery = queryOptions({ queryKey: ["templates"], queryFn: () => call(client.GET("/v1/templates")) });
export const regionsQuery = queryOptions({ queryKey: ["regions"], queryFn: () => call(client.GET("/v1/regions")) });

export const quoteQuery = (body: NewQuote) =>
  queryOptions({
    queryKey: ["quote", body],
    queryFn: () => call(client.POST("/v1/quotes", { body })),
    enabled: body.size_id !== "" && body.region_id !== "",
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

export const ordersQuery = pages(["orders"], (after) => call(client.GET("/v1/orders", { params: { query: { after } } })));

const SETTLED = new Set(["active", "cancelled"]);

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ["orders", id],
    queryFn: () => call(client.GET("/v1/orders/{id}", { params: { path: { id } } })),
    // An order moves by itself until it is settled: payment, confirmation and provisioning happen elsewhere.
    refetchInterval: ({ state }) => (state.data !== undefined && SETTLED.has(state.data.state) ? false : 1_500),
  });

export const orderCreate = (body: NewOrder, idempotencyKey: string) =>
  call(client.POST("/v1/orders", { body, headers: { "Idempotency-Key": idempotencyKey } }));
export const orderRetry = (id: string, payment_method: PaymentMethod) =>
  call(client.POST("/v1/orders/{id}/retry", { params: { path: { id } }, body: { payment_method } }));
export const orderCancel = (id: string) => call(client.POST("/v1/orders/{id}/cancel", { params: { path: { id } } }));
export const sizeCreate = (body: NewSize) => call(client.POST("/v1/sizes", { body }));
export const sizeUpdate = (id: string, body: SizePatch) => call(client.PATCH("/v1/sizes/{id}", { params: { path: { id } }, body }));
