// The rules of a security group, to read and to change.
import { ActionIcon, Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { SecurityRule } from "../../api/types";
import { Icon } from "../../ui/Icon";
import { ruleInWords } from "./ruleWords";

/** A list of rules as sentences. */
export function RuleList({ rules, none }: { rules: readonly SecurityRule[]; none: string }) {
  if (rules.length === 0) return <Text size="sm" c="dimmed">{none}</Text>;
  return (
    <Stack gap={2}>
      {rules.map((rule, index) => (
        <Text key={index} size="sm">
          {ruleInWords(rule)}
        </Text>
      ))}
    </Stack>
  );
}

/** A rule while it is being typed: ports are a text such as 22 or 80-90. */
export interface DraftRule {
  direction: SecurityRule["direction"];
  protocol: SecurityRule["protocol"];
  ports: string;
  peer: string;
}

export function RuleEditor({ rules, onChange, error }: { rules: DraftRule[]; onChange: (rules: DraftRule[]) => void; error: React.ReactNode }) {
  const change = (index: number, part: Partial<DraftRule>) => onChange(rules.map((rule, at) => (at === index ? { ...rule, ...part } : rule)));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        <Trans>What no rule lets in stays out. Everything may leave, until one rule is about what leaves.</Trans>
      </Text>
      {rules.map((rule, index) => (
        <Group key={index} gap="xs" align="flex-end" wrap="wrap" className="rule" role="group" aria-label={t`Rule ${index + 1}`}>
          <Select
            label={t`Way`}
            w={110}
            data={[
              { value: "inbound", label: t`In` },
              { value: "outbound", label: t`Out` },
            ]}
            value={rule.direction}
            onChange={(direction) => change(index, { direction: direction === "outbound" ? "outbound" : "inbound" })}
            allowDeselect={false}
          />
          <Select
            label={t`What`}
            w={110}
            data={[
              { value: "tcp", label: "TCP" },
              { value: "udp", label: "UDP" },
              { value: "icmp", label: "ICMP" },
              { value: "any", label: t`Everything` },
            ]}
            value={rule.protocol}
            onChange={(protocol) => change(index, { protocol: protocol === "udp" || protocol === "icmp" || protocol === "any" ? protocol : "tcp" })}
            allowDeselect={false}
          />
          <TextInput
            label={t`Ports`}
            className="rule-ports"
            placeholder={t`All`}
            disabled={rule.protocol === "any" || rule.protocol === "icmp"}
            value={rule.ports}
            onChange={(event) => change(index, { ports: event.currentTarget.value })}
          />
          <TextInput label={t`Other end`} placeholder={t`Everyone`} style={{ flex: "1 1 8rem" }} value={rule.peer} onChange={(event) => change(index, { peer: event.currentTarget.value })} />
          <ActionIcon variant="default" size="input-sm" onClick={() => onChange(rules.filter((_, at) => at !== index))} aria-label={t`Remove rule ${index + 1}`}>
            <Icon name="trash" />
          </ActionIcon>
        </Group>
      ))}
      {error != null && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {error}
        </Text>
      )}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onChange([...rules, { direction: "inbound", protocol: "tcp", ports: "", peer: "" }])}
        >
          <Trans>Add a rule</Trans>
        </Button>
      </div>
    </Stack>
  );
}
