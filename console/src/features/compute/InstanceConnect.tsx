// Where a machine is and which traffic passes: a private network or none, a security group or none.
// Opened for a machine, whose network is chosen here, or for a network, whose new machine is chosen here.
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Instance, Network } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { ProblemAlert } from "../../ui/ProblemView";
import { UnderWay } from "../../ui/UnderWay";
import { instancesFindQuery } from "./api";
import { instanceConnect, networksQuery } from "./networkApi";
import { SecurityGroupSelect } from "./SecurityGroupSelect";

type Given = { instance: Instance; network?: undefined } | { instance?: undefined; network: Network };

export default function InstanceConnect({ instance, network, close }: Given & { close: () => void }) {
  const cache = useQueryClient();
  const [done, setDone] = useState<string | null>(null);
  const region = (instance ?? network).region.id;
  const networks = useInfiniteQuery({ ...networksQuery, enabled: network === undefined }).data?.pages.flatMap((page) => page.items) ?? [];
  const machines = useQuery({ ...instancesFindQuery, enabled: instance === undefined }).data ?? [];
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: {
        instance_id: instance?.id ?? "",
        network_id: network?.id ?? instance?.network?.network_id ?? "",
        security_group_id: instance?.security_group_id ?? "",
      },
      validate: { instance_id: (value: string) => (value === "" ? t`Choose a machine.` : null) },
    },
    async ({ instance_id, network_id, security_group_id }) => {
      const group = security_group_id === "" || !filtered ? null : security_group_id;
      const operation = await instanceConnect(instance_id, { network_id: network_id === "" ? null : network_id, security_group_id: group });
      await Promise.all(["networks", "instances", "security-groups"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      setDone(operation.id);
    },
  );
  const machine = instance ?? machines.find((each) => each.id === form.values.instance_id);
  const ownCard = machine?.features.includes("own_card") ?? false;
  const filtered = ownCard || form.values.network_id !== "";
  return (
    <Dialog opened close={close} title={instance === undefined ? t`Move a machine into ${network.name}` : t`Network of ${instance.name}`}>
      {done === null ? (
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <ProblemAlert problem={problem} general={general} />
            {instance === undefined ? (
              <Select
                label={t`Machine`}
                data={machines.filter((each) => (each.state === "running" || each.state === "stopped") && each.region.id === region).map((each) => ({ value: each.id, label: each.name }))}
                nothingFoundMessage={t`No machine of this region runs or is stopped.`}
                searchable
                openOnFocus={false}
                data-autofocus
                {...form.getInputProps("instance_id")}
                onChange={(value: string | null) => {
                  const chosen = machines.find((each) => each.id === value);
                  // It keeps the group that it has until another is chosen.
                  form.setValues({ instance_id: value ?? "", security_group_id: chosen?.security_group_id ?? "" });
                }}
              />
            ) : (
              instance.features.includes("private_networks") && (
                <Select
                  label={t`Private network`}
                  description={ownCard ? t`A second card beside the machine's own, which stays as it is.` : t`In one, the machine is reached by public addresses only.`}
                  data={[
                    { value: "", label: t`None` },
                    ...networks.filter((each) => each.region.id === region && each.state === "ready").map((each) => ({ value: each.id, label: `${each.name} (${each.subnet})` })),
                  ]}
                  allowDeselect={false}
                  data-autofocus
                  {...form.getInputProps("network_id")}
                />
              )
            )}
            {filtered && <SecurityGroupSelect ownCard={ownCard} {...form.getInputProps("security_group_id")} />}
            <Text size="sm" c="dimmed">
              <Trans>A machine that runs is in the network once it has been stopped and started. A security group is in force at once.</Trans>
            </Text>
            <Group justify="flex-end">
              <Button type="submit" loading={busy}>
                {instance === undefined ? <Trans>Move it in</Trans> : <Trans>Apply</Trans>}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <UnderWay operation={done} close={close} />
      )}
    </Dialog>
  );
}
