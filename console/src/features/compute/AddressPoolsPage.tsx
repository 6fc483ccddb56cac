// Where public addresses come from, for the operator: blocks with how much of them is used.
import { Button, Code, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AddressPool } from "../../api/types";
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
import { addressPoolCreate, addressPoolDelete, addressPoolsQuery } from "./networkApi";

export function AddressPoolsPage() {
  const pools = useSuspenseInfiniteQuery(addressPoolsQuery);
  const [adding, setAdding] = useState(false);
  const [doomed, setDoomed] = useState<AddressPool | null>(null);
  return (
    <Page
      title={t`Address pools`}
      lead={<Text c="dimmed">{t`Blocks of public addresses that customers get theirs from. Each must be routed to its region's node.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setAdding(true)}>
          <Trans>Add a pool</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Address pools`}
        rows={pools.data.pages.flatMap((page) => page.items)}
        rowKey={(pool) => pool.id}
        empty={
          <Empty icon="pin" title={t`No pools yet`}>
            <Text c="dimmed">
              <Trans>Without a pool customers cannot reserve public addresses, nor have networks with IPv6.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Name`, lead: true, cell: (pool) => pool.name },
          { name: t`Addresses`, cell: (pool) => <Code>{pool.subnet}</Code> },
          { name: t`Region`, cell: (pool) => pool.region.name },
          { name: t`Used`, align: "right", cell: (pool) => pool.used },
          { name: t`Resting`, align: "right", cell: (pool) => pool.resting },
          { name: t`Free`, align: "right", cell: (pool) => pool.free },
          {
            name: t`Actions`,
            acts: true,
            cell: (pool) => (
              <WhyButton
                size="xs"
                variant="default"
                why={pool.used > 0 ? t`Customers hold addresses of this pool.` : null}
                onClick={() => setDoomed(pool)}
                aria-label={t`Remove the pool ${pool.name}`}
              >
                <Trans>Remove</Trans>
              </WhyButton>
            ),
          },
        ]}
      />
      {adding && <Add close={() => setAdding(false)} />}
      {doomed !== null && <Remove pool={doomed} close={() => setDoomed(null)} />}
    </Page>
  );
}

function Add({ close }: { close: () => void }) {
  const cache = useQueryClient();
  const regions = useSuspenseQuery(regionsQuery).data.items;
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", region_id: regions[0]?.id ?? "", subnet: "", excluded: "" },
      validate: {
        name: (value: string) => nonEmpty(value, t`Give the pool a name.`),
        subnet: (value: string) => nonEmpty(value, t`Name the block.`),
      },
    },
    async ({ name, region_id, subnet, excluded }) => {
      await addressPoolCreate({ name: name.trim(), region_id, subnet: subnet.trim(), excluded: excluded.split(/[\s,]+/).filter((text) => text !== "") });
      await cache.invalidateQueries({ queryKey: ["address-pools"] });
      notifyDone(t`The pool is there.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Add a pool of public addresses`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} data-autofocus {...form.getInputProps("name")} />
          <Select label={t`Region`} data={regions.map((region) => ({ value: region.id, label: region.name }))} allowDeselect={false} {...form.getInputProps("region_id")} />
          <TextInput label={t`Block`} description={t`Of a block of IPv6 addresses each network that asks for them gets a /64.`} placeholder={t`203.0.113.0/24 or 2001:db8:100::/48`} spellCheck={false} autoComplete="off" {...form.getInputProps("subnet")} />
          <TextInput
            label={t`Addresses that nobody gets (optional)`}
            description={t`Those of routers, and the first and last where the block is a network of its own. Of IPv6 addresses the whole /64 goes to nobody.`}
            placeholder="203.0.113.0, 203.0.113.1"
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps("excluded")}
          />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Add the pool</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Remove({ pool, close }: { pool: AddressPool; close: () => void }) {
  const remove = useAction({ run: () => addressPoolDelete(pool.id), refresh: ["address-pools"], then: close });
  return (
    <Confirm opened close={close} title={t`Remove the pool “${pool.name}”?`} action={t`Remove the pool`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>Nobody holds an address of it.</Trans>
      </Text>
    </Confirm>
  );
}
