// How much there may be, beside the order: what this machine would make of it, before anybody is refused.
import { Alert, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { Quota, Size } from "../../api/types";
import { formatMemory } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Meter } from "../../ui/Meter";

export function QuotaPanel({ quota, size, extraGib }: { quota: Quota; size: Size | undefined; extraGib: number }) {
  const count = (value: number) => String(value);
  const lines = [
    { name: t`Machines`, ...quota.machines, more: 1, show: count },
    { name: t`Processors`, ...quota.cpus, more: size?.cpus ?? 0, show: count },
    { name: t`Memory`, ...quota.memory_mib, more: size?.memory_mib ?? 0, show: formatMemory },
    { name: t`Disk`, ...quota.disk_gib, more: (size?.disk_gib ?? 0) + extraGib, show: (value: number) => `${value} GiB` },
  ];
  const passed = lines.find((line) => line.used + line.more > line.limit);
  return (
    <Paper mb="md">
      <Title order={2} mb="sm">
        <Trans>With this machine</Trans>
      </Title>
      <Stack gap="xs">
        {lines.map((line) => (
          <div key={line.name}>
            <Text size="sm" c="dimmed">
              {line.name}
            </Text>
            <Meter used={line.used + line.more} of={line.limit} text={t`${line.show(line.used + line.more)} of ${line.show(line.limit)}`} />
          </div>
        ))}
        {passed !== undefined && (
          <Alert variant="outline" color="red" icon={<Icon name="warning" />} title={t`This is more than you may have`}>
            <Trans>Delete what you do not need, choose a smaller size, or ask the operator for a higher limit.</Trans>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
