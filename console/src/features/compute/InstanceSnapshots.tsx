// What a machine can be brought back to: take, bring back, delete.
import { Alert, Button, Checkbox, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance, Snapshot } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { CopyControl } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { snapshotLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { quotaQuery, snapshotCreate, snapshotDelete, snapshotRestore, snapshotsQuery } from "./api";

type Dialog = { kind: "take" } | { kind: "restore" | "delete"; snapshot: Snapshot } | null;

export function InstanceSnapshots({ instance }: { instance: Instance }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const snapshots = useInfiniteQuery(snapshotsQuery(instance.id));
  const quota = useQuery(quotaQuery).data?.snapshots;
  const close = () => setDialog(null);
  if (snapshots.isError) return <ProblemAlert problem={asProblem(snapshots.error)} />;
  if (snapshots.data === undefined) return <Skeleton height={160} />;
  const settled = instance.state === "running" || instance.state === "stopped";
  const full = quota !== undefined && quota.used >= quota.limit;
  const why = !settled ? t`Wait until the present work on the machine is done.` : full ? t`All places for snapshots are taken. Delete one first.` : null;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Text c="dimmed" maw={560}>
          <Trans>A snapshot keeps the disk as it is now, on the same node. It is no backup: it goes when the machine goes. Extra disks are not in it.</Trans>
          {quota !== undefined && (
            <>
              {" "}
              <Trans>
                {quota.used} of {quota.limit} places are taken in this project.
              </Trans>
            </>
          )}
        </Text>
        <Stack gap={4} align="flex-start">
          <Button leftSection={<Icon name="plus" />} disabled={why !== null} onClick={() => setDialog({ kind: "take" })}>
            <Trans>Take a snapshot</Trans>
          </Button>
          {why !== null && (
            <Text size="xs" c="dimmed">
              {why}
            </Text>
          )}
        </Stack>
      </Group>
      <DataTable
        label={t`Snapshots`}
        rows={snapshots.data.pages.flatMap((page) => page.items)}
        rowKey={(snapshot) => snapshot.id}
        more={{ has: snapshots.hasNextPage, busy: snapshots.isFetchingNextPage, load: () => void snapshots.fetchNextPage() }}
        empty={
          <Empty icon="clock" title={t`No snapshots yet`}>
            <Text c="dimmed">
              <Trans>Take one before you change something that you may want to undo.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          {
            name: t`Name`,
            lead: true,
            cell: (snapshot) => (
              <>
                {snapshot.name} <CopyControl value={snapshot.id} label={t`Copy ${snapshot.id}`} />
              </>
            ),
          },
          { name: t`State`, cell: (snapshot) => <SnapshotState snapshot={snapshot} /> },
          { name: t`Holds`, cell: (snapshot) => (snapshot.memory ? t`Disk and memory` : t`Disk`) },
          { name: t`Taken`, cell: (snapshot) => <When at={snapshot.created_at} /> },
          {
            name: t`Actions`,
            acts: true,
            cell: (snapshot) => (
              <Group gap="xs" wrap="nowrap">
                <WhyButton size="xs" variant="default" why={unready(snapshot) ?? (settled ? null : t`Wait until the present work on the machine is done.`)} onClick={() => setDialog({ kind: "restore", snapshot })}>
                  <Trans>Bring back</Trans>
                </WhyButton>
                <WhyButton
                  size="xs"
                  variant="default"
                  why={snapshot.state === "failed" ? null : unready(snapshot)}
                  onClick={() => setDialog({ kind: "delete", snapshot })}
                  aria-label={t`Delete the snapshot ${snapshot.name}`}
                >
                  <Trans>Delete</Trans>
                </WhyButton>
              </Group>
            ),
          },
        ]}
      />
      {dialog?.kind === "take" && <Take instance={instance} close={close} />}
      {dialog?.kind === "restore" && <Restore instance={instance} snapshot={dialog.snapshot} close={close} />}
      {dialog?.kind === "delete" && <Remove snapshot={dialog.snapshot} close={close} />}
    </Stack>
  );
}

/** Why nothing can be done with it now; null when it can be brought back. */
function unready({ state }: Snapshot): string | null {
  if (state === "ready") return null;
  if (state === "creating") return t`It is still being taken.`;
  return state === "failed" ? t`It could not be taken, so there is nothing to bring back.` : t`Wait until the present work on it is done.`;
}

function SnapshotState({ snapshot }: { snapshot: Snapshot }) {
  return (
    <>
      <State look={snapshotLook(snapshot.state)} />
      {snapshot.problem != null && (
        <Text size="xs" c="dimmed">
          {snapshot.problem}
        </Text>
      )}
    </>
  );
}

function Take({ instance, close }: { instance: Instance; close: () => void }) {
  const cache = useQueryClient();
  const running = instance.state === "running";
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: "", memory: false }, validate: { name: (value: string) => nonEmpty(value, t`Give the snapshot a name.`) } },
    async ({ name, memory }) => {
      await snapshotCreate(instance.id, { name: name.trim(), memory: memory && running });
      await Promise.all(["instances", "quota"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The snapshot is being taken.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Take a snapshot of ${instance.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} placeholder={t`Before the upgrade`} data-autofocus {...form.getInputProps("name")} />
          <Checkbox
            label={t`Keep the memory too`}
            description={running ? t`The machine pauses for a moment. Brought back, it goes on exactly where it was.` : t`The machine is off, so there is no memory to keep.`}
            disabled={!running}
            {...form.getInputProps("memory", { type: "checkbox" })}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Take it</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Restore({ instance, snapshot, close }: { instance: Instance; snapshot: Snapshot; close: () => void }) {
  const restore = useAction({ run: () => snapshotRestore(snapshot.id), refresh: ["instances"], then: close });
  return (
    <Confirm
      opened
      close={close}
      title={t`Bring ${instance.name} back to “${snapshot.name}”?`}
      action={t`Bring it back`}
      busy={restore.isPending}
      onConfirm={() => restore.mutate()}
      danger
      typed={{ expected: instance.name, label: t`Type “${instance.name}” to go on` }}
    >
      <Alert variant="outline" color="red" icon={<Icon name="warning" />}>
        <Trans>
          Everything that was written to its disk since <When at={snapshot.created_at} /> is lost.
        </Trans>
      </Alert>
      <Text>
        <Trans>The snapshot stays. If you may want the present state back, take a snapshot of it first.</Trans>
      </Text>
    </Confirm>
  );
}

function Remove({ snapshot, close }: { snapshot: Snapshot; close: () => void }) {
  const remove = useAction({ run: () => snapshotDelete(snapshot.id), refresh: ["instances", "quota"], then: close });
  return (
    <Confirm opened close={close} title={t`Delete the snapshot “${snapshot.name}”?`} action={t`Delete the snapshot`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>The machine can no longer be brought back to it. The machine itself does not change.</Trans>
      </Text>
    </Confirm>
  );
}
