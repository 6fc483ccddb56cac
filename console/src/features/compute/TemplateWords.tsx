// Operator: what customers read about a template.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { TemplateView } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { ProblemAlert } from "../../ui/ProblemView";
import { templateUpdate } from "./imageApi";

export function TemplateWords({ template, close }: { template: TemplateView; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: template.name, description: template.description }, validate: { name: (value: string) => nonEmpty(value, t`Give the template a name.`) } },
    async ({ name, description }) => {
      await templateUpdate(template.id, { name: name.trim(), description: description.trim() });
      await Promise.all(["templates-any", "templates"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Describe ${template.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} autoComplete="off" data-autofocus {...form.getInputProps("name")} />
          <TextInput label={t`Description (optional)`} description={t`What customers read in the order form.`} autoComplete="off" {...form.getInputProps("description")} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Save</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
