// A machine's backups: the plan by which they are made, one made now, and all that there are.
import { Button, Group, Paper, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { backupCreate, backupPlanQuery, backupsQuery, quotaQuery } from "./api";
import { BackupPlanForm } from "./BackupPlanForm";
import { BackupTable } from "./BackupTable";

export function InstanceBackups({ instance }: { instance: Instance }) {
  const [making, setMaking] = useState(false);
  const list = useInfiniteQuery(backupsQuery(instance.id));
  const plan = useQuery(backupPlanQuery(instance.id));
  const quota = useQuery(quotaQuery).data?.backups;
  if (list.isError) return <ProblemAlert problem={asProblem(list.error)} />;
  if (list.data === undefined) return <Skeleton height={160} />;
  const backups = list.data.pages.flatMap((page) => page.items);
  const settled = instance.state === "running" || instance.state === "stopped";
  const full = quota !== undefined && quota.used >= quota.limit;
  const why = !settled
    ? t`Wait until the present work on the machine is done.`
    : backups.some((backup) => backup.state === "creating")
      ? t`One is being made. Wait until it is there.`
      : full
        ? t`All places for backups are taken. Delete one first.`
        : null;
  return (
    <Stack>
      <Paper>
        {plan.isError && <ProblemAlert problem={asProblem(plan.error)} />}
        {plan.data === undefined ? !plan.isError && <Skeleton height={80} /> : <BackupPlanForm key={instance.id} instance={instance} plan={plan.data} />}
      </Paper>
      <Group justify="space-between" align="flex-start">
        <Text c="dimmed" maw={560}>
          <Trans>
            A backup is a copy of the machine's own disk, kept as an archive at its node; extra disks are not in it. Those that you make stay until you delete them, also when the machine goes. Download one to
            have it elsewhere.
          </Trans>
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
          <Button leftSection={<Icon name="plus" />} disabled={why !== null} onClick={() => setMaking(true)}>
            <Trans>Make a backup</Trans>
          </Button>
          {why !== null && (
            <Text size="xs" c="dimmed">
              {why}
            </Text>
          )}
        </Stack>
      </Group>
      <BackupTable
        backups={backups}
        instance={instance}
        more={{ has: list.hasNextPage, busy: list.isFetchingNextPage, load: () => void list.fetchNextPage() }}
        empty={
          <Empty icon="copy" title={t`No backups yet`}>
            <Text c="dimmed">
              <Trans>Make one now, or choose above how often the machine is backed up by itself.</Trans>
            </Text>
          </Empty>
        }
      />
      {making && <Make instance={instance} close={() => setMaking(false)} />}
    </Stack>
  );
}

function Make({ instance, close }: { instance: Instance; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: "" }, validate: { name: (value: string) => nonEmpty(value, t`Give the backup a name.`) } },
    async ({ name }) => {
      await backupCreate(instance.id, name.trim());
      await Promise.all(["backups", "quota"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The backup is being made.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Back up ${instance.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput
            label={t`Name`}
            description={t`The machine goes on meanwhile. The backup holds its disk as it is now, without its memory.`}
            placeholder={t`Before the upgrade`}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Make it</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
