// What somebody may ask for: laws, requests, limits; and the operator's answers and holds.
// Sentinel: a hold of the person "per_unknown" is refused at its field.
import { invalid, page, Refusal } from "./answer.mjs";
import { ago, newId } from "./state.mjs";

const DAY = 60 * 24;
const authority = { place: "DE-BE", name: "Berliner Beauftragte für Datenschutz und Informationsfreiheit", url: "https://www.datenschutz-berlin.de" };
const laws = {
  gdpr: { key: "gdpr", name: "General Data Protection Regulation", source: "Regulation (EU) 2016/679", status: "reviewed", rights: { told: "yes: Art. 13, 14", access: "yes: Art. 15", sources: "yes: Art. 15(1)(g)", correct: "yes: Art. 16", erase: "yes: Art. 17", restrict: "yes: Art. 18", object: "yes: Art. 21", portability: "yes: Art. 20", automated: "yes: Art. 22", withdraw: "yes: Art. 7(3)", complain: "yes: Art. 12(3)", authority: "yes: Art. 77" } },
  ccpa: { key: "ccpa", name: "California Consumer Privacy Act", source: "Cal. Civ. Code § 1798.100 et seq.", status: "unreviewed", rights: { told: "yes: § 1798.100", access: "yes: § 1798.110", sources: "part: § 1798.110", correct: "yes: § 1798.106", erase: "yes: § 1798.105", object: "part: § 1798.120" } },
};

const request = (id, kind, state, more = {}) => ({
  id, kind, state, place: "DE-BE", text: null, purpose: null, received_at: ago(DAY * 3), due_at: ago(-DAY * 27), law: "gdpr", extendable_to: ago(-DAY * 87), overdue: false, answer: null,
  closed_at: null, export_id: null, operation_id: null, corrections: [], authority, ...more,
});
const requests = [
  request("req_01question", "enquiry", "open", { text: "Who else has seen my address?" }),
  request("req_01name", "rectification", "done", {
    closed_at: ago(DAY), answer: "It was put right everywhere.",
    corrections: [{ place: "identity.person.name", field: "name", before: "Ada Lovelase", after: "Ada Lovelace", done_at: ago(DAY), problem: null }],
  }),
  request("req_01late", "complaint", "extended", { text: "The mails came although I had switched them off.", answer: "The mail log of three months has to be read.", due_at: ago(DAY), overdue: true, extendable_to: null }),
];
const holds = [{ id: "hld_01claim", person_id: "per_01ada", organisation_id: null, sections: ["billing_payment", "billing_invoice"], matter: "4 C 118/26", placed_by: "per_01grace", placed_at: ago(DAY * 9), ends_at: ago(-DAY * 60), resumed_at: null }];
const restriction = { restricted: false, since: null };
const purposes = [
  { purpose: "prevent_abuse", text: "prevent abuse of the service", absolute: false, balancing: ["Without it others' machines would be attacked from ours; only networks and counts are looked at."], objected_at: null },
  { purpose: "measure_use", text: "measure how the service is used", absolute: true, balancing: [], objected_at: ago(DAY * 2) },
];

function found(list, id) {
  const one = list.find((each) => each.id === id);
  if (!one) throw new Refusal(404, "Not found");
  return one;
}
const objected = (purpose, at) => (Object.assign(purposes.find((each) => each.purpose === purpose), { objected_at: at }), { purposes });

export const rights = [
  ["GET", "/v1/laws", ({ query }) => {
    const place = query.get("place");
    return [200, { place: place ?? "DE-BE", laws: place?.startsWith("US") ? [laws.ccpa] : [laws.gdpr], authority, places: ["DE-BE", "FR", "GB", "US-CA"] }];
  }, "open"],
  ["GET", "/v1/privacy/requests", ({ query, session }) => [200, page(session.email.startsWith("new@") ? [] : requests, query)]],
  ["POST", "/v1/privacy/requests", ({ body }) => {
    const made = request(newId("req"), body.kind, "open", { text: body.text ?? null, purpose: body.purpose ?? null, received_at: ago(0), due_at: ago(-DAY * 30) });
    if (body.kind === "objection") objected(body.purpose, ago(0));
    requests.unshift(made);
    return [201, made];
  }],
  ["GET", "/v1/privacy/requests/:id", ({ id }) => [200, found(requests, id)]],
  ["POST", "/v1/privacy/requests/:id/withdraw", ({ id }) => [200, Object.assign(found(requests, id), { state: "withdrawn", closed_at: ago(0) })]],
  ["GET", "/v1/privacy/restriction", () => [200, restriction]],
  ["PUT", "/v1/privacy/restriction", () => [200, Object.assign(restriction, { restricted: true, since: ago(0) })]],
  ["DELETE", "/v1/privacy/restriction", () => [200, Object.assign(restriction, { restricted: false, since: null })]],
  ["GET", "/v1/privacy/objections", () => [200, { purposes }]],
  ["DELETE", "/v1/privacy/objections/:id", ({ id }) => [200, objected(id, null)]],
  ["GET", "/v1/operator/requests", ({ query }) => [200, page(requests, query)]],
  ["GET", "/v1/operator/requests/:id", ({ id }) => [200, found(requests, id)]],
  ["POST", "/v1/operator/requests/:id/answer", ({ id, body }) => [200, Object.assign(found(requests, id), { state: body.granted ? "done" : "refused", answer: body.text, closed_at: ago(0) })]],
  ["POST", "/v1/operator/requests/:id/extend", ({ id, body }) => [200, Object.assign(found(requests, id), { state: "extended", answer: body.reason, due_at: ago(-DAY * 87), extendable_to: null })]],
  ["GET", "/v1/operator/holds", ({ query }) => [200, page(holds, query)]],
  ["POST", "/v1/operator/holds", ({ body }) => {
    if (body.person_id === "per_unknown") throw invalid("person_id", "There is nobody by that id.");
    const made = { person_id: null, organisation_id: null, ...body, id: newId("hld"), placed_by: "per_01grace", placed_at: ago(0), resumed_at: null };
    holds.unshift(made);
    return [201, made];
  }],
  ["POST", "/v1/operator/holds/:id/lift", ({ id }) => [200, Object.assign(found(holds, id), { ends_at: ago(0) })]],
];
