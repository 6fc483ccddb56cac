// Operator: one enrolled cluster: how it stands, where it answers, its token, what of it is ours; and removing it.
import { Alert, Anchor, Button, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Cluster, ClusterPatch, ClusterSurvey } from "../../api/types";
import { useId } from "../../app/address";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Facts } from "../../ui/Facts";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { clusterLook, State } from "../../ui/State";
import { useAction } from "../../ui/useAction";
import { Ago } from "../../ui/When";
import { clusterDelete, clusterQuery, clusterRecheck, clusterUpdate } from "./api";
import { ClusterCompareStep } from "./ClusterCompareStep";
import { ClusterMappingForm } from "./ClusterMappingForm";
import { ClusterPlaceStep } from "./ClusterPlaceStep";
import { ClusterSurveyView } from "./ClusterSurvey";
import { mappingValues } from "./clusterMapping";

export function ClusterPage() {
  const cluster = useSuspenseQuery(clusterQuery(useId())).data;
  const [survey, setSurvey] = useState<ClusterSurvey | null>(null);
  const check = useAction({ run: async () => setSurvey(await clusterRecheck(cluster.id ?? "")), refresh: [] });
  const mapping = mappingValues(cluster.mapping);
  return (
    <Page
      title={cluster.name}
      narrow
      above={
        <Anchor component={Link} to={paths.operatorClusters()} size="sm">
          <Trans>Clusters</Trans>
        </Anchor>
      }
      lead={
        <Group mt={4}>
          <State look={clusterLook(cluster)} />
        </Group>
      }
    >
      {cluster.node?.problem != null && (
        <Alert variant="outline" color="red" icon={<Icon name="warning" />} title={t`It does not answer as it should`}>
          <Stack gap="xs" align="flex-start">
            <Text size="sm" className="break sentence">{cluster.node.problem}</Text>
            <Anchor component={Link} to={paths.operatorFindings()} size="sm">
              <Trans>What that means, and what may be done about it</Trans>
            </Anchor>
          </Stack>
        </Alert>
      )}
      <Section title={t`Where it answers`} edit={<AddressesEdit cluster={cluster} />}>
        <Facts rows={cluster.addresses.map((address) => [`${address.host}:${String(address.port)}`, <span key={address.host} className="mono break">{address.fingerprint ?? t`any certificate that a public authority vouches for`}</span>])} />
      </Section>
      <Section title={t`Token`} edit={<TokenEdit cluster={cluster} />}>
        <Facts
          rows={[
            [t`Token`, <span key="token" className="mono break">{cluster.token_id}</span>],
            [t`Secret`, t`kept sealed, shown to nobody`],
          ]}
        />
      </Section>
      <Section title={t`What we may use`} edit={<MappingEdit cluster={cluster} />}>
        <Facts
          rows={[
            [t`Numbers`, t`${mapping.ids_start} to ${mapping.ids_end}`],
            [t`Disks`, mapping.storage],
            [t`Backups`, mapping.backup_storage === "" ? t`nowhere` : mapping.backup_storage],
            [t`Images`, mapping.images === "" ? t`none are taken in` : mapping.images],
            [t`Network`, mapping.vlan === "" ? mapping.bridge : `${mapping.bridge} · VLAN ${mapping.vlan}`],
            [t`Addresses`, mapping.fixed ? t`from ${mapping.first}, prefix ${mapping.prefix}, gateway ${mapping.gateway}` : t`a DHCP server gives them`],
            [t`IPv6 addresses`, mapping.six ? t`of ${mapping.block}, gateway ${mapping.gateway6}` : t`none of ours`],
            [t`Private networks`, mapping.zone === "" ? t`none` : mapping.tags_start === "" ? t`in the zone ${mapping.zone}` : t`in the zone ${mapping.zone}, tags ${mapping.tags_start} to ${mapping.tags_end}`],
            [t`Names of machines`, mapping.pseudonyms ? t`their ids` : t`their host names`],
            [t`Nodes`, mapping.nodes.length === 0 ? t`all that are online` : mapping.nodes.join(", ")],
            [t`Resource pool`, mapping.pool === "" ? t`none` : mapping.pool],
            [t`Templates`, mapping.templates.map((template) => template.name).join(", ")],
          ]}
        />
      </Section>
      <Section
        title={t`Present state`}
        edit={
          <Button variant="default" size="compact-sm" loading={check.isPending} onClick={() => check.mutate()}>
            <Trans>Check</Trans>
          </Button>
        }
      >
        {survey === null ? (
          <Facts
            rows={[
              [t`Region`, cluster.region],
              [t`Machines`, cluster.node?.instances ?? 0],
              [t`Last heard`, cluster.node == null ? t`not yet` : <Ago key="heard" at={cluster.node.last_seen_at} />],
              [t`Id`, <CopyId key="id" id={cluster.id ?? ""} />],
            ]}
          />
        ) : (
          <ClusterSurveyView survey={survey} mapped />
        )}
      </Section>
      <Removal cluster={cluster} />
    </Page>
  );
}

function Section({ title, edit, children }: { title: string; edit: ReactNode; children: ReactNode }) {
  return (
    <Paper component="section" aria-label={title}>
      <Stack gap="md">
        <Group justify="space-between" align="baseline">
          <Title order={2}>{title}</Title>
          {edit}
        </Group>
        {children}
      </Stack>
    </Paper>
  );
}

/** A dialogue that changes a part of the cluster. */
function Edit({ title, children }: { title: string; children: (close: () => void) => ReactNode }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={title}>
        <Trans>Change</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={title} size="lg">
        {opened && children(close)}
      </Dialog>
    </>
  );
}

function useSave(cluster: Cluster) {
  const cache = useQueryClient();
  return async (patch: ClusterPatch): Promise<void> => {
    await clusterUpdate(cluster.id ?? "", { ...patch, version: cluster.version });
    await Promise.all(["clusters", "nodes", "findings"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
    notifyDone(t`The cluster is changed.`);
  };
}

function AddressesEdit({ cluster }: { cluster: Cluster }) {
  const save = useSave(cluster);
  const [place, setPlace] = useState({ name: cluster.name, region: cluster.region, addresses: cluster.addresses.map(({ host, port }) => ({ host, port: port ?? 8006 })) });
  const [compare, setCompare] = useState(false);
  return (
    <Edit title={t`Change addresses and certificates`}>
      {(close) =>
        compare ? (
          <ClusterCompareStep addresses={place.addresses} back={() => setCompare(false)} onward={(addresses) => void save({ addresses }).then(close)} />
        ) : (
          <ClusterPlaceStep
            place={place}
            named
            onward={(next) => {
              setPlace(next);
              setCompare(true);
            }}
          />
        )
      }
    </Edit>
  );
}

function TokenEdit({ cluster }: { cluster: Cluster }) {
  return <Edit title={t`Change the token`}>{(close) => <TokenForm cluster={cluster} close={close} />}</Edit>;
}

function TokenForm({ cluster, close }: { cluster: Cluster; close: () => void }) {
  const save = useSave(cluster);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { token_id: cluster.token_id, token_secret: "" },
      validate: { token_secret: (value: string) => nonEmpty(value, t`It was shown once, when the token was made.`) },
    },
    async ({ token_id, token_secret }) => {
      await save({ token_id: token_id.trim(), token_secret: token_secret.trim() });
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <Text>
          <Trans>Make the new token first, change it here, and remove the old one then: nothing waits meanwhile.</Trans>
        </Text>
        <TextInput label={t`Token`} description="user@realm!name" autoComplete="off" {...form.getInputProps("token_id")} />
        <PasswordInput label={t`Secret`} autoComplete="off" {...form.getInputProps("token_secret")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Use this token</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function MappingEdit({ cluster }: { cluster: Cluster }) {
  return <Edit title={t`Change what we may use`}>{(close) => <MappingLoader cluster={cluster} close={close} />}</Edit>;
}

/** Asks the cluster what there is to choose from before the form is shown. */
function MappingLoader({ cluster, close }: { cluster: Cluster; close: () => void }) {
  const save = useSave(cluster);
  const id = cluster.id ?? "";
  const [survey, setSurvey] = useState<ClusterSurvey | null>(null);
  const look = useAction({ run: async () => setSurvey(await clusterRecheck(id)), refresh: [] });
  if (survey === null) {
    return (
      <Stack align="flex-start">
        <Text>
          <Trans>The cluster is asked what there is to choose from.</Trans>
        </Text>
        <Button loading={look.isPending} onClick={() => look.mutate()}>
          <Trans>Ask it</Trans>
        </Button>
      </Stack>
    );
  }
  return (
    <ClusterMappingForm
      survey={survey}
      before={cluster.mapping}
      action={t`Save`}
      check={(mapping) => clusterRecheck(id, mapping)}
      save={async (mapping) => {
        await save({ mapping });
        close();
      }}
    />
  );
}

function Removal({ cluster }: { cluster: Cluster }) {
  const navigate = useNavigate();
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useAction({
    run: () => clusterDelete(cluster.id ?? ""),
    refresh: ["clusters", "nodes"],
    said: t`The cluster is removed.`,
    then: () => void navigate({ to: paths.operatorClusters() }),
  });
  const used = (cluster.node?.instances ?? 0) > 0;
  return (
    <Section
      title={t`Remove it`}
      edit={
        <Button variant="default" size="compact-sm" disabled={used} onClick={open}>
          <Trans>Remove</Trans>
        </Button>
      }
    >
      <Text c="dimmed">
        {used ? <Trans>Machines of ours are on it. Delete them first, or let them end.</Trans> : <Trans>It and its token are forgotten here. What runs on it is not touched.</Trans>}
      </Text>
      <Confirm
        opened={opened}
        close={close}
        title={t`Remove ${cluster.name}`}
        action={t`Remove it`}
        danger
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        typed={{ expected: cluster.name, label: t`Type ${cluster.name} to confirm` }}
      >
        <Text>
          <Trans>The cluster, its token and its node are forgotten here. To use it again it is enrolled anew.</Trans>
        </Text>
      </Confirm>
    </Section>
  );
}
