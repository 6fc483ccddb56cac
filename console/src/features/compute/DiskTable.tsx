// Extra disks as a table, in the project and at a machine.
import { Anchor, Code, Group, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Disk, Instance } from "../../api/types";
import { paths } from "../../paths";
import { DataTable } from "../../table/DataTable";
import { diskLook, State } from "../../ui/State";
import { WhyButton } from "../../ui/WhyButton";
import { DiskAttach, DiskDelete, DiskDetach, DiskGrow, DiskRename } from "./DiskDialogs";

type Open = { kind: "attach" | "detach" | "grow" | "rename" | "delete"; disk: Disk } | null;

interface DiskTableProps {
  disks: Disk[];
  machines: Instance[];
  empty: ReactNode;
  /** At a machine: whose disks they are goes without saying. */
  ofMachine?: boolean;
  more?: { has: boolean; busy: boolean; load: () => void };
}

export function DiskTable({ disks, machines, empty, ofMachine = false, more }: DiskTableProps) {
  const [dialog, setDialog] = useState<Open>(null);
  const close = () => setDialog(null);
  const nameOf = (id: string) => machines.find((machine) => machine.id === id)?.name ?? id;
  const whose = {
    name: t`Machine`,
    cell: (disk: Disk) =>
      disk.instance_id == null ? (
        t`None`
      ) : (
        <Anchor component={Link} to={paths.instance(disk.instance_id)}>
          {nameOf(disk.instance_id)}
        </Anchor>
      ),
  };
  return (
    <>
      <DataTable
        label={t`Disks`}
        rows={disks}
        rowKey={(disk) => disk.id}
        {...(more === undefined ? {} : { more })}
        empty={empty}
        columns={[
          { name: t`Name`, lead: true, cell: (disk) => disk.name },
          { name: t`State`, cell: (disk) => <DiskState disk={disk} /> },
          { name: t`Size`, align: "right", cell: (disk) => (disk.growing_to_gib == null ? `${disk.size_gib}\u00a0GiB` : `${disk.size_gib} → ${disk.growing_to_gib}\u00a0GiB`) },
          ...(ofMachine ? [] : [whose]),
          { name: t`In the machine`, cell: (disk) => (disk.state === "failed" ? "–" : <Code className="break">{disk.device}</Code>) },
          {
            name: t`Actions`,
            acts: true,
            cell: (disk) => (
              <Group gap="xs">
                {disk.instance_id == null ? (
                  <WhyButton size="xs" variant="default" why={unready(disk)} onClick={() => setDialog({ kind: "attach", disk })} aria-label={t`Attach ${disk.name}`}>
                    <Trans>Attach</Trans>
                  </WhyButton>
                ) : (
                  <WhyButton size="xs" variant="default" why={unready(disk)} onClick={() => setDialog({ kind: "detach", disk })} aria-label={t`Detach ${disk.name}`}>
                    <Trans>Detach</Trans>
                  </WhyButton>
                )}
                <WhyButton size="xs" variant="default" why={unready(disk)} onClick={() => setDialog({ kind: "grow", disk })} aria-label={t`Grow ${disk.name}`}>
                  <Trans>Grow</Trans>
                </WhyButton>
                <WhyButton size="xs" variant="default" why={null} onClick={() => setDialog({ kind: "rename", disk })} aria-label={t`Rename ${disk.name}`}>
                  <Trans>Rename</Trans>
                </WhyButton>
                <WhyButton size="xs" variant="default" why={undeletable(disk)} onClick={() => setDialog({ kind: "delete", disk })} aria-label={t`Delete the disk ${disk.name}`}>
                  <Trans>Delete</Trans>
                </WhyButton>
              </Group>
            ),
          },
        ]}
      />
      {dialog?.kind === "attach" && <DiskAttach disk={dialog.disk} machines={machines} close={close} />}
      {dialog?.kind === "detach" && <DiskDetach disk={dialog.disk} machine={nameOf(dialog.disk.instance_id ?? "")} close={close} />}
      {dialog?.kind === "grow" && <DiskGrow disk={dialog.disk} close={close} />}
      {dialog?.kind === "rename" && <DiskRename disk={dialog.disk} close={close} />}
      {dialog?.kind === "delete" && <DiskDelete disk={dialog.disk} close={close} />}
    </>
  );
}

/** Why nothing can be done with it now; null when something can. */
function unready({ state }: Disk): string | null {
  if (state === "ready") return null;
  if (state === "lost") return t`Its node does not have it any more.`;
  return state === "failed" ? t`It could not be made, so nothing of it is there.` : t`Wait until the present work on it is done.`;
}

function undeletable(disk: Disk): string | null {
  if (disk.state === "failed" || disk.state === "lost") return null;
  return disk.instance_id == null ? unready(disk) : t`A machine has it. Detach it first.`;
}

function DiskState({ disk }: { disk: Disk }) {
  return (
    <>
      <State look={diskLook(disk)} />
      {disk.problem != null && (
        <Text size="xs" c="dimmed" maw={220}>
          {disk.problem}
        </Text>
      )}
    </>
  );
}
