// Inviting somebody by mail.
import { Button, Group, Radio, Stack, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Role } from "../../api/types";
import { emailFault } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { invitationCreate } from "./api";
import { roleMeans, roleName, ROLES, rules } from "./words";

export function InvitationCreate({ opened, close, own }: { opened: boolean; close: () => void; own: Role }) {
  return (
    <Dialog opened={opened} close={close} title={t`Invite somebody`}>
      <InvitationForm close={close} own={own} />
    </Dialog>
  );
}

function InvitationForm({ close, own }: { close: () => void; own: Role }) {
  const cache = useQueryClient();
  const initialValues: { email: string; role: Role } = { email: "", role: "member" };
  const { form, problem, general, busy, onSubmit } = useApiForm({ initialValues, validate: { email: emailFault } }, async ({ email, role }) => {
    await invitationCreate(email.trim(), role);
    await cache.invalidateQueries({ queryKey: ["invitations"] });
    notifyDone(t`The invitation is on its way.`);
    close();
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`E-mail`} description={t`They get a link that works once, for a week. An account is not needed yet.`} type="email" data-autofocus {...form.getInputProps("email")} />
        <Radio.Group label={t`Role`} {...form.getInputProps("role")}>
          <Stack gap="xs" mt={6}>
            {ROLES.filter((role) => rules(own, role)).map((role) => (
              <Radio key={role} value={role} label={roleName(role)} description={roleMeans(role)} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Send the invitation</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
