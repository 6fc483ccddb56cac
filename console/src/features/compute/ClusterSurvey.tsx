// What a cluster was found to be: what is missing first, by name, then what there is.
import { Alert, List, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import type { ClusterSurvey } from "../../api/types";
import { DataTable } from "../../table/DataTable";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";

export function ClusterSurveyView({ survey, mapped }: { survey: ClusterSurvey; mapped: boolean }) {
  const bad = survey.addresses.filter((address) => address.problem != null);
  return (
    <Stack gap="md">
      {survey.ready ? (
        <Alert variant="outline" color="green" icon={<Icon name="check" />} title={t`Nothing is missing`}>
          <Trans>The token may do everything that this mapping needs, and everything that it names is there.</Trans>
        </Alert>
      ) : (
        !mapped && survey.missing.length === 0 && survey.version != null && (
          <Alert variant="outline" color="green" icon={<Icon name="check" />} title={t`The token is accepted`}>
            <Trans>It has every privilege somewhere. Whether that is where it is needed shows once you have said what we may use.</Trans>
          </Alert>
        )
      )}
      {bad.length > 0 && (
        <Alert variant="outline" color="red" icon={<Icon name="warning" />} title={t`Not every address is as it should be`}>
          <List size="sm">
            {bad.map((address) => (
              <List.Item key={`${address.host}:${String(address.port)}`}>
                <span className="mono break">
                  {address.host}:{address.port}
                </span>{" "}
                {address.problem}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {survey.problems.length > 0 && (
        <Alert variant="outline" color="yellow" icon={<Icon name="warning" />} title={t`This will not work yet`}>
          <List size="sm">
            {survey.problems.map((problem) => (
              <List.Item key={problem}>{problem}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {survey.missing.length > 0 && (
        <>
          <Text>
            <Trans>The token lacks these privileges. A token has none of its user's unless “privilege separation” is switched off or they are granted to the token itself.</Trans>
          </Text>
          <DataTable
            label={t`Privileges that the token lacks`}
            rows={survey.missing}
            rowKey={(one) => `${one.path} ${one.privilege}`}
            empty={null}
            columns={[
              { name: t`Privilege`, lead: true, cell: (one) => <span className="mono">{one.privilege}</span> },
              { name: t`On`, cell: (one) => <span className="mono break">{one.path}</span> },
              { name: t`Without it there is no`, cell: (one) => one.purpose },
              { name: t`Needed`, cell: (one) => (one.optional ? t`no, all else works` : t`yes`) },
            ]}
          />
        </>
      )}
      {survey.version != null && (
        <Facts
          rows={[
            [t`Proxmox VE`, survey.version],
            [t`Nodes`, names(survey.nodes)],
            [t`Storages`, names(survey.storages)],
            [t`Networks`, names(survey.networks)],
            [t`Zones`, names(survey.zones)],
            [t`Templates`, names(survey.templates)],
          ]}
        />
      )}
    </Stack>
  );
}

function names(parts: ClusterSurvey["nodes"]): string {
  const each = [...new Set(parts.map((part) => part.name))];
  return each.length === 0 ? t`none that the token may see` : each.join(", ");
}
