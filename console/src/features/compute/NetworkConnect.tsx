// Moves a machine into a network under a security group.
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Network } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { ProblemAlert } from "../../ui/ProblemView";
import { UnderWay } from "../../ui/UnderWay";
import { instancesFindQuery } from "./api";
import { instanceConnect } from "./networkApi";
import { SecurityGroupSelect } from "./SecurityGroupSelect";

export function NetworkConnect({ network, close }: { network: Network; close: () => void }) {
  const cache = useQueryClient();
  const [done, setDone] = useState<string | null>(null);
  const machines = useQuery(instancesFindQuery).data ?? [];
  const movable = machines.filter((machine) => (machine.state === "running" || machine.state === "stopped") && machine.region.id === network.region.id);
  const { form, problem, general, busy, onSubmit } = useApiForm(
    {
      initialValues: { instance_id: "", security_group_id: "" },
      validate: { instance_id: (value: string) => (value === "" ? t`Choose a machine.` : null) },
    },
    async ({ instance_id, security_group_id }) => {
      const operation = await instanceConnect(instance_id, { network_id: network.id, security_group_id: security_group_id === "" ? null : security_group_id });
      await Promise.all(["networks", "instances"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      setDone(operation.id);
    },
  );
  const ownCard = machines.some((machine) => machine.id === form.values.instance_id && machine.features.includes("own_card"));
  return (
    <Dialog opened close={close} title={t`Move a machine into ${network.name}`}>
      {done === null ? (
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <ProblemAlert problem={problem} general={general} />
            <Select label={t`Machine`} data={movable.map((machine) => ({ value: machine.id, label: machine.name }))} searchable data-autofocus {...form.getInputProps("instance_id")} />
            <SecurityGroupSelect ownCard={ownCard} {...form.getInputProps("security_group_id")} />
            <Text size="sm" c="dimmed">
              <Trans>A machine that runs is in the network once it has been stopped and started. A security group is in force at once.</Trans>
            </Text>
            <Group justify="flex-end">
              <Button type="submit" loading={busy}>
                <Trans>Move it in</Trans>
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
