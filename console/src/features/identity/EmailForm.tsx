// Another e-mail address: asked for with the password, in force once the link that is mailed there was used.
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import { emailFault, nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { ProblemAlert } from "../../ui/ProblemView";
import { emailChange, emailChangeTakeBack } from "./api";

export function EmailForm({ waiting }: { waiting: string | null }) {
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { email: "", password: "" },
      validate: { email: emailFault, password: (value: string) => nonEmpty(value, t`Enter your present password.`) },
    },
    async ({ email, password }) => {
      await emailChange(email.trim(), password);
      form.reset();
    },
  );
  return (
    <Stack>
      {waiting !== null && <Waiting email={waiting} />}
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Text c="dimmed" size="sm">
            <Trans>We mail a link to the new address. Until it is used, everything stays as it is; your present address is told as well.</Trans>
          </Text>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`New e-mail address`} type="email" autoComplete="off" {...form.getInputProps("email")} />
          <PasswordInput label={t`Your password`} autoComplete="current-password" {...form.getInputProps("password")} />
          <Group>
            <Button type="submit" loading={busy}>
              <Trans>Mail the link</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Stack>
  );
}

function Waiting({ email }: { email: string }) {
  const takeBack = useMutation({ mutationFn: emailChangeTakeBack });
  return (
    <Alert title={t`Waiting for the link to be used`} role="status">
      <Stack gap="xs">
        <Text size="sm">
          <Trans>
            Open the link that was mailed to <strong>{email}</strong>. It works for one day.
          </Trans>
        </Text>
        <ProblemAlert problem={takeBack.isError ? asProblem(takeBack.error) : null} />
        <Group>
          <Button variant="default" size="xs" loading={takeBack.isPending} onClick={() => takeBack.mutate()}>
            <Trans>Keep my present address</Trans>
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
