// First start: who the operator is, and the owner's account. The one-time token comes in the fragment of the link.
import { Button, Group, Select, Stack, Stepper, Text, Textarea, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { countryFault, emailFault, nonEmpty, passwordFault } from "../../form/checks";
import { NewPasswordField } from "../../form/PasswordField";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { ProblemAlert } from "../../ui/ProblemView";
import { sessionCreate, setupComplete, setupQuery } from "./api";
import { Doorway } from "./Doorway";
import { takeFragment } from "./fragment";

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "JPY", "AUD", "CAD", "KWD"];
const OPERATOR_FIELDS = ["legal_name", "address", "country", "privacy_email", "currency", "tax_registration"];

export function SetupPage() {
  const setup = useSuspenseQuery(setupQuery).data;
  const [token] = useState(takeFragment);
  if (!setup.needed) {
    return (
      <Doorway title={t`Fairhold is set up`}>
        <Stack>
          <Text>
            <Trans>The operator is known and the owner has an account. There is nothing left to do here.</Trans>
          </Text>
          <Button component={Link} to={paths.signIn()}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </Doorway>
    );
  }
  if (token === "") {
    return (
      <Doorway title={t`Open the one-time link`}>
        <Text>
          <Trans>Fairhold printed a link for the owner when it started. Open it as it stands; it ends in a token after the # sign.</Trans>
        </Text>
      </Doorway>
    );
  }
  return <SetupForm token={token} />;
}

function SetupForm({ token }: { token: string }) {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const [step, setStep] = useState(0);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { legal_name: "", address: "", country: "", privacy_email: "", currency: "EUR", tax_registration: "", name: "", email: "", password: "" },
      validate: {
        legal_name: (value: string) => nonEmpty(value, t`Invoices and policies need the operator's legal name.`),
        address: (value: string) => nonEmpty(value, t`Invoices and policies need the operator's address.`),
        country: countryFault,
        privacy_email: emailFault,
        name: (value: string) => nonEmpty(value, t`Tell us what to call you.`),
        email: emailFault,
        password: passwordFault,
      },
    },
    async (values) => {
      const { name, email, password, tax_registration, country, ...operator } = values;
      await setupComplete({
        token,
        operator: { ...operator, country: country.toUpperCase(), tax_registration: tax_registration.trim() || null },
        owner: { name: name.trim(), email: email.trim(), password },
      });
      await cache.invalidateQueries({ queryKey: ["setup"] });
      await sessionCreate(email.trim(), password);
      await navigate({ to: paths.operator(), replace: true });
    },
  );
  const operatorFault = OPERATOR_FIELDS.some((field) => form.errors[field] !== undefined);
  function onward(): void {
    const faults = OPERATOR_FIELDS.map((field) => form.validateField(field)).filter((each) => each.hasError);
    if (faults.length === 0) setStep(1);
  }
  return (
    <Doorway title={t`Set up Fairhold`} lead={t`This is asked once. Invoices, the privacy policy and every certificate name the operator.`} wide>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <Stepper active={step} onStepClick={setStep} size="sm" allowNextStepsSelect={false}>
            <Stepper.Step label={t`The operator`} color={operatorFault ? "red.9" : undefined} />
            <Stepper.Step label={t`Your account`} />
          </Stepper>
          <ProblemAlert problem={problem} general={general} />
          {step === 0 ? (
            <>
              <TextInput label={t`Legal name`} description={t`The company or person who runs this service.`} autoComplete="organization" {...form.getInputProps("legal_name")} />
              <Textarea label={t`Address`} autosize minRows={2} autoComplete="street-address" {...form.getInputProps("address")} />
              <div className="halves">
                <TextInput label={t`Country`} description={t`Two letters, such as DE.`} maxLength={2} {...form.getInputProps("country")} />
                <Select label={t`Currency`} description={t`Prices and invoices are in it.`} data={CURRENCIES} allowDeselect={false} {...form.getInputProps("currency")} />
              </div>
              <TextInput label={t`Privacy contact`} description={t`The e-mail address that stands in the privacy policy.`} type="email" {...form.getInputProps("privacy_email")} />
              <TextInput label={t`Tax registration`} description={t`Leave it empty if you are not registered; no tax is charged then.`} {...form.getInputProps("tax_registration")} />
              <Group justify="flex-end">
                <Button onClick={onward}>
                  <Trans>Go on</Trans>
                </Button>
              </Group>
            </>
          ) : (
            <>
              <TextInput label={t`Your name`} autoComplete="name" {...form.getInputProps("name")} />
              <TextInput label={t`Your e-mail`} type="email" autoComplete="username" {...form.getInputProps("email")} />
              <NewPasswordField label={t`Password`} {...form.getInputProps("password")} value={form.values.password} />
              {operatorFault && (
                <Text size="sm" c="var(--mantine-color-error)">
                  <Trans>Something about the operator was refused: go back to see it.</Trans>
                </Text>
              )}
              <Group justify="space-between">
                <Button variant="default" onClick={() => setStep(0)}>
                  <Trans>Back</Trans>
                </Button>
                <Button type="submit" loading={busy}>
                  <Trans>Set up Fairhold</Trans>
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </form>
    </Doorway>
  );
}
