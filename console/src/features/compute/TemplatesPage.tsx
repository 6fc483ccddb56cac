// Operator: the images that customers choose from, each with its versions; fetched from their publishers or uploaded.
import { Badge, Button, Code, Group, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Image, TemplateView } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { imageRetry, imageWithdraw, templatesAnyQuery, templateUpdate } from "./imageApi";
import { ImageImport } from "./ImageImport";
import { ImageState } from "./ImageState";
import { ImageUpload } from "./ImageUpload";
import { TemplateWords } from "./TemplateWords";

type Asked = { kind: "import" | "upload" } | { kind: "resume" | "delete"; image: Image; name: string } | { kind: "retire" | "words"; template: TemplateView } | null;

export function TemplatesPage() {
  const templates = useSuspenseInfiniteQuery(templatesAnyQuery).data.pages.flatMap((page) => page.items);
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  const ofImages = templates.filter((template) => template.source === "image");
  return (
    <Page
      title={t`Images`}
      lead={<Text c="dimmed">{t`What customers' machines are made of. New machines get the newest version that is ready; those that there are keep theirs.`}</Text>}
      actions={
        <Group>
          <Button variant="default" leftSection={<Icon name="plus" />} onClick={() => setAsked({ kind: "upload" })}>
            <Trans>Upload</Trans>
          </Button>
          <Button leftSection={<Icon name="download" />} onClick={() => setAsked({ kind: "import" })}>
            <Trans>Import by address</Trans>
          </Button>
        </Group>
      }
    >
      <Stack gap="xl">
        {templates.map((template) => (
          <Template key={template.id} template={template} ask={setAsked} />
        ))}
      </Stack>
      {asked?.kind === "import" && <ImageImport templates={ofImages} close={close} />}
      {asked?.kind === "upload" && <ImageUpload door="operator" templates={ofImages} close={close} />}
      {asked?.kind === "resume" && <ImageUpload door="operator" resume={asked.image} close={close} />}
      {asked?.kind === "delete" && <Remove image={asked.image} name={asked.name} close={close} />}
      {asked?.kind === "retire" && <Retire template={asked.template} close={close} />}
      {asked?.kind === "words" && <TemplateWords template={asked.template} close={close} />}
    </Page>
  );
}

function Template({ template, ask }: { template: TemplateView; ask: (asked: Asked) => void }) {
  const hide = useAction({ run: () => templateUpdate(template.id, { hidden: !template.hidden }), refresh: ["templates-any", "templates"] });
  const offer = useAction({ run: () => templateUpdate(template.id, { retired: false }), refresh: ["templates-any", "templates"] });
  const retired = template.retired_at != null;
  return (
    <Stack component="section" aria-label={template.name} gap="xs">
      <Group justify="space-between" align="flex-start">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4">
              {template.name}
            </Title>
            {template.hidden && (
              <Badge variant="default" tt="none">
                <Trans>Hidden</Trans>
              </Badge>
            )}
            {retired && (
              <Badge variant="default" tt="none">
                <Trans>Retired</Trans>
              </Badge>
            )}
          </Group>
          <Text size="sm" c="dimmed">
            <Code>{template.key}</Code> {template.description}
          </Text>
          <Text size="sm">
            {template.machines === 1 ? <Trans>1 machine is made of it.</Trans> : <Trans>{template.machines} machines are made of it.</Trans>}{" "}
            {template.source === "built" && (template.nodes.length === 0 ? <Trans>No node has it.</Trans> : <Trans>Built on the hosts; on {template.nodes.join(", ")}.</Trans>)}
          </Text>
        </div>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => ask({ kind: "words", template })} aria-label={t`Describe ${template.name}`}>
            <Trans>Describe</Trans>
          </Button>
          <Button size="xs" variant="default" loading={hide.isPending} onClick={() => hide.mutate()} aria-label={template.hidden ? t`Show ${template.name}` : t`Hide ${template.name}`}>
            {template.hidden ? <Trans>Show</Trans> : <Trans>Hide</Trans>}
          </Button>
          {retired ? (
            <Button size="xs" variant="default" loading={offer.isPending} onClick={() => offer.mutate()} aria-label={t`Offer again: ${template.name}`}>
              <Trans>Offer again</Trans>
            </Button>
          ) : (
            <Button size="xs" variant="default" onClick={() => ask({ kind: "retire", template })} aria-label={t`Retire ${template.name}`}>
              <Trans>Retire</Trans>
            </Button>
          )}
        </Group>
      </Group>
      {template.source === "image" && (
        <DataTable
          label={t`Versions of ${template.name}`}
          rows={template.versions}
          rowKey={(image) => image.id}
          empty={null}
          columns={[
            { name: t`Version`, lead: true, cell: (image) => image.version },
            { name: t`State`, cell: (image) => <ImageState image={image} /> },
            { name: t`Source`, prose: true, cell: (image) => <Source image={image} /> },
            { name: t`Least disk`, align: "right", cell: (image) => (image.disk_gib == null ? "–" : t`${image.disk_gib} GiB`) },
            { name: t`Machines`, align: "right", cell: (image) => image.machines },
            { name: t`Since`, cell: (image) => <When at={image.ready_at ?? image.created_at} dateOnly /> },
            { name: t`Actions`, acts: true, cell: (image) => <Actions image={image} name={template.name} ask={ask} /> },
          ]}
        />
      )}
    </Stack>
  );
}

function Source({ image }: { image: Image }) {
  return (
    <>
      {image.url == null ? <Trans>Uploaded</Trans> : <Text size="sm" className="breakable" miw={150}>{image.url}</Text>}
      {image.sha256 != null && (
        <Text size="xs" c="dimmed" className="mono" title={image.sha256}>
          SHA-256 {image.sha256.slice(0, 16)}…
        </Text>
      )}
      {image.nodes.length > 0 && (
        <Text size="xs" c="dimmed">
          <Trans>On {image.nodes.join(", ")}</Trans>
        </Text>
      )}
    </>
  );
}

function Actions({ image, name, ask }: { image: Image; name: string; ask: (asked: Asked) => void }) {
  const again = useAction({ run: () => imageRetry(image.id), refresh: ["templates-any"] });
  const coming = image.state === "fetching" || image.state === "uploading";
  const fixed = image.state === "checking" || image.state === "deleting";
  return (
    <Group gap="xs">
      {image.state === "failed" && image.source === "url" && (
        <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()} aria-label={t`Try again to fetch version ${image.version} of ${name}`}>
          <Trans>Try again</Trans>
        </Button>
      )}
      {image.state === "uploading" && (
        <Button size="xs" variant="default" onClick={() => ask({ kind: "resume", image, name })} aria-label={t`Go on with version ${image.version} of ${name}`}>
          <Trans>Go on</Trans>
        </Button>
      )}
      <WhyButton
        size="xs"
        variant="default"
        why={image.machines > 0 ? t`Machines are made of it. Retire the template instead.` : fixed ? t`Wait until the present work on it is done.` : null}
        onClick={() => ask({ kind: "delete", image, name })}
        aria-label={coming ? t`Give up version ${image.version} of ${name}` : t`Delete version ${image.version} of ${name}`}
      >
        {coming ? <Trans>Give up</Trans> : <Trans>Delete</Trans>}
      </WhyButton>
    </Group>
  );
}

function Remove({ image, name, close }: { image: Image; name: string; close: () => void }) {
  const remove = useAction({ run: () => imageWithdraw(image.id), refresh: ["templates-any", "templates"], then: close });
  const coming = image.state === "fetching" || image.state === "uploading";
  return (
    <Confirm
      opened
      close={close}
      title={coming ? t`Give up version ${image.version} of ${name}?` : t`Delete version ${image.version} of ${name}?`}
      action={coming ? t`Give it up` : t`Delete the version`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      danger
    >
      <Text>{coming ? <Trans>What has come so far is removed.</Trans> : <Trans>Its file is removed here and on every node. No machine is made of it.</Trans>}</Text>
    </Confirm>
  );
}

function Retire({ template, close }: { template: TemplateView; close: () => void }) {
  const retire = useAction({ run: () => templateUpdate(template.id, { retired: true }), refresh: ["templates-any", "templates"], then: close });
  return (
    <Confirm opened close={close} title={t`Retire ${template.name}?`} action={t`Retire it`} busy={retire.isPending} onConfirm={() => retire.mutate()}>
      <Text>
        <Trans>No new machines are made of it. Those that there are stay, and can be rebuilt from it while its files are kept. It can be offered again.</Trans>
      </Text>
    </Confirm>
  );
}
