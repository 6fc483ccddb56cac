// Private networks of the project: made here, and machines moved into them.
import { Button, Checkbox, Code, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Network } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { WhyButton } from "../../ui/WhyButton";
import { regionsQuery } from "../catalogue/api";
import InstanceConnect from "./InstanceConnect";
import { networkCreate, networkDelete, networksQuery } from "./networkApi";

export function NetworksPage() {
  const networks = useSuspenseInfiniteQuery(networksQuery);
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<Network | null>(null);
  const [joined, setJoined] = useState<Network | null>(null);
  return (
    <Page
      title={t`Networks`}
      lead={<Text c="dimmed">{t`Machines in a private network reach each other, as far as their security groups let them, and nobody else does.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
          <Trans>Make a network</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Networks`}
        rows={networks.data.pages.flatMap((page) => page.items)}
        rowKey={(network) => network.id}
        more={{ has: networks.hasNextPage, busy: networks.isFetchingNextPage, load: () => void networks.fetchNextPage() }}
        empty={
          <Empty icon="network" title={t`No networks yet`}>
            <Text c="dimmed">
              <Trans>Make one, and order machines into it or move them there.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Name`, lead: true, cell: (network) => network.name },
          { name: t`Addresses`, cell: (network) => <Blocks network={network} /> },
          { name: t`Region`, cell: (network) => network.region.name },
          { name: t`Way out`, cell: (network) => (network.egress ? t`For all` : t`With a public address`) },
          { name: t`Machines`, align: "right", cell: (network) => network.machines },
          {
            name: t`Actions`,
            acts: true,
            cell: (network) => (
              <Group gap="xs">
                <WhyButton size="xs" variant="default" why={unready(network)} onClick={() => setJoined(network)} aria-label={t`Move a machine in: ${network.name}`}>
                  <Trans>Move a machine in</Trans>
                </WhyButton>
                <WhyButton
                  size="xs"
                  variant="default"
                  why={unready(network) ?? (network.machines > 0 ? t`Machines are in this network.` : null)}
                  onClick={() => setDoomed(network)}
                  aria-label={t`Delete the network ${network.name}`}
                >
                  <Trans>Delete</Trans>
                </WhyButton>
              </Group>
            ),
          },
        ]}
      />
      {making && <Make close={() => setMaking(false)} />}
      {joined !== null && <InstanceConnect network={joined} close={() => setJoined(null)} />}
      {doomed !== null && <Remove network={doomed} close={() => setDoomed(null)} />}
    </Page>
  );
}

const unready = (network: Network): string | null => (network.state === "ready" ? null : t`Wait until the present work on it is done.`);

function Blocks({ network }: { network: Network }) {
  return (
    <>
      <Code>{network.subnet}</Code> {network.ipv6 != null && <Code>{network.ipv6}</Code>}
    </>
  );
}

function Make({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const regions = useSuspenseQuery(regionsQuery).data.items;
  const hasIpv6 = (id: string) => regions.some((region) => region.id === id && region.ipv6);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", region_id: regions[0]?.id ?? "", subnet: "", egress: true, ipv6: true },
      validate: { name: (value: string) => nonEmpty(value, t`Give the network a name.`) },
    },
    async ({ name, region_id, subnet, egress, ipv6 }) => {
      await networkCreate({ name: name.trim(), region_id, subnet: subnet.trim() === "" ? null : subnet.trim(), egress, ipv6: ipv6 && hasIpv6(region_id) });
      await Promise.all(["networks", "quota"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The network is there.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Make a private network`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} placeholder={t`Backend`} data-autofocus {...form.getInputProps("name")} />
          <Select label={t`Region`} data={regions.map((region) => ({ value: region.id, label: region.name }))} allowDeselect={false} {...form.getInputProps("region_id")} />
          <TextInput
            label={t`Addresses (optional)`}
            description={t`A private block such as 10.0.0.0/24. One that this project does not use yet is chosen if you leave it empty.`}
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps("subnet")}
          />
          <Checkbox label={t`Machines without a public IPv4 address reach the outside`} {...form.getInputProps("egress", { type: "checkbox" })} />
          {hasIpv6(form.values.region_id) && (
            <Checkbox
              label={t`Machines have public IPv6 addresses too`}
              description={t`From outside only what a machine's security group names reaches it.`}
              {...form.getInputProps("ipv6", { type: "checkbox" })}
            />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Make the network</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Remove({ network, close }: { network: Network; close: () => void }) {
  const remove = useAction({ run: () => networkDelete(network.id), refresh: ["networks", "quota"], then: close });
  return (
    <Confirm opened close={close} title={t`Delete the network “${network.name}”?`} action={t`Delete the network`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>No machine is in it, so no machine changes.</Trans>
      </Text>
    </Confirm>
  );
}
