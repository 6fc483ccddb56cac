// Public addresses of the project: reserved, led to a machine or to another one, named, given back.
import { Button, Code, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Address, Instance } from "../../api/types";
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
import { instancesFindQuery } from "./api";
import { addressAssign, addressCreate, addressDelete, addressesQuery, addressUpdate } from "./networkApi";

type Open = { kind: "assign" | "name" | "release"; address: Address } | null;

export function AddressesPage() {
  const addresses = useSuspenseInfiniteQuery(addressesQuery);
  const machines = useQuery(instancesFindQuery).data ?? [];
  const [reserving, setReserving] = useState(false);
  const [dialog, setDialog] = useState<Open>(null);
  const close = () => setDialog(null);
  const nameOf = (id: string) => machines.find((machine) => machine.id === id)?.name ?? id;
  return (
    <Page
      title={t`Addresses`}
      lead={<Text c="dimmed">{t`Public addresses that are yours until you give them back, and lead to the machine that you choose.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setReserving(true)}>
          <Trans>Reserve an address</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Addresses`}
        rows={addresses.data.pages.flatMap((page) => page.items)}
        rowKey={(address) => address.id}
        more={{ has: addresses.hasNextPage, busy: addresses.isFetchingNextPage, load: () => void addresses.fetchNextPage() }}
        empty={
          <Empty icon="pin" title={t`No addresses yet`}>
            <Text c="dimmed">
              <Trans>Reserve one and lead it to a machine.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Address`, lead: true, cell: (address) => <Code>{address.ipv4}</Code> },
          { name: t`Leads to`, cell: (address) => (address.instance_id == null ? t`Nowhere` : nameOf(address.instance_id)) },
          { name: t`Reverse name`, cell: (address) => (address.reverse_name == null ? "–" : <span className="break">{address.reverse_name}</span>) },
          {
            name: t`Actions`,
            acts: true,
            cell: (address) => (
              <Group gap="xs">
                <Button size="xs" variant="default" onClick={() => setDialog({ kind: "assign", address })} aria-label={t`Lead elsewhere: ${address.ipv4}`}>
                  <Trans>Lead elsewhere</Trans>
                </Button>
                <Button size="xs" variant="default" onClick={() => setDialog({ kind: "name", address })} aria-label={t`Reverse name of ${address.ipv4}`}>
                  <Trans>Reverse name</Trans>
                </Button>
                <WhyButton
                  size="xs"
                  variant="default"
                  why={address.instance_id != null ? t`Lead it nowhere first.` : null}
                  onClick={() => setDialog({ kind: "release", address })}
                  aria-label={t`Give back ${address.ipv4}`}
                >
                  <Trans>Give back</Trans>
                </WhyButton>
              </Group>
            ),
          },
        ]}
      />
      {reserving && <Reserve close={() => setReserving(false)} />}
      {dialog?.kind === "assign" && <Assign address={dialog.address} machines={machines.filter((machine) => machine.network != null || machine.features.includes("own_card"))} close={close} />}
      {dialog?.kind === "name" && <Name address={dialog.address} close={close} />}
      {dialog?.kind === "release" && <Release address={dialog.address} close={close} />}
    </Page>
  );
}

function Reserve({ close }: { close: () => void }) {
  const regions = useSuspenseQuery(regionsQuery).data.items;
  const [region, setRegion] = useState(regions[0]?.id ?? "");
  const reserve = useAction({ run: () => addressCreate(region), refresh: ["addresses", "quota"], said: t`The address is yours.`, then: close });
  return (
    <Confirm opened close={close} title={t`Reserve a public address?`} action={t`Reserve an address`} busy={reserve.isPending} onConfirm={() => reserve.mutate()}>
      <Select label={t`Region`} data={regions.map((one) => ({ value: one.id, label: one.name }))} value={region} onChange={(id) => setRegion(id ?? "")} allowDeselect={false} />
    </Confirm>
  );
}

function Assign({ address, machines, close }: { address: Address; machines: Instance[]; close: () => void }) {
  const [to, setTo] = useState(address.instance_id ?? "");
  const lead = useAction({ run: () => addressAssign(address.id, to === "" ? null : to), refresh: ["addresses", "instances"], said: t`The address is on its way.`, then: close });
  return (
    <Confirm opened close={close} title={t`Where shall ${address.ipv4} lead?`} action={t`Lead it there`} busy={lead.isPending} onConfirm={() => lead.mutate()}>
      <Select
        label={t`Machine`}
        description={t`Machines that addresses can lead to. Connections over the address break when it moves.`}
        data={[{ value: "", label: t`Nowhere` }, ...machines.map((machine) => ({ value: machine.id, label: machine.name }))]}
        value={to}
        onChange={(id) => setTo(id ?? "")}
        allowDeselect={false}
      />
      {machines.some((machine) => machine.id === to && machine.features.includes("own_card")) && (
        <Text size="sm" c="dimmed">
          <Trans>
            This machine's own system has to answer for the address: add it to its first network card there, for example with <Code>ip address add {address.ipv4}/32 dev eth0</Code>.
          </Trans>
        </Text>
      )}
    </Confirm>
  );
}

function Name({ address, close }: { address: Address; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm({ initialValues: { reverse_name: address.reverse_name ?? "" } }, async ({ reverse_name }) => {
    await addressUpdate(address.id, reverse_name.trim() === "" ? null : reverse_name.trim());
    await cache.invalidateQueries({ queryKey: ["addresses"] });
    notifyDone(t`The name is noted.`);
    close();
  });
  return (
    <Dialog opened close={close} title={t`Reverse name of ${address.ipv4}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} placeholder="mail.example.org" spellCheck={false} autoComplete="off" data-autofocus {...form.getInputProps("reverse_name")} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Save the name</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Release({ address, close }: { address: Address; close: () => void }) {
  const release = useAction({ run: () => addressDelete(address.id), refresh: ["addresses", "quota"], then: close });
  return (
    <Confirm opened close={close} title={t`Give ${address.ipv4} back?`} action={t`Give it back`} busy={release.isPending} onConfirm={() => release.mutate()} danger>
      <Text>
        <Trans>It rests for a time and then goes to somebody else. You cannot ask for this very address again.</Trans>
      </Text>
    </Confirm>
  );
}
