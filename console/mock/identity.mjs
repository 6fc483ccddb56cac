// Sign-up, sessions, profile, organisation, tokens, set-up. Sentinels: a password of "wrong password" is wrong, one
// with "leaked" is refused, an address with "unverified@" may not sign in, "owner@" is staff, "new@" owns nothing.
import { invalid, page, Refusal } from "./answer.mjs";
import { invitations, members, newId, notifications, organisations, preferences, projects, sessions, signIns, tokens } from "./state.mjs";

const person = { name: "Ada Lovelace", newEmail: null };

export function meOf(session) {
  const staff = session.email.startsWith("owner@");
  return {
    id: "per_01ada", email: session.email, name: staff ? "Grace Hopper" : person.name, email_verified: true, new_email: person.newEmail, staff_role: staff ? "owner" : null, csrf_token: "csrf-mock",
    organisations: staff ? [] : [{ id: "org_01ada", name: "Ada Lovelace", role: "owner", projects: projects.map(({ id, name }) => ({ id, name })) }],
  };
}

const strong = (password, field) => {
  if (password.includes("leaked")) throw invalid(field, "This password is in a list of leaked ones. Choose another.");
};

export const identity = [
  ["POST", "/v1/sign-up", ({ body }) => (strong(body.password, "password"), [202]), "open"],
  ["POST", "/v1/email-verifications", ({ body }) => {
    if (body.token === "expired") throw new Refusal(410, "This link has expired", "Have a new mail sent from the sign-in page.");
    return [200];
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
  ["POST", "/v1/me/email-change", ({ body }) => {
    if (body.password === "wrong password") throw invalid("password", "This is not your present password.");
    person.newEmail = body.email;
    return [202];
  }],
  ["DELETE", "/v1/me/email-change", () => ((person.newEmail = null), [204])],
  ["POST", "/v1/email-changes", ({ body }) => {
    if (body.token === "expired") throw invalid("token", "This link was used already or is too old. Ask for the change again in your profile.");
    return [200, {}];
  }, "open"],
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
    const { last_used_at, ...shown } = made;
    return [201, { ...shown, secret: "fh_9aZkMockMockMockMockMockMockMockMock" }];
  }],
  ["DELETE", "/v1/api-tokens/:id", ({ id }) => (tokens.splice(tokens.findIndex((each) => each.id === id), 1), [204])],
  ["GET", "/v1/organisations", ({ query }) => [200, page(organisations, query)]],
  ["GET", "/v1/operator/organisations", ({ query }) => [200, page(organisations, query)]],
  ["PATCH", "/v1/organisations/:id", ({ id, body }) => {
    if (body.tax_id === "wrong") throw invalid("tax_id", "This is not a tax number of that country.");
    return [200, Object.assign(organisations.find((each) => each.id === id), body)];
  }],
  ["POST", "/v1/organisations", () => [201, { id: "org_01ada" }]],
  ["POST", "/v1/organisations/:id/leave", () => {
    throw new Refusal(409, "An organisation needs an owner: make somebody else an owner first.");
  }],
  ["POST", "/v1/organisations/:id/transfer", () => [204]],
  ["GET", "/v1/sign-ins", ({ query }) => [200, page(signIns, query)]],
  ["GET", "/v1/members", ({ query }) => [200, page(members, query)]],
  ["PATCH", "/v1/members/:id", ({ id, body }) => (Object.assign(members.find((each) => each.person_id === id), body), [204])],
  ["DELETE", "/v1/members/:id", ({ id }) => (members.splice(members.findIndex((each) => each.person_id === id), 1), [204])],
  ["POST", "/v1/members/:id/reset-password", () => [204]],
  ["GET", "/v1/invitations", ({ query }) => [200, page(invitations, query)]],
  ["POST", "/v1/invitations", ({ body }) => {
    if (body.email.startsWith("eve@")) throw invalid("email", "This person is a member already.");
    const made = { id: newId("inv"), ...body, created_at: new Date().toISOString(), expires_at: new Date(Date.now() + 7 * 86_400_000).toISOString() };
    invitations.unshift(made);
    return [201, made];
  }],
  ["POST", "/v1/invitations/view", ({ body }) => {
    if (body.token === "expired") throw invalid("token", "This invitation was used, taken back or is too old. Ask for a new one.");
    return [200, { organisation: "Keep Hosting GmbH", invited_by: "Grace Hopper", role: "member", email: "ada@example.org", expires_at: new Date(Date.now() + 5 * 86_400_000).toISOString() }];
  }, "open"],
  ["POST", "/v1/invitations/accept", () => [200, { organisation_id: "org_01ada" }]],
  ["DELETE", "/v1/invitations/:id", ({ id }) => (invitations.splice(invitations.findIndex((each) => each.id === id), 1), [204])],
  ["GET", "/v1/projects", ({ query }) => [200, page(projects, query)]],
  ["POST", "/v1/projects", ({ body }) => {
    const made = { id: newId("prj"), name: body.name, created_at: new Date().toISOString() };
    projects.unshift(made);
    return [201, made];
  }],
  ["PATCH", "/v1/projects/:id", ({ id, body }) => (Object.assign(projects.find((each) => each.id === id), body), [204])],
  ["DELETE", "/v1/projects/:id", () => {
    throw new Refusal(409, "This project still holds 2 machines. Delete that first.");
  }],
  ["GET", "/v1/notifications", ({ query, session }) => [200, page(session.email.startsWith("new@") ? [] : notifications, query)]],
  ["GET", "/v1/notifications/unread", ({ session }) => [200, { count: session.email.startsWith("new@") ? 0 : notifications.filter((each) => each.read_at === null).length }]],
  ["POST", "/v1/notifications/read", ({ body }) => {
    for (const each of notifications) if (body.ids == null || body.ids.includes(each.id)) each.read_at ??= new Date().toISOString();
    return [204];
  }],
  ["GET", "/v1/notification-preferences", () => [200, { items: preferences }]],
  ["PUT", "/v1/notification-preferences", ({ body }) => {
    for (const line of body.items) Object.assign(preferences.find((each) => each.topic === line.topic), line);
    return [200, { items: preferences }];
  }],
  ["GET", "/v1/setup", ({ setup }) => [200, { needed: setup, demo: true }], "open"],
  ["POST", "/v1/setup", ({ body }) => {
    if (body.token === "used") throw new Refusal(403, "This link was used already", "Sign in instead.");
    strong(body.owner.password, "owner.password");
    return [201];
  }, "open"],
];
