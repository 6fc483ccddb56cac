// What was used, what is owed, what was paid.
import { queryOptions } from "@tanstack/react-query";
import { call, client } from "../../api/client";
import { gathered, pages } from "../../api/queries";
import type { PaymentMethod } from "../../api/types";

const at = (id: string) => ({ params: { path: { id } } });

export const usageQuery = queryOptions({ queryKey: ["usage"], queryFn: () => call(client.GET("/v1/usage")), refetchInterval: 15_000 });
export const invoicesQuery = pages(["invoices"], (after) => call(client.GET("/v1/invoices", { params: { query: { after } } })));
/** For the command palette: invoices of all pages. */
export const invoicesFindQuery = queryOptions({
  queryKey: ["invoices", "find"],
  queryFn: () => gathered((after) => call(client.GET("/v1/invoices", { params: { query: { after, limit: 200 } } }))),
  staleTime: 30_000,
});
export const invoicePreviewQuery = queryOptions({ queryKey: ["invoices", "preview"], queryFn: () => call(client.GET("/v1/invoices/preview")) });
export const invoiceQuery = (id: string) =>
  queryOptions({ queryKey: ["invoices", id], queryFn: () => call(client.GET("/v1/invoices/{id}", at(id))) });
export const paymentsQuery = pages(["payments"], (after) => call(client.GET("/v1/payments", { params: { query: { after } } })), 10_000);
export const testClockQuery = queryOptions({ queryKey: ["test-clock"], queryFn: () => call(client.GET("/v1/billing/test-clock")) });

export const invoicePay = (id: string, payment_method: PaymentMethod, idempotencyKey: string) =>
  call(client.POST("/v1/invoices/{id}/pay", { ...at(id), body: { payment_method }, headers: { "Idempotency-Key": idempotencyKey } }));
export const paymentConfirm = (id: string, accept: boolean) => call(client.POST("/v1/payments/{id}/confirm", { ...at(id), body: { accept } }));
export const testClockAdvance = (to: string) => call(client.POST("/v1/billing/test-clock/advance", { body: { to } }));
