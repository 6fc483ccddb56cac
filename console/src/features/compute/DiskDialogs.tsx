// What can be done with an extra disk, each asked for in a dialog that says what it costs or what is lost.
import { Alert, Button, Code, Group, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import type { Disk, Instance } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { TotalLine } from "../../ui/Amount";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { regionsQuery } from "../catalogue/api";
import { diskAttach, diskCreate, diskDelete, diskDetach, diskGrow, diskQuoteQuery, diskUpdate } from "./diskApi";

const REFRESH = ["disks", "quota", "usage"] as const;

/** What a disk of this size costs in a month, and when it costs that. */
function Price({ gib }: { gib: number }) {
  const quote = useQuery(diskQuoteQuery(gib));
  return (
    <Stack gap={4} aria-live="polite" aria-busy={quote.isFetching}>
      <ProblemAlert problem={quote.isError ? asProblem(quote.error) : null} />
      {quote.data !== undefined && (
        <>
          <TotalLine label={t`A month, without tax`} money={quote.data.net} />
          <TotalLine label={t`Tax ${quote.data.tax_rate_percent} %`} money={quote.data.tax} />
          <TotalLine label={t`A month, tax included`} money={quote.data.gross} strong />
        </>
      )}
      <Text size="sm" c="dimmed">
        <Trans>Billed by the hour, from when the disk is there until you delete it, whether a machine has it or not.</Trans>
      </Text>
    </Stack>
  );
}

/** Why a machine cannot get a disk now; null when it can. */
export function noDiskFor(machine: Instance, disk?: Disk): string | null {
  if (machine.accelerator === "none") return t`Containers cannot have extra disks.`;
  if (machine.node_id != null && !machine.features.includes("disks")) return t`The node of this machine keeps no extra disks.`;
  if (machine.state !== "running" && machine.state !== "stopped") return t`Wait until the machine runs or is stopped.`;
  if (disk !== undefined && machine.node_id !== disk.node_id) return t`It is on another node than the disk, and a disk does not move.`;
  return null;
}

export function DiskCreate({ machines, machine, close }: { machines: Instance[]; machine?: Instance; close: () => void }) {
  const cache = useQueryClient();
  const regions = useQuery(regionsQuery).data?.items ?? [];
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", size_gib: 10, instance_id: machine?.id ?? "", region_id: "" },
      validate: { name: (value: string) => nonEmpty(value, t`Give the disk a name.`) },
    },
    async ({ name, size_gib, instance_id, region_id }) => {
      const place = instance_id === "" ? { region_id: region_id === "" ? (regions[0]?.id ?? null) : region_id } : { instance_id };
      await diskCreate({ name: name.trim(), size_gib: Number(size_gib), ...place });
      await Promise.all(REFRESH.map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The disk is being made.`);
      close();
    },
  );
  const values = form.getValues();
  return (
    <Dialog opened close={close} title={machine === undefined ? t`Make a disk` : t`Make a disk for ${machine.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} placeholder={t`Database`} data-autofocus {...form.getInputProps("name")} />
          <NumberInput label={t`Size in GiB`} description={t`It can grow later, and never shrink.`} min={1} max={10_000} allowDecimal={false} {...form.getInputProps("size_gib")} />
          {machine === undefined && (
            <Select
              label={t`Machine`}
              description={t`The machine that gets it at once. The disk is made on its node, and stays there.`}
              data={[{ value: "", label: t`None for now` }, ...machines.map((one) => ({ value: one.id, label: one.name, disabled: noDiskFor(one) !== null }))]}
              allowDeselect={false}
              {...form.getInputProps("instance_id")}
            />
          )}
          {machine === undefined && values.instance_id === "" && regions.length > 1 && (
            <Select label={t`Region`} data={regions.map((one) => ({ value: one.id, label: one.name }))} allowDeselect={false} {...form.getInputProps("region_id")} />
          )}
          <Price gib={Number(values.size_gib)} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Make the disk</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function DiskGrow({ disk, close }: { disk: Disk; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { size_gib: disk.size_gib + 10 },
      validate: { size_gib: (value: number) => (Number(value) > disk.size_gib ? null : t`A disk never shrinks. Use more than the ${disk.size_gib} GiB that it has.`) },
    },
    async ({ size_gib }) => {
      await diskGrow(disk.id, Number(size_gib));
      await Promise.all(REFRESH.map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(t`The disk becomes larger.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Make ${disk.name} larger`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <NumberInput label={t`Size in GiB`} min={1} max={10_000} allowDecimal={false} data-autofocus {...form.getInputProps("size_gib")} />
          <Price gib={Number(form.getValues().size_gib)} />
          <Text size="sm">
            <Trans>
              The machine may run meanwhile. Its file system takes the new room when you tell it to, such as with <Code>resize2fs</Code>.
            </Trans>
          </Text>
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Make it larger</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function DiskRename({ disk, close }: { disk: Disk; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: disk.name }, validate: { name: (value: string) => nonEmpty(value, t`Give the disk a name.`) } },
    async ({ name }) => {
      await diskUpdate(disk.id, name.trim());
      await cache.invalidateQueries({ queryKey: ["disks"] });
      notifyDone(t`The disk is renamed.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Rename ${disk.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} description={t`Only the name here; its path in the machine stays.`} data-autofocus {...form.getInputProps("name")} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Rename</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function DiskAttach({ disk, machines, close }: { disk: Disk; machines: Instance[]; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { instance_id: "" }, validate: { instance_id: (value: string) => (value === "" ? t`Choose a machine.` : null) } },
    async ({ instance_id }) => {
      await diskAttach(disk.id, instance_id);
      await cache.invalidateQueries({ queryKey: ["disks"] });
      notifyDone(t`The disk is on its way to the machine.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Attach ${disk.name} to a machine`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <Select
            label={t`Machine`}
            description={t`A machine on the disk’s node that runs or is stopped.`}
            data={machines.map((one) => ({ value: one.id, label: one.name, disabled: noDiskFor(one, disk) !== null }))}
            searchable
            openOnFocus={false}
            data-autofocus
            {...form.getInputProps("instance_id")}
          />
          <Text size="sm" c="dimmed">
            <Trans>
              A machine that runs has it at once, as <Code className="break">{disk.device}</Code>. A new disk is blank: make a file system on it before you mount it.
            </Trans>
          </Text>
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Attach it</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

export function DiskDetach({ disk, machine, close }: { disk: Disk; machine: string; close: () => void }) {
  const detach = useAction({ run: () => diskDetach(disk.id), refresh: ["disks"], said: t`The disk is being taken from the machine.`, then: close });
  return (
    <Confirm opened close={close} title={t`Detach ${disk.name} from ${machine}?`} action={t`Detach it`} busy={detach.isPending} onConfirm={() => detach.mutate()}>
      <Alert variant="outline" color="keep" icon={<Icon name="warning" />}>
        <Trans>Unmount it in the machine first, or switch the machine off: what was not written yet is lost otherwise.</Trans>
      </Alert>
      <Text>
        <Trans>The disk stays with everything on it, and costs the same.</Trans>
      </Text>
    </Confirm>
  );
}

export function DiskDelete({ disk, close }: { disk: Disk; close: () => void }) {
  const remove = useAction({ run: () => diskDelete(disk.id), refresh: REFRESH, then: close });
  return (
    <Confirm
      opened
      close={close}
      title={t`Delete the disk “${disk.name}”?`}
      action={t`Delete the disk`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      danger
      typed={{ expected: disk.name, label: t`Type “${disk.name}” to go on` }}
    >
      <Alert variant="outline" color="red" icon={<Icon name="warning" />}>
        {disk.state === "lost" ? (
          <Trans>It is given up for good, and destroyed if it turns up again. There is no time of grace, and no backup holds it.</Trans>
        ) : (
          <Trans>Everything on its {disk.size_gib} GiB is destroyed at once. There is no time of grace, and no backup holds it.</Trans>
        )}
      </Alert>
      <Text>
        <Trans>It costs nothing from then on. Machines do not change.</Trans>
      </Text>
    </Confirm>
  );
}
