// Opening an account. The answer is the same whether or not the address is known, so nobody can ask who is a customer.
import { Anchor, Button, Checkbox, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { emailFault, nonEmpty, passwordFault } from "../../form/checks";
import { NewPasswordField } from "../../form/PasswordField";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { personSignUp } from "./api";
import { Doorway } from "./Doorway";

export function PersonSignUpPage() {
  const navigate = useNavigate();
  // An invitation brings the address that it went to; its link is the proof that mail arrives there.
  const invited = useLocation({ select: (location) => ({ email: location.state.email ?? "", invitation: location.state.invitation ?? null }) });
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", email: invited.email, password: "", over_16: false },
      validate: {
        name: (value: string) => nonEmpty(value, t`Tell us what to call you.`),
        email: emailFault,
        password: passwordFault,
        over_16: (value: boolean) => (value ? null : t`An account needs someone of 16 or over.`),
      },
    },
    async (values) => {
      const email = values.email.trim();
      await personSignUp({ ...values, email, name: values.name.trim(), invitation: invited.invitation });
      await navigate(invited.invitation !== null && email === invited.email ? { to: paths.signIn() } : { to: paths.checkMail(), state: { email } });
    },
  );
  return (
    <Doorway
      title={t`Open an account`}
      lead={
        <Trans>
          Have one already? <Anchor component={Link} to={paths.signIn()}>Sign in</Anchor>
        </Trans>
      }
    >
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} autoComplete="name" {...form.getInputProps("name")} />
          <TextInput label={t`E-mail`} type="email" autoComplete="email" {...form.getInputProps("email")} />
          <NewPasswordField label={t`Password`} {...form.getInputProps("password")} value={form.values.password} />
          <Checkbox
            label={t`I am 16 or over`}
            description={t`We store only that you confirmed this, no birth date.`}
            {...form.getInputProps("over_16", { type: "checkbox" })}
          />
          <Button type="submit" loading={busy} fullWidth>
            <Trans>Open the account</Trans>
          </Button>
          <Text size="sm" c="dimmed">
            <Trans>
              What we keep, why and for how long is in the <Anchor href={paths.publicPrivacy()}>privacy policy</Anchor>.
            </Trans>
          </Text>
        </Stack>
      </form>
    </Doorway>
  );
}
