// A forgotten password: asking for the mail, and choosing a new one by its link.
import { Anchor, Button, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { emailFault, passwordFault } from "../../form/checks";
import { NewPasswordField } from "../../form/PasswordField";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { passwordResetComplete, passwordResetRequest } from "./api";
import { Doorway } from "./Doorway";
import { takeFragment } from "./fragment";

export function PasswordResetRequestPage() {
  const [sent, setSent] = useState(false);
  const { form, problem, general, busy, onSubmit } = useApiForm({ initialValues: { email: "" }, validate: { email: emailFault } }, async ({ email }) => {
    await passwordResetRequest(email.trim());
    setSent(true);
  });
  if (sent) {
    return (
      <Doorway title={t`Check your mail`}>
        <Stack>
          <Text role="status">
            <Trans>If there is an account for this address, a mail with a link is on its way.</Trans>
          </Text>
          <ToSignIn />
        </Stack>
      </Doorway>
    );
  }
  return (
    <Doorway title={t`Forgot your password?`} lead={<Trans>We send you a link to choose a new one.</Trans>}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`E-mail`} type="email" autoComplete="username" {...form.getInputProps("email")} />
          <Button type="submit" loading={busy} fullWidth>
            <Trans>Send the link</Trans>
          </Button>
          <ToSignIn />
        </Stack>
      </form>
    </Doorway>
  );
}

export function PasswordResetCompletePage() {
  const [token] = useState(takeFragment);
  const [changed, setChanged] = useState(false);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { password: "" }, validate: { password: passwordFault } },
    async ({ password }) => {
      await passwordResetComplete(token, password);
      setChanged(true);
    },
  );
  if (changed) {
    return (
      <Doorway title={t`Your password is changed`}>
        <Stack>
          <Text role="status">
            <Trans>All other sessions were ended. Sign in with the new password.</Trans>
          </Text>
          <Button component={Link} to={paths.signIn()}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </Doorway>
    );
  }
  return (
    <Doorway title={t`Choose a new password`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          {token === "" && (
            <Text role="alert">
              <Trans>This link is incomplete. Open the link from the mail again, or copy all of it.</Trans>
            </Text>
          )}
          <NewPasswordField label={t`New password`} {...form.getInputProps("password")} value={form.values.password} />
          <Button type="submit" loading={busy} disabled={token === ""} fullWidth>
            <Trans>Change the password</Trans>
          </Button>
        </Stack>
      </form>
    </Doorway>
  );
}

function ToSignIn() {
  return (
    <Anchor component={Link} to={paths.signIn()} size="sm">
      <Trans>To sign-in</Trans>
    </Anchor>
  );
}
