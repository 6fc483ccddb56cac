// What may be done about another member: role, suspension, a new password, handing over, removal.
import { Button, Group, Menu, Radio, Stack } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import type { Member, Role } from "../../api/types";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { useAction } from "../../ui/useAction";
import { WhyButton } from "../../ui/WhyButton";
import { memberDelete, memberResetPassword, memberUpdate, organisationTransfer } from "./api";
import { roleMeans, roleName, ROLES, rules } from "./words";

type Asked = "role" | "suspend" | "password" | "transfer" | "remove" | null;

export function MemberActions({ member, organisation, own }: { member: Member; organisation: string; own: Role }) {
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  if (!rules(own, member.role)) {
    return (
      <WhyButton variant="default" size="compact-sm" why={own === "admin" ? t`Only an owner decides about owners.` : t`Owners and admins manage members.`} aria-label={t`Manage ${member.name}`}>
        <Trans>Manage</Trans>
      </WhyButton>
    );
  }
  return (
    <>
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <Button variant="default" size="compact-sm" aria-label={t`Manage ${member.name}`}>
            <Trans>Manage</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="people" size={16} />} onClick={() => setAsked("role")}>
            <Trans>Change the role</Trans>
          </Menu.Item>
          <Menu.Item leftSection={<Icon name={member.suspended ? "play" : "wait"} size={16} />} onClick={() => setAsked("suspend")}>
            {member.suspended ? t`Lift the suspension` : t`Suspend`}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="key" size={16} />} onClick={() => setAsked("password")}>
            <Trans>Demand a new password</Trans>
          </Menu.Item>
          {own === "owner" && (
            <Menu.Item leftSection={<Icon name="building" size={16} />} onClick={() => setAsked("transfer")}>
              <Trans>Hand the organisation over</Trans>
            </Menu.Item>
          )}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="trash" size={16} />} onClick={() => setAsked("remove")}>
            <Trans>Remove</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <RoleChange opened={asked === "role"} close={close} member={member} own={own} />
      <Suspend opened={asked === "suspend"} close={close} member={member} />
      <NewPassword opened={asked === "password"} close={close} member={member} />
      <HandOver opened={asked === "transfer"} close={close} member={member} organisation={organisation} />
      <Remove opened={asked === "remove"} close={close} member={member} />
    </>
  );
}

interface Dialog {
  opened: boolean;
  close: () => void;
  member: Member;
}

function RoleChange({ opened, close, member, own }: Dialog & { own: Role }) {
  const [role, setRole] = useState<Role>(member.role);
  const change = useAction({ run: () => memberUpdate(member.person_id, { role }), refresh: ["members"], said: t`The role is changed.`, then: close });
  return (
    <Dialog opened={opened} close={close} title={t`Role of ${member.name}`}>
      <Stack>
        <Radio.Group
          aria-label={t`Role`}
          value={role}
          onChange={(value) => setRole(ROLES.find((each) => each === value) ?? member.role)}
        >
          <Stack gap="xs">
            {ROLES.filter((each) => rules(own, each)).map((each) => (
              <Radio key={each} value={each} label={roleName(each)} description={roleMeans(each)} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button loading={change.isPending} onClick={() => change.mutate()}>
            <Trans>Change the role</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Suspend({ opened, close, member }: Dialog) {
  const lift = member.suspended;
  const act = useAction({
    run: () => memberUpdate(member.person_id, { suspended: !lift }),
    refresh: ["members"],
    said: lift ? t`The suspension is lifted.` : t`The member is suspended.`,
    then: close,
  });
  return (
    <Confirm
      opened={opened}
      close={close}
      title={lift ? t`Lift the suspension of ${member.name}?` : t`Suspend ${member.name}?`}
      action={lift ? t`Lift it` : t`Suspend`}
      busy={act.isPending}
      onConfirm={() => act.mutate()}
      danger={!lift}
    >
      {lift ? (
        <Trans>They can do again what their role allows.</Trans>
      ) : (
        <Trans>They can do nothing in this organisation from now on. Their own account, its export and its erasure stay theirs.</Trans>
      )}
    </Confirm>
  );
}

function NewPassword({ opened, close, member }: Dialog) {
  const reset = useAction({ run: () => memberResetPassword(member.person_id), refresh: ["activity"], said: t`They got a mail to choose a new password.`, then: close });
  return (
    <Confirm opened={opened} close={close} title={t`Demand a new password of ${member.name}?`} action={t`Demand it`} busy={reset.isPending} onConfirm={() => reset.mutate()} danger>
      <Trans>Their sessions end and the old password stops working. They choose a new one by mail; nobody else learns it.</Trans>
    </Confirm>
  );
}

function HandOver({ opened, close, member, organisation }: Dialog & { organisation: string }) {
  const give = useAction({
    run: () => organisationTransfer(organisation, member.person_id),
    refresh: ["members", "me"],
    said: t`${member.name} owns the organisation now.`,
    then: close,
  });
  return (
    <Confirm
      opened={opened}
      close={close}
      title={t`Hand the organisation to ${member.name}?`}
      action={t`Hand it over`}
      busy={give.isPending}
      onConfirm={() => give.mutate()}
      danger
      typed={{ expected: member.email, label: t`Type ${member.email} to confirm` }}
    >
      <Trans>They become its owner and you stay as an admin. Only they can give it back.</Trans>
    </Confirm>
  );
}

function Remove({ opened, close, member }: Dialog) {
  const remove = useAction({ run: () => memberDelete(member.person_id), refresh: ["members"], said: t`The member is removed.`, then: close });
  return (
    <Confirm opened={opened} close={close} title={t`Remove ${member.name}?`} action={t`Remove them`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Trans>Their access ends at once, and their API tokens for this organisation stop working. What they made stays.</Trans>
    </Confirm>
  );
}
