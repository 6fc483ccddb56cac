// Usage, invoices, payments, the test clock.
import { page, Refusal } from "./answer.mjs";
import { clock, invoices, newId, payments, preview, usage, money } from "./state.mjs";

const find = (list, id) => {
  const found = list.find((each) => each.id === id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
};
const isNew = (session) => session.email.startsWith("new@");
const summary = ({ id, number, kind, state, issued_at, period, gross, due, buyer }) => ({ id, number, kind, state, issued_at, period, gross, due, buyer_name: buyer.name });
const shown = ({ settle, ...payment }) => payment;

export const billing = [
  ["GET", "/v1/usage", ({ session }) => [200, isNew(session) ? { ...usage(), lines: [], metered: [], net: money(0), tax: money(0), gross: money(0) } : usage()]],
  ["GET", "/v1/invoices", ({ query, session }) => [200, page(isNew(session) ? [] : invoices.map(summary), query)]],
  ["GET", "/v1/invoices/preview", () => [200, preview()]],
  ["GET", "/v1/invoices/:id", ({ id }) => [200, find(invoices, id)]],
  ["POST", "/v1/invoices/:id/pay", ({ id, body }) => {
    const invoice = find(invoices, id);
    const action = body.payment_method === "test_needs_confirmation";
    const payment = { id: newId("pay"), state: action ? "requires_action" : "processing", amount: invoice.due, refunded: money(0), purpose: "invoice", method: body.payment_method, order_id: null, invoice_id: id, created_at: new Date().toISOString(), problem: null };
    payment.settle = (ok) => {
      Object.assign(payment, ok ? { state: "succeeded" } : { state: "failed", problem: "The bank declined (test)." });
      if (ok) Object.assign(invoice, { state: "paid", due: money(0) });
    };
    if (!action) setTimeout(payment.settle, 300, body.payment_method !== "test_declines");
    payments.unshift(payment);
    return [202, shown(payment)];
  }],
  ["GET", "/v1/payments", ({ query, session }) => [200, page(isNew(session) ? [] : payments.map(shown), query)]],
  ["GET", "/v1/payments/:id", ({ id }) => [200, shown(find(payments, id))]],
  ["POST", "/v1/payments/:id/confirm", ({ id, body }) => {
    const payment = find(payments, id);
    payment.settle(body.accept);
    return [200, shown(payment)];
  }],
  ["GET", "/v1/billing/test-clock", () => [200, clock]],
  ["POST", "/v1/billing/test-clock/advance", ({ body }) => [200, Object.assign(clock, { now: body.to })]],
];
