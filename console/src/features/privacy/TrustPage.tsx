// Operator: the promises of the policy and whether the running system keeps them.
import { Anchor, Paper, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { paths } from "../../paths";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { promiseLook, State } from "../../ui/State";
import { Timed, When } from "../../ui/When";
import { trustQuery } from "./api";

export function TrustPage() {
  const trust = useSuspenseQuery(trustQuery).data;
  return (
    <Page
      title={t`Promises`}
      lead={
        <Trans>
          Each was checked against the live system on <When at={trust.at} />. Customers see the same on the <Anchor href={paths.publicTrust()}>public page</Anchor>.
        </Trans>
      }
    >
      <Paper>
        {trust.promises.length === 0 ? (
          <Empty icon="privacy" title={t`No promise has been checked yet`} />
        ) : (
          <ul className="plain-list">
            {trust.promises.map((promise) => (
              <li key={promise.key}>
                <div className="step-head">
                  <Text fw={600} component="span">
                    {promise.text}
                  </Text>
                  <State look={promiseLook(promise.holds)} />
                </div>
                <Text size="sm" c="dimmed" component="div">
                  <Timed text={promise.evidence} /> · <span className="mono">{promise.key}</span>
                </Text>
              </li>
            ))}
          </ul>
        )}
      </Paper>
    </Page>
  );
}
