// The second step of enrolling: each node's certificate beside what the node itself shows, which a person copies from there.
import { Alert, Button, Group, Paper, Stack, Text, Textarea, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { ClusterAddress } from "../../api/types";
import { Command } from "../../ui/CopyId";
import { Icon } from "../../ui/Icon";
import { clusterProbe } from "./api";
import type { Address } from "./ClusterPlaceStep";
import { sameFingerprint } from "./fingerprint";

interface CompareStepProps {
  addresses: Address[];
  back: () => void;
  onward: (compared: ClusterAddress[]) => void;
}

export function ClusterCompareStep({ addresses, back, onward }: CompareStepProps) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const probes = useQueries({
    queries: addresses.map(({ host, port }) => ({ queryKey: ["cluster-probes", host, port], queryFn: () => clusterProbe({ host, port }), retry: false, staleTime: 60_000 })),
  });
  const rows = addresses.map((address, index) => {
    const place = `${address.host}:${String(address.port)}`;
    const probe = probes[index];
    return { place, address, presented: probe?.data?.fingerprint, trouble: probe?.error, refetch: probe?.refetch };
  });
  const compared = rows.flatMap(({ place, address, presented }) => (presented !== undefined && sameFingerprint(typed[place] ?? "", presented) ? [{ ...address, fingerprint: presented }] : []));
  return (
    <Stack>
      <Text>
        <Trans>Somebody between you and the cluster could present a certificate of their own. So read the fingerprint at each node, on its own screen or over SSH:</Trans>
      </Text>
      <Command line="pvenode cert info" label={t`Copy the command`} />
      <Text size="sm" c="dimmed">
        <Trans>The one of pveproxy-ssl.pem counts if there is one, and the one of pve-ssl.pem otherwise. Paste it below; it is compared here.</Trans>
      </Text>
      {rows.map(({ place, presented, trouble, refetch }) => (
        <Paper key={place} component="article" aria-label={place} withBorder>
          <Stack gap="sm">
            <Title order={3} className="break">
              {place}
            </Title>
            {trouble != null && (
              <Alert variant="outline" color="red" icon={<Icon name="warning" />}>
                <Stack gap="xs" align="flex-start">
                  {asProblem(trouble).message}
                  <Button variant="default" size="compact-sm" onClick={() => void refetch?.()}>
                    <Trans>Try again</Trans>
                  </Button>
                </Stack>
              </Alert>
            )}
            {presented !== undefined && (
              <>
                <div>
                  <Text size="sm" c="dimmed">
                    <Trans>It presents</Trans>
                  </Text>
                  <span className="mono break">{presented}</span>
                </div>
                <Textarea
                  label={t`The node shows`}
                  autosize
                  minRows={1}
                  autoComplete="off"
                  spellCheck={false}
                  value={typed[place] ?? ""}
                  onChange={(event) => {
                    const value = event.currentTarget.value;
                    setTyped((before) => ({ ...before, [place]: value }));
                  }}
                  error={(typed[place] ?? "") !== "" && !sameFingerprint(typed[place] ?? "", presented) ? t`This is not the fingerprint of the certificate that is presented.` : undefined}
                />
                {sameFingerprint(typed[place] ?? "", presented) && (
                  <Text size="sm" fw={560}>
                    <Icon name="check" size={15} /> <Trans>They are the same. This certificate and no other is accepted from now on.</Trans>
                  </Text>
                )}
              </>
            )}
          </Stack>
        </Paper>
      ))}
      <Group justify="space-between">
        <Button variant="default" onClick={back}>
          <Trans>Back</Trans>
        </Button>
        <Button disabled={compared.length === 0} onClick={() => onward(compared)}>
          {compared.length === rows.length || compared.length === 0 ? <Trans>Go on</Trans> : t`Go on with ${compared.length} of ${rows.length}`}
        </Button>
      </Group>
    </Stack>
  );
}
