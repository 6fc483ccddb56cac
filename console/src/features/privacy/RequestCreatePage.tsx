// Asking for something about one's data. What can be done at once is done at once.
import { Alert, Anchor, Button, Group, Paper, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { NewRequest, RightsRequest } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { requestCreate, rightsQuery } from "./api";
import { placeText } from "./places";
import { fieldText, kindText } from "./requestWords";

const KINDS: RightsRequest["kind"][] = ["enquiry", "complaint", "rectification", "access", "portability", "erasure"];
const FIELDS = ["name", "legal_name", "address", "country", "tax_id"] as const;
type Field = (typeof FIELDS)[number];

interface Blank extends Record<string, unknown> {
  kind: RightsRequest["kind"];
  text: string;
  place: string | null;
  field: Field | null;
  value: string;
}

const BLANK: Blank = { kind: "enquiry", text: "", place: null, field: null, value: "" };

export function RequestCreatePage() {
  const places = useSuspenseQuery(rightsQuery(null)).data.places;
  const navigate = useNavigate();
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: BLANK },
    async ({ kind, text, place, field, value }) => {
      const correction = kind === "rectification" && field !== null ? { field, value: value.trim() } : null;
      const body: NewRequest = { kind, text: text.trim() || null, place, correction };
      const made = await requestCreate(body);
      await Promise.all(["requests", "holdings", "me"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      await navigate({ to: paths.request(made.id) });
    },
    { "correction.value": "value" },
  );
  const { kind, field } = form.values;
  return (
    <Page
      title={t`New request`}
      above={
        <Anchor component={Link} to={paths.requests()} size="sm">
          <Trans>Your requests</Trans>
        </Anchor>
      }
      narrow
    >
      <Paper>
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <ProblemAlert problem={problem} general={general} />
            <Select
              label={t`What do you ask for?`}
              data={KINDS.map((each) => ({ value: each, label: kindText(each) }))}
              allowDeselect={false}
              {...form.getInputProps("kind")}
            />
            {kind === "erasure" && (
              <Alert variant="outline" color="keep" icon={<Icon name="trash" />} title={t`You can do this yourself, now`}>
                <Trans>
                  On <Anchor component={Link} to={paths.erasure()}>this page</Anchor> you see what goes and what stays, and it is done at once, with a certificate.
                </Trans>
              </Alert>
            )}
            {kind === "rectification" && (
              <>
                <Select
                  label={t`What is wrong?`}
                  description={t`Choose one to have it put right at once, wherever it is kept. For anything else say it in your own words below.`}
                  data={FIELDS.map((each) => ({ value: each, label: fieldText(each) }))}
                  clearable
                  clearButtonProps={{ "aria-label": t`Clear` }}
                  {...form.getInputProps("field")}
                />
                {field !== null && <TextInput label={t`What is right?`} {...form.getInputProps("value")} />}
              </>
            )}
            <Textarea label={t`In your own words`} autosize minRows={4} maxLength={5000} {...form.getInputProps("text")} />
            <Select
              label={t`Where you live`}
              description={t`It decides which law sets the deadline. Leave it empty to be treated as living where we are.`}
              data={places.map((code) => ({ value: code, label: placeText(code) }))}
              searchable
              clearable
              clearButtonProps={{ "aria-label": t`Clear` }}
              {...form.getInputProps("place")}
            />
            <Group>
              <Button type="submit" loading={busy}>
                <Trans>Send the request</Trans>
              </Button>
            </Group>
          </Stack>
        </form>
      </Paper>
    </Page>
  );
}
