// Uploading an image: the file, what it is called, and how far it is. One that broke off goes on when its file is chosen again.
import { Button, FileInput, Group, Progress, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import type { Image, TemplateView } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { formatBytes } from "../../ui/format";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { send, type Sending } from "./imageUpload";

interface ImageUploadProps {
  door: Sending["door"];
  close: () => void;
  /** The one that broke off. */
  resume?: Image | undefined;
  /** The operator's templates that consist of images. */
  templates?: readonly TemplateView[];
}

interface Values extends Record<string, unknown> {
  file: File | null;
  name: string;
  template_id: string;
  description: string;
  sha256: string;
}

export function ImageUpload({ door, close, resume, templates = [] }: ImageUploadProps) {
  const cache = useQueryClient();
  const [sent, setSent] = useState<number | null>(null);
  const stop = useRef(() => {});
  // Whoever closes the dialog breaks off; what has come stays and the list offers to go on.
  useEffect(() => () => stop.current(), []);
  const initialValues: Values = { file: null, name: "", template_id: "", description: "", sha256: "" };
  const { form, problem, general, busy, onSubmit } = useApiForm<Values>(
    {
      initialValues,
      validate: {
        file: (file: File | null) => (file === null ? t`Choose a file.` : resume?.total_bytes != null && file.size !== resume.total_bytes ? t`This is another file: the one that broke off has ${formatBytes(resume.total_bytes)}.` : null),
        name: (name: string, { template_id }: Values) => (resume === undefined && template_id === "" ? nonEmpty(name, t`Give the image a name.`) : null),
      },
    },
    async ({ file, name, template_id, description, sha256 }) => {
      if (file === null) return;
      const wanted = template_id === "" ? { name: name.trim(), description: description.trim() } : { template_id };
      const filled = Object.entries({ ...wanted, sha256: sha256.trim() }).filter(([, value]) => value !== "");
      const sending = send({ file, door, resume: resume?.id, words: Object.fromEntries(filled), onProgress: setSent });
      stop.current = sending.stop;
      try {
        setSent(resume?.received_bytes ?? 0);
        await sending.done;
      } finally {
        setSent(null);
        await Promise.all(["images", "templates-any", "quota"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      }
      notifyDone(t`Everything is there. It is looked at before machines can be made of it.`);
      close();
    },
  );
  const file = form.values.file;
  return (
    <Dialog opened close={close} title={resume === undefined ? t`Upload an image` : t`Go on with the upload`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <FileInput
            label={t`File`}
            description={t`A disk in the format qcow2 or raw, with a system on it that boots by BIOS. Cloud images of the distributions are such disks.`}
            placeholder={t`Choose a file`}
            disabled={busy}
            {...form.getInputProps("file")}
          />
          {resume === undefined && (
            <>
              {templates.length > 0 && (
                <Select
                  label={t`A new version of`}
                  data={[{ value: "", label: t`Nothing: a new template` }, ...templates.map((template) => ({ value: template.id, label: template.name }))]}
                  allowDeselect={false}
                  disabled={busy}
                  {...form.getInputProps("template_id")}
                />
              )}
              {form.values.template_id === "" && <TextInput label={t`Name`} autoComplete="off" disabled={busy} {...form.getInputProps("name")} />}
              {door === "operator" && form.values.template_id === "" && <TextInput label={t`Description (optional)`} autoComplete="off" disabled={busy} {...form.getInputProps("description")} />}
              <TextInput
                label={t`SHA-256 (optional)`}
                description={t`Compared with what arrives.`}
                autoComplete="off"
                spellCheck={false}
                classNames={{ input: "mono" }}
                disabled={busy}
                {...form.getInputProps("sha256")}
              />
            </>
          )}
          {sent !== null && file !== null && (
            <div>
              <Progress value={file.size === 0 ? 0 : (sent / file.size) * 100} aria-label={t`Sent`} />
              <Text size="sm" className="tabular">
                <Trans>
                  {formatBytes(sent)} of {formatBytes(file.size)}
                </Trans>
              </Text>
            </div>
          )}
          <Group justify="flex-end">
            {busy && (
              <Button variant="default" onClick={close}>
                <Trans>Go on later</Trans>
              </Button>
            )}
            <Button type="submit" loading={busy}>
              <Trans>Upload</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
