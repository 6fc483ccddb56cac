// Someone's own name, address and password.
import { Button, Group, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { nonEmpty, passwordFault } from "../../form/checks";
import { NewPasswordField } from "../../form/PasswordField";
import { useApiForm } from "../../form/useApiForm";
import { CopyId } from "../../ui/CopyId";
import { Facts } from "../../ui/Facts";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { EmailForm } from "./EmailForm";
import { meQuery, meUpdate, passwordChange } from "./api";

export function ProfilePage() {
  const me = useSuspenseQuery(meQuery).data;
  return (
    <Page title={t`Profile`} narrow>
      <Paper>
        <Stack>
          <Facts
            rows={[
              [t`E-mail`, me.email],
              [t`Your id`, <CopyId key="id" id={me.id} />],
            ]}
          />
          <NameForm name={me.name} />
        </Stack>
      </Paper>
      <Paper>
        <Title order={2} mb="md">
          <Trans>Change the e-mail address</Trans>
        </Title>
        <EmailForm waiting={me.new_email ?? null} />
      </Paper>
      <Paper>
        <Title order={2} mb="md">
          <Trans>Change the password</Trans>
        </Title>
        <PasswordForm />
      </Paper>
    </Page>
  );
}

function NameForm({ name }: { name: string }) {
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name }, validate: { name: (value: string) => nonEmpty(value, t`Tell us what to call you.`) } },
    async (values) => {
      await meUpdate(values.name.trim());
      notifyDone(t`Your name is changed.`);
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} autoComplete="name" {...form.getInputProps("name")} />
        <Group>
          <Button type="submit" loading={busy}>
            <Trans>Save the name</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function PasswordForm() {
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { current: "", new: "" },
      validate: { current: (value: string) => nonEmpty(value, t`Enter your present password.`), new: passwordFault },
    },
    async (values) => {
      await passwordChange(values.current, values.new);
      form.reset();
      notifyDone(t`Your password is changed. Your other sessions were ended.`);
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <PasswordInput label={t`Present password`} autoComplete="current-password" {...form.getInputProps("current")} />
        <NewPasswordField label={t`New password`} {...form.getInputProps("new")} value={form.values.new} />
        <Group>
          <Button type="submit" loading={busy}>
            <Trans>Change the password</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
