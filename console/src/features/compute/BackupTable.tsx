// Backups in a table, with what can be done with each: bring back, take away, test, make a new machine, delete.
import { Alert, Button, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Backup, Instance, RestoreTest } from "../../api/types";
import { paths } from "../../paths";
import { type Column, DataTable } from "../../table/DataTable";
import type { More } from "../../table/MoreButton";
import { Confirm } from "../../ui/Confirm";
import { CopyControl } from "../../ui/CopyId";
import { formatBytes } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { backupLook, restoreTestLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { backupDelete, backupRestore, backupTest } from "./api";

interface BackupTableProps {
  backups: readonly Backup[];
  /** The machine on whose page they stand. */
  instance?: Instance;
  more: More;
  empty: ReactNode;
}

type Dialog = { kind: "restore" | "delete"; backup: Backup } | null;

export function BackupTable({ backups, instance, more, empty }: BackupTableProps) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const columns: Column<Backup>[] = [
    { name: t`Name`, lead: true, cell: (backup) => <Name backup={backup} /> },
    { name: t`State`, cell: (backup) => <BackupState backup={backup} /> },
    { name: t`Size`, cell: (backup) => (backup.bytes == null ? "–" : <span className="nowrap tabular">{formatBytes(backup.bytes)}</span>) },
    { name: t`Taken`, cell: (backup) => <When at={backup.taken_at ?? backup.created_at} /> },
    { name: t`Actions`, acts: true, cell: (backup) => <Actions backup={backup} instance={instance} ask={setDialog} /> },
  ];
  if (instance === undefined) columns.splice(1, 0, { name: t`Machine`, cell: (backup) => backup.hostname });
  return (
    <>
      <DataTable label={t`Backups`} rows={backups} rowKey={(backup) => backup.id} more={more} empty={empty} columns={columns} />
      {dialog?.kind === "restore" && instance !== undefined && <Restore instance={instance} backup={dialog.backup} close={close} />}
      {dialog?.kind === "delete" && <Remove backup={dialog.backup} close={close} />}
    </>
  );
}

function Name({ backup }: { backup: Backup }) {
  return (
    <>
      {backup.name} <CopyControl value={backup.id} label={t`Copy ${backup.id}`} />
      {backup.scheduled && (
        <Text size="xs" c="dimmed">
          <Trans>By the plan</Trans>
        </Text>
      )}
    </>
  );
}

function BackupState({ backup }: { backup: Backup }) {
  return (
    <>
      <State look={backupLook(backup)} />
      {backup.problem != null && (
        <Text size="xs" c="dimmed" maw={220}>
          {backup.problem}
        </Text>
      )}
      {backup.restore_test != null && <Tested test={backup.restore_test} />}
    </>
  );
}

/** What came of restoring it to see whether it works. */
function Tested({ test }: { test: RestoreTest }) {
  return (
    <Text size="xs" c="dimmed" component="div">
      <State look={restoreTestLook(test.outcome)} /> {test.outcome !== "running" && <When at={test.at} />}
      {test.problem != null && <div>{test.problem}</div>}
      {test.outcome === "started" && (
        <div>
          <Trans>It kept running, but nothing told whether its system is ready.</Trans>
        </div>
      )}
    </Text>
  );
}

function Actions({ backup, instance, ask }: { backup: Backup; instance: Instance | undefined; ask: (dialog: Dialog) => void }) {
  const navigate = useNavigate();
  const test = useAction({ run: () => backupTest(backup.id), refresh: ["backups"], said: t`The backup is being tested. It becomes a machine of its own for some minutes, cut off from every network.` });
  const tested = backup.restore_test?.outcome === "running";
  const ready = backup.state === "ready";
  const settled = instance?.state === "running" || instance?.state === "stopped";
  const unready = backup.state === "creating" ? t`It is still being made.` : backup.state === "failed" ? t`It could not be made, so there is nothing to bring back.` : t`Wait until the present work on it is done.`;
  return (
    <Group gap="xs">
      {instance !== undefined && (
        <WhyButton size="xs" variant="default" why={!ready ? unready : settled ? null : t`Wait until the present work on the machine is done.`} onClick={() => ask({ kind: "restore", backup })}>
          <Trans>Bring back</Trans>
        </WhyButton>
      )}
      {ready && (
        <>
          {backup.format === "qcow2" || backup.format === "tar" ? (
            <Button size="xs" variant="default" component="a" href={paths.backupArchive(backup.id)} download aria-label={t`Download the backup ${backup.name}`}>
              <Trans>Download</Trans>
            </Button>
          ) : (
            <WhyButton size="xs" variant="default" why={t`The hypervisor that keeps this backup hands out no archives.`}>
              <Trans>Download</Trans>
            </WhyButton>
          )}
          <WhyButton
            size="xs"
            variant="default"
            why={tested ? t`It is being tested.` : null}
            loading={test.isPending}
            onClick={() => test.mutate()}
            aria-label={t`Test the backup ${backup.name}`}
          >
            <Trans>Test</Trans>
          </WhyButton>
          <Button size="xs" variant="default" onClick={() => void navigate({ to: paths.instanceCreate(), search: { backup: backup.id } })}>
            <Trans>New machine</Trans>
          </Button>
        </>
      )}
      <WhyButton
        size="xs"
        variant="default"
        why={tested ? t`It is being tested.` : ready || backup.state === "failed" ? null : unready}
        onClick={() => ask({ kind: "delete", backup })}
        aria-label={t`Delete the backup ${backup.name}`}
      >
        <Trans>Delete</Trans>
      </WhyButton>
    </Group>
  );
}

function Restore({ instance, backup, close }: { instance: Instance; backup: Backup; close: () => void }) {
  const restore = useAction({ run: () => backupRestore(backup.id), refresh: ["instances", "backups", "quota"], then: close });
  return (
    <Confirm
      opened
      close={close}
      title={t`Bring ${instance.name} back to “${backup.name}”?`}
      action={t`Bring it back`}
      busy={restore.isPending}
      onConfirm={() => restore.mutate()}
      danger
      typed={{ expected: instance.name, label: t`Type “${instance.name}” to go on` }}
    >
      <Alert variant="outline" color="red" icon={<Icon name="warning" />}>
        <Trans>
          Everything that was written to its disk since <When at={backup.taken_at ?? backup.created_at} /> is lost, with the machine's snapshots.
        </Trans>
      </Alert>
      <Text>
        {instance.state === "running" ? (
          <Trans>The machine is stopped first and runs again afterwards. The backup stays.</Trans>
        ) : (
          <Trans>The machine stays off. The backup stays.</Trans>
        )}
      </Text>
    </Confirm>
  );
}

function Remove({ backup, close }: { backup: Backup; close: () => void }) {
  const remove = useAction({ run: () => backupDelete(backup.id), refresh: ["backups", "quota"], then: close });
  return (
    <Confirm opened close={close} title={t`Delete the backup “${backup.name}”?`} action={t`Delete the backup`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>Its archive is removed and does not come back. Machines do not change.</Trans>
      </Text>
    </Confirm>
  );
}
