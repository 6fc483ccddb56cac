// Who someone is: sign-up, sessions, profile, organisation, API tokens and the operator's set-up.
import { queryOptions } from "@tanstack/react-query";
import { call, client, done, rememberCsrfToken } from "../../api/client";
import { pages, queries } from "../../api/queries";
import type { Me, MemberPatch, OrganisationPatch, Role, Setup, SignUp } from "../../api/types";
import { settle } from "./place";

function remember(me: Me): Me {
  rememberCsrfToken(me.csrf_token);
  settle(me);
  return me;
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async () => remember(await call(client.GET("/v1/me"))),
  staleTime: 60_000,
});

export const setupQuery = queryOptions({ queryKey: ["setup"], queryFn: () => call(client.GET("/v1/setup")), staleTime: 60_000 });

export const sessionsQuery = pages(["sessions"], (after) => call(client.GET("/v1/sessions", { params: { query: { after } } })));
export const apiTokensQuery = pages(["api-tokens"], (after) => call(client.GET("/v1/api-tokens", { params: { query: { after } } })));
export const organisationsQuery = pages(["organisations"], (after) => call(client.GET("/v1/organisations", { params: { query: { after } } })));
export const operatorOrganisationsQuery = pages(["operator", "organisations"], (after) =>
  call(client.GET("/v1/operator/organisations", { params: { query: { after } } })),
);

export const signInsQuery = pages(["sign-ins"], (after) => call(client.GET("/v1/sign-ins", { params: { query: { after } } })));
export const membersQuery = pages(["members"], (after) => call(client.GET("/v1/members", { params: { query: { after } } })));
export const invitationsQuery = pages(["invitations"], (after) => call(client.GET("/v1/invitations", { params: { query: { after } } })));
export const projectsQuery = pages(["projects"], (after) => call(client.GET("/v1/projects", { params: { query: { after } } })));
export const invitationQuery = (token: string) =>
  queryOptions({ queryKey: ["invitation", token], queryFn: () => call(client.POST("/v1/invitations/view", { body: { token } })), retry: false });

export const personSignUp = (body: SignUp) => done(client.POST("/v1/sign-up", { body }));
export const emailVerify = (token: string) => done(client.POST("/v1/email-verifications", { body: { token } }));
export const emailChangeComplete = (token: string) => done(client.POST("/v1/email-changes", { body: { token } }));
export const emailVerificationResend = (email: string) => done(client.POST("/v1/email-verifications/resend", { body: { email } }));
export const passwordResetRequest = (email: string) => done(client.POST("/v1/password-resets", { body: { email } }));
export const passwordResetComplete = (token: string, password: string) =>
  done(client.POST("/v1/password-resets/complete", { body: { token, password } }));

export async function sessionCreate(email: string, password: string): Promise<Me> {
  const me = remember(await call(client.POST("/v1/sessions", { body: { email, password } })));
  queries.clear();
  queries.setQueryData(meQuery.queryKey, me);
  return me;
}

export async function sessionEnd(): Promise<void> {
  await done(client.DELETE("/v1/sessions/current"));
  rememberCsrfToken(null);
  queries.clear();
}

export const sessionRevoke = (id: string) => done(client.DELETE("/v1/sessions/{id}", { params: { path: { id } } }));

export const sessionEndOthers = () => done(client.DELETE("/v1/sessions"));

export async function meUpdate(name: string): Promise<void> {
  queries.setQueryData(meQuery.queryKey, remember(await call(client.PATCH("/v1/me", { body: { name } }))));
}

export async function emailChange(email: string, password: string): Promise<void> {
  await done(client.POST("/v1/me/email-change", { body: { email, password } }));
  await queries.invalidateQueries({ queryKey: meQuery.queryKey });
}

export async function emailChangeTakeBack(): Promise<void> {
  await done(client.DELETE("/v1/me/email-change"));
  await queries.invalidateQueries({ queryKey: meQuery.queryKey });
}

export const passwordChange = (current: string, fresh: string) => done(client.POST("/v1/me/password", { body: { current, new: fresh } }));
export const apiTokenCreate = (name: string, read_only: boolean) => call(client.POST("/v1/api-tokens", { body: { name, read_only } }));
export const apiTokenRevoke = (id: string) => done(client.DELETE("/v1/api-tokens/{id}", { params: { path: { id } } }));
export const organisationUpdate = (id: string, body: OrganisationPatch) =>
  call(client.PATCH("/v1/organisations/{id}", { params: { path: { id } }, body }));
export const setupComplete = (body: Setup) => done(client.POST("/v1/setup", { body }));

export const memberUpdate = (id: string, body: MemberPatch) => done(client.PATCH("/v1/members/{id}", { params: { path: { id } }, body }));
export const memberDelete = (id: string) => done(client.DELETE("/v1/members/{id}", { params: { path: { id } } }));
export const memberResetPassword = (id: string) => done(client.POST("/v1/members/{id}/reset-password", { params: { path: { id } } }));
export const invitationCreate = (email: string, role: Role) => done(client.POST("/v1/invitations", { body: { email, role } }));
export const invitationDelete = (id: string) => done(client.DELETE("/v1/invitations/{id}", { params: { path: { id } } }));
export const invitationAccept = (token: string) => call(client.POST("/v1/invitations/accept", { body: { token } }));
export const organisationCreate = (name: string) => call(client.POST("/v1/organisations", { body: { name } }));
export const organisationLeave = (id: string) => done(client.POST("/v1/organisations/{id}/leave", { params: { path: { id } } }));
export const organisationTransfer = (id: string, person_id: string) =>
  done(client.POST("/v1/organisations/{id}/transfer", { params: { path: { id } }, body: { person_id } }));
export const projectCreate = (name: string) => call(client.POST("/v1/projects", { body: { name } }));
export const projectUpdate = (id: string, name: string) => done(client.PATCH("/v1/projects/{id}", { params: { path: { id } }, body: { name } }));
export const projectDelete = (id: string) => done(client.DELETE("/v1/projects/{id}", { params: { path: { id } } }));
