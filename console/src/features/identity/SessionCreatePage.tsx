// Signing in, for customers and staff alike; each then goes through the own door.
import { Anchor, Button, PasswordInput, Stack, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useNavigate } from "@tanstack/react-router";
import { useSearchText } from "../../app/address";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { sessionCreate } from "./api";
import { Doorway } from "./Doorway";

export function SessionCreatePage() {
  const navigate = useNavigate();
  const next = useSearchText("next");
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { email: "", password: "" },
      validate: {
        email: (value: string) => nonEmpty(value, t`Enter your e-mail address.`),
        password: (value: string) => nonEmpty(value, t`Enter your password.`),
      },
    },
    async (values) => {
      const me = await sessionCreate(values.email.trim(), values.password);
      const door = me.staff_role != null ? paths.operator() : paths.overview();
      await navigate({ to: next ?? door, replace: true });
    },
  );
  return (
    <Doorway
      title={t`Sign in`}
      lead={
        <Trans>
          New here? <Anchor component={Link} to={paths.signUp()}>Open an account</Anchor>
        </Trans>
      }
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`E-mail`} type="email" autoComplete="username" {...form.getInputProps("email")} />
          <PasswordInput label={t`Password`} autoComplete="current-password" {...form.getInputProps("password")} />
          <Button type="submit" loading={busy} fullWidth>
            <Trans>Sign in</Trans>
          </Button>
          <Anchor component={Link} to={paths.forgotPassword()} size="sm">
            <Trans>Forgot your password?</Trans>
          </Anchor>
        </Stack>
      </form>
    </Doorway>
  );
}
