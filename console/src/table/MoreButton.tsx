// Reads the next page of a list.
import { Button, Group } from "@mantine/core";
import { Trans } from "@lingui/react/macro";

export interface More {
  has: boolean;
  busy: boolean;
  load: () => void;
}

export function MoreButton({ more }: { more: More | undefined }) {
  if (!more?.has) return null;
  return (
    <Group justify="center">
      <Button variant="default" loading={more.busy} onClick={more.load}>
        <Trans>Show more</Trans>
      </Button>
    </Group>
  );
}
