// The extra disks of a machine: make one for it, attach one that is free, detach.
import { Group, Select, Skeleton, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { WhyButton } from "../../ui/WhyButton";
import { diskAttach, disksFindQuery } from "./diskApi";
import { DiskCreate, noDiskFor } from "./DiskDialogs";
import { DiskTable } from "./DiskTable";

export function InstanceDisks({ instance }: { instance: Instance }) {
  const disks = useQuery(disksFindQuery);
  const [making, setMaking] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const attach = useAction({ run: (id: string) => diskAttach(id, instance.id), refresh: ["disks"], said: t`The disk is on its way to the machine.`, then: () => setChosen(null) });
  if (disks.isError) return <ProblemAlert problem={asProblem(disks.error)} />;
  if (disks.data === undefined) return <Skeleton height={160} />;
  const free = disks.data.filter((disk) => disk.instance_id == null && disk.state === "ready" && disk.node_id === instance.node_id);
  const why = noDiskFor(instance);
  return (
    <Stack>
      <Text c="dimmed" maw={640}>
        <Trans>Extra disks stay when the machine goes. Snapshots and backups of the machine hold its own disk only, and memory is not kept while it has extra disks.</Trans>
      </Text>
      <Group align="flex-end">
        <WhyButton leftSection={<Icon name="plus" />} why={why} onClick={() => setMaking(true)}>
          <Trans>Make a disk</Trans>
        </WhyButton>
        {free.length > 0 && (
          <>
            <Select label={t`A disk that is free`} data={free.map((disk) => ({ value: disk.id, label: `${disk.name}, ${disk.size_gib} GiB` }))} value={chosen} onChange={setChosen} />
            <WhyButton variant="default" loading={attach.isPending} why={why ?? (chosen === null ? t`Choose a disk first.` : null)} onClick={() => chosen !== null && attach.mutate(chosen)}>
              <Trans>Attach it</Trans>
            </WhyButton>
          </>
        )}
      </Group>
      {why !== null && (
        <Text size="sm" c="dimmed">
          {why}
        </Text>
      )}
      <DiskTable
        disks={disks.data.filter((disk) => disk.instance_id === instance.id)}
        machines={[instance]}
        ofMachine
        empty={
          <Empty icon="disk" title={t`No extra disks`}>
            <Text c="dimmed">
              <Trans>The machine has its own disk only.</Trans>
            </Text>
          </Empty>
        }
      />
      {making && <DiskCreate machines={[instance]} machine={instance} close={() => setMaking(false)} />}
    </Stack>
  );
}
