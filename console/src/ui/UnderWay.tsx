// The end of a dialog that began something: how far it is, what it said last, and the way out.
import { Button, Group, Stack, Text } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { OperationSteps } from "./OperationSteps";
import { useOperation } from "./useOperation";

export function UnderWay({ operation: id, close, children }: { operation: string; close: () => void; children?: ReactNode }) {
  const { operation } = useOperation(id);
  const said = operation?.steps.flatMap((step) => step.log).at(-1)?.text;
  return (
    <Stack>
      {children}
      {operation !== undefined && <OperationSteps operation={operation} canRetry="own" />}
      <Text role="status">{operation?.state === "succeeded" ? said : null}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          <Trans>Close</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
