// The first step of enrolling: what a cluster is called, where it stands, and where its nodes answer.
import { Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { ProblemAlert } from "../../ui/ProblemView";
import { clusterProbe } from "./api";

export interface Address {
  host: string;
  port: number;
}

export interface Place extends Record<string, unknown> {
  name: string;
  region: string;
  addresses: Address[];
}

function nameFault(value: string): string | null {
  return /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(value) ? null : t`Use 2 to 40 small letters, digits and hyphens, a letter first.`;
}

interface PlaceStepProps {
  place: Place;
  /** It has its name and its region already. */
  named?: boolean;
  onward: (place: Place) => void;
}

export function ClusterPlaceStep({ place, named, onward }: PlaceStepProps) {
  const { form, problem, general, busy, onSubmit } = useApiForm<Place>(
    {
      initialValues: place,
      validate: {
        name: nameFault,
        region: nameFault,
        addresses: { host: (value: string) => nonEmpty(value, t`Name a node, or remove the line.`) },
      },
    },
    async (values) => {
      const addresses = values.addresses.map(({ host, port }) => ({ host: host.trim(), port }));
      // The first one must be there, or the next step has nothing to show.
      await clusterProbe(addresses[0] ?? { host: "", port: 8006 });
      onward({ ...values, addresses });
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        {named !== true && (
          <div className="halves">
            <TextInput label={t`Name`} description={t`The node is called so here, for good.`} placeholder="vienna-1" {...form.getInputProps("name")} />
            <TextInput label={t`Region`} description={t`Customers choose by it. A new one is made.`} placeholder="vienna" {...form.getInputProps("region")} />
          </div>
        )}
        <Text size="sm">
          <Trans>Any node answers for the whole cluster. Name several, so that one may be away.</Trans>
        </Text>
        {form.values.addresses.map((_, index) => (
          <Group key={index} align="flex-start" wrap="nowrap" className="address-row">
            <TextInput label={t`Address of node ${index + 1}`} placeholder="pve1.example.com" className="grow" {...form.getInputProps(`addresses.${String(index)}.host`)} />
            <NumberInput label={t`Port`} min={1} max={65535} hideControls w={90} {...form.getInputProps(`addresses.${String(index)}.port`)} />
          </Group>
        ))}
        <Group>
          <Button variant="default" size="compact-sm" onClick={() => form.insertListItem("addresses", { host: "", port: 8006 })}>
            <Trans>Another node</Trans>
          </Button>
          {form.values.addresses.length > 1 && (
            <Button variant="default" size="compact-sm" onClick={() => form.removeListItem("addresses", form.values.addresses.length - 1)}>
              <Trans>Remove the last one</Trans>
            </Button>
          )}
        </Group>
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Look at its certificate</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
