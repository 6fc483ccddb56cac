// Offer, quotes and orders. Sentinels: the hostname "taken" is refused, "over-quota" is refused as a whole, "broken"
// fails while booting and succeeds when tried again.
import { offered } from "./images.mjs";
import { invalid, page, Refusal } from "./answer.mjs";
import { begin } from "./operations.mjs";
import { instance, instances, money, newId, orders, payments, regions, sizes, templates } from "./state.mjs";

const find = (list, id) => {
  const found = list.find((each) => each.id === id);
  if (!found) throw new Refusal(404, "Not found");
  return found;
};
const named = ({ id, name }) => ({ id, name });

function priced({ size_id, cycle }) {
  const size = find(sizes, size_id);
  const net = cycle === "monthly" ? size.monthly.minor : size.hourly.minor;
  const tax = Math.round(net * 0.19);
  const due = cycle === "monthly" ? net + tax : 0;
  const description = `${size.name}, ${cycle === "monthly" ? "one month" : "one hour"}`;
  return { net: money(net), tax: money(tax), tax_rate_percent: 19, gross: money(net + tax), due_now: money(due), cycle, lines: [{ description, amount: money(net) }] };
}

function provision(order) {
  const made = instance(order.hostname, "provisioning", find(sizes, order.size.id), find(templates, order.template.id), { id: order.instance_id, ssh: null, ipv4: null });
  // One that failed before leaves the list when it is tried again.
  if (instances[0]?.id === made.id) instances.shift();
  instances.unshift(made);
  const failure = order.hostname === "broken" ? "The machine did not boot: no bootable device" : undefined;
  const steps = [["reserve", "Reserve a place on a node", 400], ["disk", "Make the disk", 700], ["seed", "Write hostname and key", 300], ["boot", "Boot the machine", 900, failure], ["network", "Open the network", 300], ["running", "Wait until it runs", 500]];
  const operation = begin("compute.instance.provision", `Set up ${order.hostname}`, steps, (state) => {
    if (state === "succeeded") {
      Object.assign(made, { state: "running", operation_id: null, ssh: { host: "127.0.0.1", port: 42023 }, ipv4: "10.77.0.15" });
      Object.assign(order, { state: "active", problem: null });
    } else {
      Object.assign(made, { state: "failed", state_reason: failure });
      Object.assign(order, { state: "failed", problem: failure });
    }
  });
  made.operation_id = operation.id;
  Object.assign(order, { state: "provisioning", operation_id: operation.id, problem: null });
}

function pay(order, method) {
  const payment = { id: newId("pay"), state: "processing", amount: order.charged_now, refunded: money(0), purpose: "order", method, order_id: order.id, invoice_id: null, created_at: new Date().toISOString(), problem: null };
  payments.unshift(payment);
  Object.assign(order, { state: "paying", payment_id: payment.id, problem: null });
  const settle = (ok) => {
    Object.assign(payment, ok ? { state: "succeeded" } : { state: "failed", problem: "The bank declined (test)." });
    if (ok) provision(order);
    else Object.assign(order, { state: "payment_failed", problem: "The bank declined the payment. Nothing was charged." });
  };
  payment.settle = settle;
  if (method === "test_succeeds") setTimeout(settle, 300, true);
  if (method === "test_declines") setTimeout(settle, 300, false);
  if (method === "test_settles_late") setTimeout(settle, 4_000, true);
  if (method === "test_needs_confirmation") {
    payment.state = "requires_action";
    order.state = "awaiting_confirmation";
  }
}

export const catalogue = [
  ["GET", "/v1/regions", ({ query }) => [200, page(regions, query)], "open"],
  ["GET", "/v1/sizes", ({ query }) => [200, page(sizes.filter((size) => size.visible), query)], "open"],
  ["GET", "/v1/templates", ({ query }) => [200, page(offered(), query)], "open"],
  ["GET", "/v1/operator/sizes", ({ query }) => [200, page(sizes, query)]],
  ["POST", "/v1/sizes", ({ body }) => {
    if (sizes.some((size) => size.name === body.name)) throw new Refusal(409, "Conflict", "There is a size of this name, on sale or not.", [{ field: "name", message: "there is a size of this name, on sale or not" }]);
    sizes.push({ id: newId("siz"), visible: true, ...body });
    return [201, sizes.at(-1)];
  }],
  ["PATCH", "/v1/sizes/:id", ({ id, body }) => [200, Object.assign(find(sizes, id), body, { class: body.class === "" ? null : body.class })]],
  ["POST", "/v1/quotes", ({ body }) => [200, priced(body)], "open"],
  ["POST", "/v1/orders", ({ body }) => {
    if (body.hostname === "taken") throw invalid("hostname", "You already have a machine by that name.");
    if (body.hostname === "over-quota") throw new Refusal(409, "Your quota is used up", "Delete a machine or ask for a higher quota.");
    const order = {
      id: newId("ord"), state: "paying", cycle: body.cycle, hostname: body.hostname, size: named(find(sizes, body.size_id)), template: body.template_id == null ? { id: "tpl_01own", name: "Own image" } : named(find(offered(), body.template_id)),
      region: named(find(regions, body.region_id)), instance_id: newId("vm"), disks: body.disks ?? [], payment_id: null, operation_id: null, charged_now: priced(body).due_now, created_at: new Date().toISOString(), problem: null,
    };
    orders.unshift(order);
    pay(order, body.payment_method);
    return [202, order];
  }],
  ["GET", "/v1/orders", ({ query }) => [200, page(orders, query)]],
  ["GET", "/v1/orders/:id", ({ id }) => [200, find(orders, id)]],
  ["POST", "/v1/orders/:id/retry", ({ id, body }) => (pay(find(orders, id), body.payment_method), [202, find(orders, id)])],
  ["POST", "/v1/orders/:id/cancel", ({ id }) => [200, Object.assign(find(orders, id), { state: "cancelled" })]],
];
