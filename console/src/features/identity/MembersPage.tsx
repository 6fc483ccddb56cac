// Who belongs to the organisation and who is invited; what one may do about each of them.
import { Button, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Invitation, Role } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Confirm } from "../../ui/Confirm";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { memberLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { Ago, When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { invitationDelete, invitationsQuery, membersQuery, meQuery, organisationLeave } from "./api";
import { InvitationCreate } from "./InvitationCreate";
import { MemberActions } from "./MemberActions";
import { useChosen } from "./place";
import { roleMeans, roleName } from "./words";

export function MembersPage() {
  const me = useSuspenseQuery(meQuery).data;
  const chosen = useChosen();
  const { rows, more } = joined(useSuspenseInfiniteQuery(membersQuery));
  const [inviting, { open, close }] = useDisclosure(false);
  if (chosen === null) return <Empty icon="people" title={t`You belong to no organisation`} />;
  const { id, name, role } = chosen.organisation;
  const manages = role === "owner" || role === "admin";
  return (
    <Page
      title={t`Members`}
      lead={t`Who belongs to ${name}. You are ${roleName(role)}: ${roleMeans(role)}`}
      actions={
        <WhyButton leftSection={<Icon name="plus" />} onClick={open} why={manages ? null : t`Owners and admins invite.`}>
          <Trans>Invite somebody</Trans>
        </WhyButton>
      }
    >
      <DataTable
        label={t`Members`}
        rows={rows}
        rowKey={(member) => member.person_id}
        more={more}
        empty={<Empty icon="people" title={t`No members`} />}
        columns={[
          {
            name: t`Name`,
            lead: true,
            cell: (member) => (
              <>
                {member.name}
                <Text size="sm" c="dimmed" fw={400} className="break">
                  {member.email}
                </Text>
              </>
            ),
          },
          { name: t`Role`, cell: (member) => roleName(member.role) },
          { name: t`State`, cell: (member) => <State look={memberLook(member.suspended)} /> },
          { name: t`Since`, cell: (member) => <When at={member.since} dateOnly /> },
          {
            name: t`Action`,
            acts: true,
            align: "right",
            cell: (member) =>
              member.person_id === me.id ? <Leave organisation={id} name={name} /> : <MemberActions member={member} organisation={id} own={role} />,
          },
        ]}
      />
      {manages && <Invitations own={role} />}
      <InvitationCreate opened={inviting} close={close} own={role} />
    </Page>
  );
}

function Invitations({ own }: { own: Role }) {
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(invitationsQuery);
  const rows = data?.pages.flatMap((page) => page.items) ?? [];
  if (rows.length === 0) return null;
  return (
    <Stack gap="sm">
      <Title order={2}>
        <Trans>Invited</Trans>
      </Title>
      <DataTable
        label={t`Invitations`}
        rows={rows}
        rowKey={(invitation) => invitation.id}
        more={{ has: hasNextPage, busy: isFetchingNextPage, load: () => void fetchNextPage() }}
        empty={null}
        columns={[
          { name: t`E-mail`, lead: true, cell: (invitation) => <span className="break">{invitation.email}</span> },
          { name: t`Role`, cell: (invitation) => roleName(invitation.role) },
          { name: t`Sent`, cell: (invitation) => <Ago at={invitation.created_at} /> },
          { name: t`Works until`, cell: (invitation) => <When at={invitation.expires_at} /> },
          { name: t`Action`, acts: true, align: "right", cell: (invitation) => <TakeBack invitation={invitation} own={own} /> },
        ]}
      />
    </Stack>
  );
}

function TakeBack({ invitation, own }: { invitation: Invitation; own: Role }) {
  const back = useAction({ run: () => invitationDelete(invitation.id), refresh: ["invitations"], said: t`The invitation is taken back.` });
  const mayNot = invitation.role === "owner" && own !== "owner";
  return (
    <WhyButton variant="default" size="compact-sm" loading={back.isPending} onClick={() => back.mutate()} why={mayNot ? t`Only an owner decides about owners.` : null}>
      <Trans>Take back</Trans>
    </WhyButton>
  );
}

function Leave({ organisation, name }: { organisation: string; name: string }) {
  const [asked, { open, close }] = useDisclosure(false);
  const navigate = useNavigate();
  const leave = useAction({
    run: () => organisationLeave(organisation),
    refresh: ["me"],
    said: t`You have left ${name}.`,
    then: () => void navigate({ to: paths.overview(), reloadDocument: true }),
  });
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open}>
        <Trans>Leave</Trans>
      </Button>
      <Confirm opened={asked} close={close} title={t`Leave ${name}?`} action={t`Leave it`} busy={leave.isPending} onConfirm={() => leave.mutate()} danger>
        <Trans>Your access ends at once, and your API tokens for it stop working. Somebody has to invite you to come back.</Trans>
      </Confirm>
    </>
  );
}
