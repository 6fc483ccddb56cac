// Operator: a size is offered, or what it costs, where its machines go and whether it is on sale is changed.
import { Button, Checkbox, Group, NumberInput, Stack, TextInput, type TextInputProps } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { Size } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { decimalToMinor, minorToDecimal } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { sizeCreate, sizeUpdate } from "./api";

export function EditSize({ size }: { size: Size }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={open} aria-label={t`Change ${size.name}`}>
        <Trans>Change</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Change ${size.name}`}>
        <SizeForm size={size} close={close} />
      </Dialog>
    </>
  );
}

export function AddSize({ currency }: { currency: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button size="compact-md" leftSection={<Icon name="plus" />} onClick={open}>
        <Trans>Add a size</Trans>
      </Button>
      <Dialog opened={opened} close={close} title={t`Add a size`}>
        <NewSizeForm currency={currency} close={close} />
      </Dialog>
    </>
  );
}

function ClassInput(props: TextInputProps) {
  return (
    <TextInput
      label={t`Class of nodes (optional)`}
      description={t`Its machines are placed on nodes of this class; without one, on nodes without a class.`}
      placeholder="nvme"
      spellCheck={false}
      autoComplete="off"
      {...props}
    />
  );
}

function NewSizeForm({ currency, close }: { currency: string; close: () => void }) {
  const cache = useQueryClient();
  const amountFault = (value: string) => (decimalToMinor(value, currency) === null ? t`Write an amount such as ${minorToDecimal(900, currency)}.` : null);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { name: "", cpus: 1, memory_mib: 1_024, disk_gib: 20, monthly: "", hourly: "", class: "" },
      validate: { name: (value: string) => nonEmpty(value, t`Give the size a name.`), monthly: amountFault, hourly: amountFault },
    },
    async (values) => {
      const price = (value: string) => ({ minor: decimalToMinor(value, currency) ?? 0, currency });
      await sizeCreate({
        name: values.name.trim(),
        cpus: Number(values.cpus),
        memory_mib: Number(values.memory_mib),
        disk_gib: Number(values.disk_gib),
        monthly: price(values.monthly),
        hourly: price(values.hourly),
        class: values.class.trim() === "" ? null : values.class.trim(),
      });
      await cache.invalidateQueries({ queryKey: ["sizes"] });
      notifyDone(t`The size is on offer.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} placeholder={t`Extra large`} data-autofocus {...form.getInputProps("name")} />
        <Group grow align="flex-start">
          <NumberInput label={t`Processors`} min={1} max={256} allowDecimal={false} {...form.getInputProps("cpus")} />
          <NumberInput label={t`Memory, MiB`} min={64} step={256} allowDecimal={false} {...form.getInputProps("memory_mib")} />
          <NumberInput label={t`Disk, GiB`} min={1} allowDecimal={false} {...form.getInputProps("disk_gib")} />
        </Group>
        <TextInput label={t`Price a month, ${currency}, without tax`} inputMode="decimal" {...form.getInputProps("monthly")} />
        <TextInput label={t`Price an hour, ${currency}, without tax`} inputMode="decimal" {...form.getInputProps("hourly")} />
        <ClassInput {...form.getInputProps("class")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Offer it</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function SizeForm({ size, close }: { size: Size; close: () => void }) {
  const cache = useQueryClient();
  const currency = size.monthly.currency;
  const amountFault = (value: string) => (decimalToMinor(value, currency) === null ? t`Write an amount such as ${minorToDecimal(size.monthly.minor, currency)}.` : null);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: {
        monthly: minorToDecimal(size.monthly.minor, currency),
        hourly: minorToDecimal(size.hourly.minor, currency),
        class: size.class ?? "",
        visible: size.visible,
      },
      validate: { monthly: amountFault, hourly: amountFault },
    },
    async (values) => {
      await sizeUpdate(size.id, {
        monthly: { minor: decimalToMinor(values.monthly, currency) ?? size.monthly.minor, currency },
        hourly: { minor: decimalToMinor(values.hourly, currency) ?? size.hourly.minor, currency },
        class: values.class.trim(),
        visible: values.visible,
      });
      await cache.invalidateQueries({ queryKey: ["sizes"] });
      notifyDone(t`The catalogue is changed.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Price a month, ${currency}, without tax`} inputMode="decimal" {...form.getInputProps("monthly")} />
        <TextInput label={t`Price an hour, ${currency}, without tax`} inputMode="decimal" {...form.getInputProps("hourly")} />
        <ClassInput {...form.getInputProps("class")} />
        <Checkbox label={t`On offer`} description={t`When it is off, nobody can order this size. Machines that exist stay.`} {...form.getInputProps("visible", { type: "checkbox" })} />
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
