// Where a machine is and which traffic passes: a private network or none, a security group or none.
import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Instance } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { Dialog } from "../../ui/Dialog";
import { ProblemAlert } from "../../ui/ProblemView";
import { UnderWay } from "../../ui/UnderWay";
import { instanceConnect, networksQuery } from "./networkApi";
import { SecurityGroupSelect } from "./SecurityGroupSelect";

export default function InstanceConnect({ instance, close }: { instance: Instance; close: () => void }) {
  const cache = useQueryClient();
  const [done, setDone] = useState<string | null>(null);
  const networks = (useInfiniteQuery(networksQuery).data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.region.id === instance.region.id && one.state === "ready");
  const ownCard = instance.features.includes("own_card");
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { network_id: instance.network?.network_id ?? "", security_group_id: instance.security_group_id ?? "" } },
    async ({ network_id, security_group_id }) => {
      const group = security_group_id === "" || (network_id === "" && !ownCard) ? null : security_group_id;
      const operation = await instanceConnect(instance.id, { network_id: network_id === "" ? null : network_id, security_group_id: group });
      await Promise.all(["networks", "instances", "security-groups"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      setDone(operation.id);
    },
  );
  return (
    <Dialog opened close={close} title={t`Network of ${instance.name}`}>
      {done === null ? (
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <ProblemAlert problem={problem} general={general} />
            {instance.features.includes("private_networks") && (
              <Select
                label={t`Private network`}
                description={ownCard ? t`A second card beside the machine's own, which stays as it is.` : t`In one, the machine is reached by public addresses only.`}
                data={[{ value: "", label: t`None` }, ...networks.map((one) => ({ value: one.id, label: `${one.name} (${one.subnet})` }))]}
                allowDeselect={false}
                data-autofocus
                {...form.getInputProps("network_id")}
              />
            )}
            {(ownCard || form.values.network_id !== "") && <SecurityGroupSelect ownCard={ownCard} {...form.getInputProps("security_group_id")} />}
            <Text size="sm" c="dimmed">
              <Trans>A machine that runs is in the network once it has been stopped and started. A security group is in force at once.</Trans>
            </Text>
            <Group justify="flex-end">
              <Button type="submit" loading={busy}>
                <Trans>Connect it so</Trans>
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
