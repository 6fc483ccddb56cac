// The project's own images: disks that were uploaded, for new machines.
import { Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { inPlace } from "../../api/client";
import type { Image } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { CopyControl } from "../../ui/CopyId";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { quotaQuery } from "./api";
import { imageDelete, imagesQuery } from "./imageApi";
import { ImageState } from "./ImageState";
import { ImageUpload } from "./ImageUpload";

type Asked = { kind: "upload" } | { kind: "resume" | "delete"; image: Image } | null;

export function ImagesPage() {
  const images = useSuspenseInfiniteQuery(imagesQuery);
  const quota = useQuery(quotaQuery).data?.images;
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  return (
    <Page
      title={t`Images`}
      lead={
        <Text c="dimmed">
          <Trans>Disks of your own that machines are made of.</Trans>
          {quota !== undefined && (
            <>
              {" "}
              <Trans>
                {quota.used} of {quota.limit} places are taken in this project.
              </Trans>
            </>
          )}
        </Text>
      }
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setAsked({ kind: "upload" })}>
          <Trans>Upload an image</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Images`}
        rows={images.data.pages.flatMap((page) => page.items)}
        rowKey={(image) => image.id}
        more={{ has: images.hasNextPage, busy: images.isFetchingNextPage, load: () => void images.fetchNextPage() }}
        empty={
          <Empty icon="device" title={t`No images yet`}>
            <Text c="dimmed">
              <Trans>Upload a disk in the format qcow2 or raw, and order machines that begin with it.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          {
            name: t`Name`,
            lead: true,
            cell: (image) => (
              <>
                {image.name} <CopyControl value={image.id} label={t`Copy ${image.id}`} />
              </>
            ),
          },
          { name: t`State`, cell: (image) => <ImageState image={image} /> },
          { name: t`Least disk`, align: "right", cell: (image) => (image.disk_gib == null ? "–" : t`${image.disk_gib} GiB`) },
          { name: t`Machines`, align: "right", cell: (image) => image.machines },
          { name: t`Uploaded`, cell: (image) => <When at={image.created_at} /> },
          { name: t`Actions`, acts: true, cell: (image) => <Actions image={image} ask={setAsked} /> },
        ]}
      />
      {asked?.kind === "upload" && <ImageUpload door="project" close={close} />}
      {asked?.kind === "resume" && <ImageUpload door="project" resume={asked.image} close={close} />}
      {asked?.kind === "delete" && <Remove image={asked.image} close={close} />}
    </Page>
  );
}

function Actions({ image, ask }: { image: Image; ask: (asked: Asked) => void }) {
  const navigate = useNavigate();
  const ready = image.state === "ready";
  const fixed = image.state === "checking" || image.state === "deleting";
  return (
    <Group gap="xs">
      {ready && (
        <>
          <Button size="xs" variant="default" onClick={() => void navigate({ to: paths.instanceCreate(), search: { image: image.id } })}>
            <Trans>New machine</Trans>
          </Button>
          <Button size="xs" variant="default" component="a" href={inPlace(paths.imageDisk(image.id))} download aria-label={t`Download the image ${image.name}`}>
            <Trans>Download</Trans>
          </Button>
        </>
      )}
      {image.state === "uploading" && (
        <Button size="xs" variant="default" onClick={() => ask({ kind: "resume", image })} aria-label={t`Go on with the upload of ${image.name}`}>
          <Trans>Go on</Trans>
        </Button>
      )}
      <WhyButton
        size="xs"
        variant="default"
        why={image.machines > 0 ? t`Machines are made of it. Delete or rebuild them first.` : fixed ? t`Wait until the present work on it is done.` : null}
        onClick={() => ask({ kind: "delete", image })}
        aria-label={t`Delete the image ${image.name}`}
      >
        <Trans>Delete</Trans>
      </WhyButton>
    </Group>
  );
}

function Remove({ image, close }: { image: Image; close: () => void }) {
  const remove = useAction({ run: () => imageDelete(image.id), refresh: ["images", "quota"], then: close });
  return (
    <Confirm opened close={close} title={t`Delete the image “${image.name}”?`} action={t`Delete the image`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>Its disk is removed and does not come back. No machine is made of it.</Trans>
      </Text>
    </Confirm>
  );
}
