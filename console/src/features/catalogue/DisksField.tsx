// The extra disks that come with a machine: a name and a size each, made once the machine runs.
import { ActionIcon, Button, Fieldset, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { DiskWithMachine } from "../../api/types";
import { Icon } from "../../ui/Icon";

const MOST = 8;

interface DisksFieldProps {
  value: DiskWithMachine[];
  onChange: (disks: DiskWithMachine[]) => void;
  error?: ReactNode;
}

export function DisksField({ value, onChange, error }: DisksFieldProps) {
  const set = (at: number, change: Partial<DiskWithMachine>) => onChange(value.map((disk, index) => (index === at ? { ...disk, ...change } : disk)));
  return (
    <Fieldset variant="unstyled" className="part" legend={t`Extra disks (optional)`}>
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          <Trans>Beside the machine's own. They stay when the machine goes, and can be attached to another one.</Trans>
        </Text>
        {value.map((disk, index) => (
          <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              label={t`Name`}
              aria-label={t`Name of disk ${index + 1}`}
              style={{ flex: 2 }}
              value={disk.name}
              onChange={(event) => set(index, { name: event.currentTarget.value })}
              autoComplete="off"
            />
            <NumberInput
              label={t`GiB`}
              aria-label={t`Size of disk ${index + 1} in GiB`}
              style={{ flex: 1 }}
              min={1}
              max={10_000}
              allowDecimal={false}
              value={disk.size_gib}
              onChange={(gib) => set(index, { size_gib: Number(gib) })}
            />
            <ActionIcon variant="default" size="lg" aria-label={t`Leave out disk ${index + 1}`} onClick={() => onChange(value.filter((_, other) => other !== index))}>
              <Icon name="trash" />
            </ActionIcon>
          </Group>
        ))}
        {error != null && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
        <Group>
          <Button variant="default" size="xs" leftSection={<Icon name="plus" />} disabled={value.length >= MOST} onClick={() => onChange([...value, { name: t`Disk ${value.length + 1}`, size_gib: 10 }])}>
            <Trans>Add a disk</Trans>
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
