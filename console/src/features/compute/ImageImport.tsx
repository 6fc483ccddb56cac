// Operator: fetches an image from its publisher's address.
import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { TemplateView } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { imageImport } from "./imageApi";

interface Values extends Record<string, unknown> {
  template_id: string;
  name: string;
  description: string;
  url: string;
  sha256: string;
}

export function ImageImport({ templates, close }: { templates: readonly TemplateView[]; close: () => void }) {
  const cache = useQueryClient();
  const initialValues: Values = { template_id: "", name: "", description: "", url: "", sha256: "" };
  const { form, problem, general, busy, onSubmit } = useApiForm<Values>(
    {
      initialValues,
      validate: {
        name: (name: string, { template_id }: Values) => (template_id === "" ? nonEmpty(name, t`Give the template a name.`) : null),
        url: (url: string) => (url.trim().startsWith("https://") ? null : t`Files are fetched over https only.`),
        sha256: (digest: string) => (/^[0-9a-fA-F]{64}$/.test(digest.trim()) ? null : t`A SHA-256 has 64 hexadecimal digits; copy it from where the publisher shows it.`),
      },
    },
    async ({ template_id, name, description, url, sha256 }) => {
      const into = template_id === "" ? { name: name.trim(), description: description.trim() } : { template_id };
      await imageImport({ ...into, url: url.trim(), sha256: sha256.trim() });
      await cache.invalidateQueries({ queryKey: ["templates-any"] });
      notifyDone(t`It is being fetched.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Import an image by address`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          {templates.length > 0 && (
            <Select
              label={t`A new version of`}
              data={[{ value: "", label: t`Nothing: a new template` }, ...templates.map((template) => ({ value: template.id, label: template.name }))]}
              allowDeselect={false}
              {...form.getInputProps("template_id")}
            />
          )}
          {form.values.template_id === "" && (
            <>
              <TextInput label={t`Name`} placeholder="Debian 13" autoComplete="off" data-autofocus {...form.getInputProps("name")} />
              <TextInput label={t`Description (optional)`} autoComplete="off" {...form.getInputProps("description")} />
            </>
          )}
          <TextInput
            label={t`Address`}
            description={t`Of a disk in the format qcow2 or raw. Only public addresses are reached, unless the configuration names others.`}
            placeholder="https://cloud.debian.org/images/cloud/…/debian-13-genericcloud-amd64.qcow2"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps("url")}
          />
          <TextInput label={t`SHA-256`} description={t`As the publisher shows it beside the file.`} autoComplete="off" spellCheck={false} classNames={{ input: "mono" }} {...form.getInputProps("sha256")} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Fetch it</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
