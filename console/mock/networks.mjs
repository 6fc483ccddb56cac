// Private networks, security groups, public addresses and their pools.
import { page, Refusal } from "./answer.mjs";
import { begin } from "./operations.mjs";
import { addresses, addressPools, ago, instances, networks, newId, regions, securityGroups } from "./state.mjs";

function found(list, id) {
  const one = list.find((each) => each.id === id);
  if (!one) throw new Refusal(404, "Not found");
  return one;
}
const take = (list, id) => list.splice(list.indexOf(found(list, id)), 1);
const none = (session) => session.email.startsWith("new@");
const region = (id) => { const { name } = found(regions, id); return { id, name }; };

export const network = [
  ["GET", "/v1/networks", ({ query, session }) => [200, page(none(session) ? [] : networks, query)]],
  ["POST", "/v1/networks", ({ body }) => {
    if (body.subnet != null && !/^10\.|^192\.168\./.test(body.subnet)) throw new Refusal(422, "Invalid", "Something is wrong.", [{ field: "subnet", message: "use a private block with 16 to 28 leading bits that begins with its own address, such as 10.0.0.0/24" }]);
    const subnet = body.subnet ?? `10.0.${networks.length}.0/24`;
    networks.unshift({ id: newId("net"), name: body.name, state: "ready", region: region(body.region_id), subnet, gateway: subnet.replace(/0\/.*/, "1"), egress: body.egress, ipv6: body.ipv6 ? `2001:db8:100:${networks.length}::/64` : null, machines: 0, operation_id: null, created_at: ago(0) });
    return [201, networks[0]];
  }],
  ["DELETE", "/v1/networks/:id", ({ id }) => (take(networks, id), [202, begin("compute.network.delete", "Delete the network", [["remove", "Remove it from its node", 500]])])],
  ["PUT", "/v1/instances/:id/network", ({ id, body }) => {
    const machine = found(instances, id);
    if (body.network_id != null) found(networks, body.network_id).machines += 1;
    const steps = [["network", "Make sure that the network is there", 400], ["connect", "Give the machine its card", 500], ["filter", "Filter its traffic", 300]];
    const network = body.network_id == null ? null : { network_id: body.network_id, ipv4: "10.0.0.9", ipv6: null };
    return [202, begin("compute.instance.connect", `Connect ${machine.name}`, steps, () => Object.assign(machine, { network, security_group_id: body.security_group_id ?? null }))];
  }],
  ["GET", "/v1/security-groups", ({ query, session }) => [200, page(none(session) ? [] : securityGroups, query)]],
  ["POST", "/v1/security-groups", ({ body }) => {
    securityGroups.unshift({ id: newId("sgr"), name: body.name, rules: body.rules, machines: 0, operation_id: null, created_at: ago(0) });
    return [201, securityGroups[0]];
  }],
  ["PATCH", "/v1/security-groups/:id", ({ id, body }) => [200, Object.assign(found(securityGroups, id), body)]],
  ["DELETE", "/v1/security-groups/:id", ({ id }) => (take(securityGroups, id), [204])],
  ["POST", "/v1/security-groups/:id/preview", ({ id, body }) => {
    const group = found(securityGroups, id);
    const missing = (from, of) => from.filter((rule) => !of.some((other) => JSON.stringify(other) === JSON.stringify(rule)));
    const machines = instances.filter((each) => each.security_group_id === id).map((each) => ({ id: each.id, name: each.name, ipv4: each.network?.ipv4 ?? each.ipv4 }));
    return [200, { machines, opens: missing(body.rules, group.rules), shuts: missing(group.rules, body.rules), inbound_otherwise: false, outbound_otherwise: !body.rules.some((rule) => rule.direction === "outbound") }];
  }],
  ["GET", "/v1/addresses", ({ query, session }) => [200, page(none(session) ? [] : addresses, query)]],
  ["POST", "/v1/addresses", () => {
    addresses.unshift({ id: newId("adr"), ipv4: `203.0.113.${10 + addresses.length}`, instance_id: null, reverse_name: null, operation_id: null, created_at: ago(0) });
    return [201, addresses[0]];
  }],
  ["PATCH", "/v1/addresses/:id", ({ id, body }) => {
    if (body.reverse_name != null && !body.reverse_name.includes(".")) throw new Refusal(422, "Invalid", "Something is wrong.", [{ field: "reverse_name", message: "use a whole name with its domain, such as mail.example.org" }]);
    return [200, Object.assign(found(addresses, id), body)];
  }],
  ["POST", "/v1/addresses/:id/assign", ({ id, body }) => {
    Object.assign(found(addresses, id), { instance_id: body.instance_id });
    return [202, begin("compute.address.assign", "Lead the address to the machine", [["take", "Take it from where it led", 300], ["lead", "Lead it to the machine", 300]])];
  }],
  ["DELETE", "/v1/addresses/:id", ({ id }) => (take(addresses, id), [204])],
  ["GET", "/v1/address-pools", () => [200, { items: addressPools, next: null }]],
  ["POST", "/v1/address-pools", ({ body }) => {
    addressPools.push({ id: newId("pol"), name: body.name, region: region(body.region_id), subnet: body.subnet, excluded: body.excluded, used: 0, resting: 0, free: (body.subnet.includes(":") ? 65_536 : 256) - body.excluded.length, created_at: ago(0) });
    return [201, addressPools.at(-1)];
  }],
  ["DELETE", "/v1/address-pools/:id", ({ id }) => (take(addressPools, id), [204])],
];
