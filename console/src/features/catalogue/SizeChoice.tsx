// The sizes as cards with what they hold and cost in the chosen cycle.
import { Group, Radio, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import type { ReactNode } from "react";
import type { Cycle, Size } from "../../api/types";
import { Amount } from "../../ui/Amount";
import { formatMemory } from "../../ui/format";

interface SizeChoiceProps {
  sizes: readonly Size[];
  cycle: Cycle;
  value: string;
  onChange: (id: string) => void;
  error?: ReactNode;
}

export function SizeChoice({ sizes, cycle, value, onChange, error }: SizeChoiceProps) {
  return (
    <Radio.Group value={value} onChange={onChange} label={t`Size`} error={error}>
      <div className="cards">
        {sizes.map((size) => (
          <Radio.Card key={size.id} value={size.id} className="choice">
            <Group justify="space-between" wrap="nowrap" align="flex-start">
              <Text fw={600}>{size.name}</Text>
              <Radio.Indicator aria-hidden />
            </Group>
            <Text size="sm" c="dimmed">
              {t`${size.cpus} CPU`} · {formatMemory(size.memory_mib)} · {t`${size.disk_gib} GiB disk`}
            </Text>
            <Text mt="xs" fw={600} component="div">
              <Amount money={cycle === "monthly" ? size.monthly : size.hourly} />{" "}
              <Text span size="sm" c="dimmed" fw={400}>
                {cycle === "monthly" ? t`a month` : t`an hour`}
              </Text>
            </Text>
            <Text size="sm" c="dimmed" component="div">
              <Amount money={cycle === "monthly" ? size.hourly : size.monthly} /> {cycle === "monthly" ? t`an hour` : t`a month`}
            </Text>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
