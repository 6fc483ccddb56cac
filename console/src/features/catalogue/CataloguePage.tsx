// Operator: what is offered and at which price. A change counts for new orders; running machines keep theirs.
import { Button, Group, Stack, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import type { DiskPrice } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { Amount } from "../../ui/Amount";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { decimalToMinor, formatMemory, minorToDecimal } from "../../ui/format";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { diskPriceQuery, diskPriceUpdate } from "../compute/diskApi";
import { regionsQuery, sizesAnyQuery, templatesQuery } from "./api";
import { AddSize, EditSize } from "./SizeDialogs";

export function CataloguePage() {
  const sizes = useSuspenseQuery(sizesAnyQuery).data.items;
  const templates = useSuspenseQuery(templatesQuery).data.items;
  const regions = useSuspenseQuery(regionsQuery).data.items;
  const price = useSuspenseQuery(diskPriceQuery).data;
  return (
    <Page title={t`Catalogue`} lead={t`A new price counts for new orders; machines that exist keep theirs.`}>
      <Group justify="space-between">
        <Title order={2}>
          <Trans>Sizes</Trans>
        </Title>
        <AddSize currency={price.gib_month.currency} />
      </Group>
      <DataTable
        label={t`Sizes`}
        rows={sizes}
        rowKey={(size) => size.id}
        empty={<Empty icon="tag" title={t`No sizes`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (size) => size.name },
          { name: t`Holds`, cell: (size) => `${t`${size.cpus} CPU`} · ${formatMemory(size.memory_mib)} · ${size.disk_gib} GiB` },
          { name: t`A month`, align: "right", cell: (size) => <Amount money={size.monthly} /> },
          { name: t`An hour`, align: "right", cell: (size) => <Amount money={size.hourly} /> },
          { name: t`Class`, cell: (size) => size.class ?? "–" },
          { name: t`On offer`, cell: (size) => (size.visible ? t`yes` : t`no`) },
          { name: t`Action`, acts: true, align: "right", cell: (size) => <EditSize size={size} /> },
        ]}
      />
      <Title order={2}>
        <Trans>Extra disks</Trans>
      </Title>
      <DataTable
        label={t`Extra disks`}
        rows={[price]}
        rowKey={() => "price"}
        empty={null}
        columns={[
          { name: t`Unit`, lead: true, cell: () => t`One GiB` },
          { name: t`A month`, align: "right", cell: ({ gib_month }) => <Amount money={gib_month} /> },
          { name: t`An hour`, align: "right", cell: ({ gib_month, gib_hour }) => `${gib_month.currency} ${gib_hour}` },
          { name: t`Action`, acts: true, align: "right", cell: () => <EditDiskPrice price={price} /> },
        ]}
      />
      <Title order={2}>
        <Trans>Systems</Trans>
      </Title>
      <DataTable
        label={t`Systems`}
        rows={templates}
        rowKey={(template) => template.id}
        empty={<Empty icon="tag" title={t`No systems`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (template) => template.name },
          { name: t`Id`, cell: (template) => <CopyId id={template.id} /> },
        ]}
      />
      <Title order={2}>
        <Trans>Regions</Trans>
      </Title>
      <DataTable
        label={t`Regions`}
        rows={regions}
        rowKey={(region) => region.id}
        empty={<Empty icon="tag" title={t`No regions`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (region) => region.name },
          { name: t`Id`, cell: (region) => <CopyId id={region.id} /> },
        ]}
      />
    </Page>
  );
}

function EditDiskPrice({ price }: { price: DiskPrice }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`Change the price of extra disks`}>
        <Trans>Change</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Change the price of extra disks`}>
        <DiskPriceForm price={price} close={close} />
      </Dialog>
    </>
  );
}

function DiskPriceForm({ price, close }: { price: DiskPrice; close: () => void }) {
  const cache = useQueryClient();
  const { minor, currency } = price.gib_month;
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { gib_month: minorToDecimal(minor, currency) },
      validate: { gib_month: (value: string) => (decimalToMinor(value, currency) === null ? t`Write an amount such as ${minorToDecimal(minor, currency)}.` : null) },
    },
    async ({ gib_month }) => {
      await diskPriceUpdate({ minor: decimalToMinor(gib_month, currency) ?? minor, currency });
      await cache.invalidateQueries({ queryKey: ["disk-price"] });
      notifyDone(t`The catalogue is changed.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Price of a GiB a month, ${currency}, without tax`} inputMode="decimal" data-autofocus {...form.getInputProps("gib_month")} />
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            <Trans>Leave it as it is</Trans>
          </Button>
          <Button type="submit" loading={busy}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
