// The live step list of long work: what is done, what runs and for how long, and the log of what failed.
import { Button, Collapse, Group, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { asProblem } from "../api/problem";
import type { Operation, Step } from "../api/types";
import { operationQuery, operationRetry } from "../features/compute/api";
import { formatUtc } from "./format";
import { Icon, type IconName } from "./Icon";
import { ProblemAlert } from "./ProblemView";
import { operationLook, State } from "./State";
import { Elapsed } from "./When";

function sign(state: Step["state"]): { icon: IconName; tone: string; text: string } {
  switch (state) {
    case "done":
      return { icon: "check", tone: "good", text: t`done` };
    case "running":
      return { icon: "busy", tone: "busy", text: t`under way` };
    case "failed":
      return { icon: "cross", tone: "bad", text: t`failed` };
    case "undone":
      return { icon: "undo", tone: "idle", text: t`undone` };
    default:
      return { icon: "wait", tone: "idle", text: t`waiting` };
  }
}

/** "own" for a customer's own work, "any" for the operator, who alone repeats an undo. */
export type CanRetry = "own" | "any";

export function OperationSteps({ operation, canRetry }: { operation: Operation; canRetry?: CanRetry }) {
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <State look={operationLook(operation.state)} />
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            Total <Elapsed from={operation.created_at} to={operation.finished_at} />
          </Trans>
        </Text>
      </Group>
      {operation.error != null && operation.steps.every((step) => step.error == null) && (
        <Text c="var(--mantine-color-error)" role="alert">
          {operation.error}
        </Text>
      )}
      <StepList operation={operation} canRetry={canRetry} />
      {operation.state === "undone" && (
        <Text size="sm" c="dimmed">
          <Trans>What it did was taken back. You can ask for it again.</Trans>
        </Text>
      )}
      {((canRetry !== undefined && operation.retry === "step") || (canRetry === "any" && operation.retry === "undo")) && <Retry operation={operation} />}
    </Stack>
  );
}

function StepList({ operation, canRetry }: { operation: Operation; canRetry: CanRetry | undefined }) {
  return (
    <ol className="steps" aria-label={operation.title}>
      {operation.steps.map((step) => (
        <StepRow key={step.name} step={step} canRetry={canRetry} />
      ))}
    </ol>
  );
}

function StepRow({ step, canRetry }: { step: Step; canRetry: CanRetry | undefined }) {
  const { icon, tone, text } = sign(step.state);
  const failed = step.state === "failed" || step.error != null;
  const [open, { toggle }] = useDisclosure(false);
  const shown = open || failed;
  return (
    <li className="step">
      <span className="step-sign" data-tone={tone}>
        <Icon name={icon} size={14} />
      </span>
      <div className="step-head">
        <Text component="span" fw={step.state === "running" ? 600 : undefined} c={step.state === "waiting" ? "dimmed" : undefined}>
          {step.title}
        </Text>
        <Text component="span" size="sm" c="dimmed">
          {text}
          {step.attempt > 1 && ` · ${t`attempt ${step.attempt}`}`}
          {step.started_at && (
            <>
              {" · "}
              <Elapsed from={step.started_at} to={step.finished_at} />
            </>
          )}
        </Text>
      </div>
      {step.error && (
        <Text size="sm" c="var(--mantine-color-error)">
          {step.error}
        </Text>
      )}
      {step.log.length > 0 && !failed && (
        <Button variant="subtle" size="compact-xs" px={0} onClick={toggle} aria-expanded={open}>
          {open ? t`Hide the log` : t`Show the log`}
        </Button>
      )}
      {step.log.length > 0 && (
        <Collapse expanded={shown}>
          <div className="log" tabIndex={0} role="log" aria-label={t`Log of “${step.title}”`}>
            {step.log.map((line) => `${formatUtc(line.at).slice(11, 19)}  ${line.text}`).join("\n")}
          </div>
        </Collapse>
      )}
      {step.child && (
        <div style={{ marginTop: 12 }}>
          <StepList operation={step.child} canRetry={canRetry} />
          {canRetry === "any" && step.child.retry === "undo" && <Retry operation={step.child} />}
        </div>
      )}
    </li>
  );
}

function Retry({ operation }: { operation: Operation }) {
  const cache = useQueryClient();
  const retry = useMutation({
    mutationFn: () => operationRetry(operation.id),
    onSuccess: (news) => {
      cache.setQueryData(operationQuery(operation.id).queryKey, news);
      return cache.invalidateQueries({ queryKey: ["operations"] });
    },
  });
  return (
    <Stack gap="xs">
      <ProblemAlert problem={retry.isError ? asProblem(retry.error) : null} />
      <Group>
        <Button leftSection={<Icon name="retry" />} loading={retry.isPending} onClick={() => retry.mutate()}>
          {operation.retry === "undo" ? <Trans>Try to take it back again</Trans> : <Trans>Try again from this step</Trans>}
        </Button>
      </Group>
    </Stack>
  );
}
