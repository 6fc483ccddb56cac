// The end of a dialog that began something: how far it is, what it said last, and the way out.
import { Button, Group, Stack, Text } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import type { Operation } from "../api/types";
import { OperationSteps, type CanRetry } from "./OperationSteps";
import { useOperation } from "./useOperation";

interface UnderWayProps {
  operation: string;
  close: () => void;
  canRetry?: CanRetry;
  onEnd?: (operation: Operation) => void;
  children?: ReactNode;
}

export function UnderWay({ operation: id, close, canRetry = "own", onEnd, children }: UnderWayProps) {
  const { operation } = useOperation(id, onEnd);
  const said = operation?.steps.flatMap((step) => step.log).at(-1)?.text;
  return (
    <Stack>
      {children}
      {operation !== undefined && <OperationSteps operation={operation} canRetry={canRetry} />}
      <Text role="status">{operation?.state === "succeeded" ? said : null}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          <Trans>Close</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
