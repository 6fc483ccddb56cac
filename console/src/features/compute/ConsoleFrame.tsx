// What both consoles share: how the connection is, a way to connect again, and a word when the machine is off.
import { Button, Group, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { ApiProblem } from "../../api/problem";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { State } from "../../ui/State";

export type Connection = "connecting" | "open" | "closed";

interface ConsoleFrameProps {
  connection: Connection;
  problem: ApiProblem | null;
  reconnect: () => void;
  hint: string;
  children: ReactNode;
}

export function ConsoleFrame({ connection, problem, reconnect, hint, children }: ConsoleFrameProps) {
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <span role="status">
          {connection === "open" && <State look={{ text: t`Connected`, tone: "good", icon: "check" }} />}
          {connection === "connecting" && <State look={{ text: t`Connecting`, tone: "busy", icon: "busy" }} />}
          {connection === "closed" && <State look={{ text: t`Not connected`, tone: "idle", icon: "dash" }} />}
        </span>
        <Button variant="default" size="xs" leftSection={<Icon name="retry" size={15} />} onClick={reconnect}>
          <Trans>Connect again</Trans>
        </Button>
      </Group>
      <ProblemAlert problem={problem} />
      {children}
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
    </Stack>
  );
}
