// Whom to turn to when we do not help.
import { Anchor, Paper, Text, Title } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { RightsRequest } from "../../api/types";

export function AuthorityNote({ authority }: { authority: RightsRequest["authority"] }) {
  if (authority == null) return null;
  return (
    <Paper>
      <Title order={2}>
        <Trans>If we do not help</Trans>
      </Title>
      <Text>
        <Trans>
          You can complain at any time to{" "}
          <Anchor href={authority.url} rel="noreferrer">
            {authority.name}
          </Anchor>
          .
        </Trans>
      </Text>
    </Paper>
  );
}
