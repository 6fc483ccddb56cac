// Holdings, exports, erasure, trust, activity.
import { page, Refusal } from "./answer.mjs";
import { begin } from "./operations.mjs";
import { activity, ago, exportsMade, instances, newId } from "./state.mjs";

/** By id; null while the erasure is under way. */
const certificates = new Map();
const pending = (id) => ({ id, state: "pending", asked_at: ago(0) });
const certificate = (id) => ({
  certificate: {
    format: "fairhold.certificate.v1", id, at: ago(0), map_digest: "d".repeat(64), deleted: { identity_session: 2, compute_instance: 5 }, emptied: { audit_entry: 14 }, destroyed: { machine: 5 }, keys_destroyed: 2, shredded: ["identity_person"],
    kept: { billing_invoice: { count: 3, law: "§ 147 AO; GDPR Art. 17(3)(b)", until: ago(-60 * 24 * 3650) } }, titles: { billing_invoice: "Invoices" },
  },
  proof: { index: 7, leaf: "bGVhZg", proof: [], checkpoint: "fairhold.example/log\n8\nbW9jaw\n", vkey: "fairhold.example/log+00000000+bW9jaw", opening: null },
});
const isNew = (session) => session.email.startsWith("new@");

export const privacy = [
  ["GET", "/v1/activity", ({ query, session }) => [200, page(isNew(session) ? [] : activity, query)]],
  ["GET", "/v1/privacy/holdings", () => [200, {
    sections: [
      { section: "identity.person", title: "Your account", categories: ["Name", "e-mail address", "password hash"], count: 1, kept: "Until you erase the account" },
      { section: "identity.session", title: "Sessions", categories: ["Times", "browser description"], count: 2, kept: "30 days after the last use" },
      { section: "billing.invoice", title: "Invoices", categories: ["Name", "address", "amounts"], count: 3, kept: "10 years (§ 147 AO)" },
      { section: "compute.instance", title: "Machines", categories: ["Names", "SSH public keys"], count: 5, kept: "Until deleted" },
    ],
  }]],
  ["GET", "/v1/privacy/choices", () => [200, { analytics: false, functionality: true, marketing: false, signal: null, overrides_signal: false, chosen: true }], "open"],
  ["GET", "/v1/privacy/notices", ({ session }) => [200, isNew(session) ? [] : [
    { id: "ntc_01", version: 3, effective_at: ago(-60 * 24 * 20), materiality: "notice_with_window", channel: "in_app", at: ago(60), seen_at: null },
    { id: "ntc_02", version: 3, effective_at: ago(-60 * 24 * 20), materiality: "notice_with_window", channel: "mail", at: ago(60), seen_at: null },
  ]]],
  ["POST", "/v1/privacy/notices/:id/see", () => [204]],
  ["POST", "/v1/privacy/exports", () => {
    const made = { id: newId("exp"), operation_id: "", state: "building", size: null, created_at: ago(0), finished_at: null, expires_at: ago(-60 * 24 * 7) };
    made.operation_id = begin("privacy.export.make", "Make your export", [["collect", "Collect your data", 600], ["invoices", "Add your invoices", 500], ["pack", "Pack and hash", 500]], () =>
      Object.assign(made, { state: "ready", finished_at: ago(0), size: 48_213 })).id;
    exportsMade.set(made.id, made);
    return [202, made];
  }],
  ["GET", "/v1/privacy/exports/:id", ({ id }) => {
    if (!exportsMade.has(id)) throw new Refusal(404, "Not found");
    return [200, exportsMade.get(id)];
  }],
  ["GET", "/v1/privacy/erasure-preview", () => [200, {
    goes: [
      { section: "person", title: "account", count: 1, what: "Name, e-mail address, password hash" },
      { section: "sessions", title: "sessions and tokens", count: 3, what: "All of them" },
      { section: "machines", title: "machines", count: 5, what: "Disks, names, SSH public keys" },
    ],
    bills: [{ number: null, total: { minor: 214, currency: "EUR" } }],
    stays: [{ section: "invoices", title: "invoices", count: 3, law: "Tax records must be kept: § 147 AO; GDPR Art. 17(3)(b)", until: "2036-12-31T23:00:00Z" }],
    machines: [...instances.slice(0, 3).map(({ id, name }) => ({ kind: "machine", id, name })), { kind: "backup", id: "bak_01gone", name: "old-shop: Before it went" }],
  }]],
  ["POST", "/v1/privacy/erasures", () => {
    const id = newId("crt");
    certificates.set(id, null);
    const operation = begin("privacy.erasure.run", "Erase the account", [["machines", "Destroy the machines", 700], ["rows", "Delete the rows", 500], ["keys", "Destroy the keys", 400], ["certificate", "Issue the certificate", 400]], () =>
      certificates.set(id, certificate(id)));
    return [202, { id: newId("era"), operation_id: operation.id, certificate_id: id }];
  }],
  ["GET", "/v1/certificates/:id", ({ id }) => {
    if (!certificates.has(id)) throw new Refusal(404, "Not found");
    return certificates.get(id) === null ? [202, pending(id)] : [200, certificates.get(id)];
  }, "open"],
  ["GET", "/v1/trust", () => [200, {
    at: ago(3),
    promises: [
      { key: "retention", text: "Every record with a term is deleted when it ends.", holds: true, evidence: "0 of 412 records are past their term" },
      { key: "consent", text: "No optional event is recorded unless it was allowed.", holds: true, evidence: "0 events without consent" },
      { key: "egress", text: "The server talks only to the hosts in the map.", holds: false, evidence: "1 attempt to mail.example.net was stopped" },
      { key: "log", text: "Every entry is under a signed checkpoint.", holds: true, evidence: "Waiting for the first checkpoint" },
    ],
  }], "open"],
];
