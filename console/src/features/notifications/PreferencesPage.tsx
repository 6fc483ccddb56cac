// Which topics reach somebody on which channel. A switch takes effect at once.
import { Paper, Switch, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import type { Preference } from "../../api/types";
import { Page } from "../../ui/Page";
import { clearRefusal, showRefusal } from "../../ui/refusal";
import { preferencesQuery, preferenceUpdate } from "./api";
import { topicLook } from "./topics";

export function PreferencesPage() {
  const matrix = useSuspenseQuery(preferencesQuery).data.items;
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: ({ topic, mail, in_app }: Preference) => preferenceUpdate([{ topic, mail, in_app }]),
    onSuccess: (fresh) => cache.setQueryData(preferencesQuery.queryKey, fresh),
    onMutate: clearRefusal,
    onError: showRefusal,
  });
  return (
    <Page title={t`Message settings`} narrow lead={t`Mails that you have to get, such as a link to choose a password, always come.`}>
      <Paper>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">
                <Trans>Topic</Trans>
              </th>
              <th scope="col">
                <Trans>Mail</Trans>
              </th>
              <th scope="col">
                <Trans>Console</Trans>
              </th>
            </tr>
          </thead>
          <tbody>
            {matrix.map((line) => {
              const { name, about } = topicLook(line.topic);
              return (
                <tr key={line.topic}>
                  <th scope="row">
                    {name}
                    <Text size="sm" c="dimmed" fw={400}>
                      {about}
                    </Text>
                  </th>
                  <td>
                    <Switch
                      aria-label={t`${name} by mail`}
                      checked={line.mail}
                      disabled={line.locked}
                      onChange={(event) => change.mutate({ ...line, mail: event.currentTarget.checked })}
                    />
                  </td>
                  <td>
                    <Switch
                      aria-label={t`${name} in the console`}
                      checked={line.in_app}
                      disabled={line.locked}
                      onChange={(event) => change.mutate({ ...line, in_app: event.currentTarget.checked })}
                    />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Paper>
    </Page>
  );
}
