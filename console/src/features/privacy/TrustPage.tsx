// Operator: the promises of the policy and whether the running system keeps them.
import { Anchor, Paper, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { paths } from "../../paths";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { promiseLook, State } from "../../ui/State";
import { When } from "../../ui/When";
import { trustQuery } from "./api";

export function TrustPage() {
  const trust = useSuspenseQuery(trustQuery).data;
  return (
    <Page
      title={t`Promises`}
      lead={
        <Trans>
          Each is checked against the live system. Customers see the same on the <Anchor href={paths.publicTrust()}>public page</Anchor>.
        </Trans>
      }
    >
      <Paper>
        {trust.promises.length === 0 ? (
          <Empty icon="privacy" title={t`No promise has been checked yet`} />
        ) : (
          <ul className="plain-list">
            {trust.promises.map((promise) => (
              <li key={promise.id}>
                <div className="step-head">
                  <Text fw={600} component="span">
                    {promise.title}
                  </Text>
                  <State look={promiseLook(promise.state)} />
                </div>
                <Text>{promise.text}</Text>
                <Text size="sm" c="dimmed" component="div">
                  {promise.evidence}
                  {promise.checked_at != null && (
                    <>
                      {" · "}
                      <When at={promise.checked_at} />
                    </>
                  )}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </Paper>
    </Page>
  );
}
