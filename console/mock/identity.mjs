// Sign-up, sessions, profile, organisation, tokens, set-up. Sentinels: a password of "wrong password" is wrong, one
// with "leaked" is refused, an address with "unverified@" may not sign in, "owner@" is staff, "new@" owns nothing.
import { invalid, page, Refusal } from "./answer.mjs";
import { newId, organisations, sessions, tokens } from "./state.mjs";

const person = { name: "Ada Lovelace" };

export function meOf(session) {
  const staff = session.email.startsWith("owner@");
  return {
    id: "per_01ada", email: session.email, name: staff ? "Grace Hopper" : person.name, email_verified: true, staff_role: staff ? "owner" : null, csrf_token: "csrf-mock",
    organisations: staff ? [] : [{ id: "org_01ada", name: "Ada Lovelace", role: "owner", projects: [{ id: "prj_01default", name: "Default" }] }],
  };
}

const strong = (password, field) => {
  if (password.includes("leaked")) throw invalid(field, "This password is in a list of leaked ones. Choose another.");
};

export const identity = [
  ["POST", "/v1/sign-up", ({ body }) => (strong(body.password, "password"), [202]), "open"],
  ["POST", "/v1/email-verifications", ({ body }) => {
    if (body.token === "expired") throw new Refusal(410, "This link has expired", "Have a new mail sent from the sign-in page.");
    return [200, {}];
  }, "open"],
  ["POST", "/v1/email-verifications/resend", () => [202], "open"],
  ["POST", "/v1/sessions", ({ body, signIn }) => {
    if (body.password === "wrong password") throw new Refusal(401, "E-mail or password is wrong", "Check both, or choose a new password.");
    if (body.email.startsWith("unverified@")) throw new Refusal(403, "Your address is not confirmed yet", "Open the link in the mail we sent you.");
    return [201, meOf(signIn(body.email))];
  }, "open"],
  ["DELETE", "/v1/sessions/current", ({ signOut }) => (signOut(), [204])],
  ["GET", "/v1/sessions", ({ query }) => [200, page(sessions, query)]],
  ["DELETE", "/v1/sessions", () => (sessions.splice(1), [204])],
  ["DELETE", "/v1/sessions/:id", ({ id }) => (sessions.splice(sessions.findIndex((each) => each.id === id), 1), [204])],
  ["GET", "/v1/me", ({ session }) => [200, meOf(session)]],
  ["PATCH", "/v1/me", ({ body, session }) => ((person.name = body.name), [200, meOf(session)])],
  ["POST", "/v1/me/password", ({ body }) => {
    if (body.current === "wrong password") throw invalid("current", "This is not your present password.");
    strong(body.new, "new");
    return [204];
  }],
  ["POST", "/v1/password-resets", () => [202], "open"],
  ["POST", "/v1/password-resets/complete", ({ body }) => {
    if (body.token === "expired") throw new Refusal(410, "This link has expired", "Ask for a new one.");
    strong(body.password, "password");
    return [204];
  }, "open"],
  ["GET", "/v1/api-tokens", ({ query }) => [200, page(tokens, query)]],
  ["POST", "/v1/api-tokens", ({ body }) => {
    const made = { id: newId("tok"), name: body.name, prefix: "fh_9aZk", organisation_id: "org_01ada", read_only: body.read_only ?? false, created_at: new Date().toISOString(), last_used_at: null, expires_at: null };
    tokens.unshift(made);
    return [201, { id: made.id, name: made.name, secret: "fh_9aZkMockMockMockMockMockMockMockMock", created_at: made.created_at }];
  }],
  ["DELETE", "/v1/api-tokens/:id", ({ id }) => (tokens.splice(tokens.findIndex((each) => each.id === id), 1), [204])],
  ["GET", "/v1/organisations", ({ query }) => [200, page(organisations, query)]],
  ["GET", "/v1/operator/organisations", ({ query }) => [200, page(organisations, query)]],
  ["PATCH", "/v1/organisations/:id", ({ id, body }) => {
    if (body.tax_id === "wrong") throw invalid("tax_id", "This is not a tax number of that country.");
    return [200, Object.assign(organisations.find((each) => each.id === id), body)];
  }],
  ["GET", "/v1/setup", ({ setup }) => [200, { needed: setup, demo: true }], "open"],
  ["POST", "/v1/setup", ({ body }) => {
    if (body.token === "used") throw new Refusal(403, "This link was used already", "Sign in instead.");
    strong(body.owner.password, "owner.password");
    return [201, {}];
  }, "open"],
];
