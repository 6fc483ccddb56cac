// Limiting the use of one's data: restriction of everything, objection to one use.
import { Alert, Anchor, Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { paths } from "../../paths";
import { Confirm } from "../../ui/Confirm";
import { capitalised } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { objectionDelete, objectionsQuery, requestCreate, restrictionCreate, restrictionDelete, restrictionQuery } from "./api";

export function LimitsPage() {
  return (
    <Page
      title={t`Limit the use of your data`}
      above={
        <Anchor component={Link} to={paths.privacy()} size="sm">
          <Trans>Privacy</Trans>
        </Anchor>
      }
    >
      <Restriction />
      <Objections />
    </Page>
  );
}

function Restriction() {
  const { restricted, since } = useSuspenseQuery(restrictionQuery).data;
  const [asking, setAsking] = useState(false);
  const refresh = ["restriction", "requests"];
  const begin = useAction({ run: restrictionCreate, refresh, said: t`The use of your data is restricted.`, then: () => setAsking(false) });
  const end = useAction({ run: restrictionDelete, refresh, said: t`The restriction has ended.` });
  return (
    <Paper>
      <Stack gap="sm">
        <Title order={2}>
          <Trans>Restrict everything</Trans>
        </Title>
        <Text>
          <Trans>What is held about you as a person is kept, and used for nothing but legal claims, your rights and what you look at yourself. Your machines keep running.</Trans>
        </Text>
        {restricted && since != null && (
          <Alert variant="outline" color="yellow" icon={<Icon name="privacy" />} title={t`The use of your data is restricted`}>
            <Trans>
              Since <When at={since} />. You get no mail but about your rights.
            </Trans>
          </Alert>
        )}
        <Group>
          {restricted ? (
            <Button loading={end.isPending} onClick={() => end.mutate()}>
              <Trans>End the restriction</Trans>
            </Button>
          ) : (
            <Button variant="default" onClick={() => setAsking(true)}>
              <Trans>Restrict the use</Trans>
            </Button>
          )}
        </Group>
      </Stack>
      <Confirm opened={asking} close={() => setAsking(false)} title={t`Restrict the use of your data?`} action={t`Restrict it`} busy={begin.isPending} onConfirm={() => begin.mutate()}>
        <Text>
          <Trans>Invoices and notices about machines are no longer mailed to you, and staff cannot read your details to help you. Nothing is deleted; you can end it here at any time.</Trans>
        </Text>
      </Confirm>
    </Paper>
  );
}

function Objections() {
  const { purposes } = useSuspenseQuery(objectionsQuery).data;
  const refresh = ["objections", "requests"];
  const object = useAction<string>({ run: (purpose) => requestCreate({ kind: "objection", purpose }), refresh, said: t`The use has stopped.` });
  const lift = useAction<string>({ run: objectionDelete, refresh, said: t`The objection is taken back.` });
  return (
    <Paper>
      <Title order={2} mb="sm">
        <Trans>Object to one use</Trans>
      </Title>
      <Text>
        <Trans>
          The use stops at once. Where it rests on our interests, we answer in time with a decision, which you find under{" "}
          <Anchor component={Link} to={paths.requests()}>
            your requests
          </Anchor>
          ; what you only ever chose yourself stays stopped for good.
        </Trans>
      </Text>
      <ul className="plain-list">
        {purposes.map((each) => (
          <li key={each.purpose}>
            <div className="step-head" data-loose>
              <div>
                <Group gap="xs">
                  <Text fw={600} component="span">
                    {capitalised(each.text)}
                  </Text>
                  {each.absolute && (
                    <Badge variant="outline" color="gray">
                      <Trans>Your choice alone</Trans>
                    </Badge>
                  )}
                </Group>
                {each.balancing.map((note) => (
                  <Text key={note} size="sm" c="dimmed" mt={4}>
                    {note}
                  </Text>
                ))}
                {each.objected_at != null && (
                  <Text size="sm">
                    <Trans>
                      You object since <When at={each.objected_at} />.
                    </Trans>
                  </Text>
                )}
              </div>
              {each.objected_at == null ? (
                <Button variant="default" loading={object.isPending && object.variables === each.purpose} onClick={() => object.mutate(each.purpose)} aria-label={t`Object: ${each.text}`}>
                  <Trans>Object</Trans>
                </Button>
              ) : (
                <Button variant="default" loading={lift.isPending && lift.variables === each.purpose} onClick={() => lift.mutate(each.purpose)} aria-label={t`Take it back: ${each.text}`}>
                  <Trans>Take it back</Trans>
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Paper>
  );
}
