// Another size for a machine: what fits, what it costs, and whether the machine restarts.
import { Alert, Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { Amount } from "../../ui/Amount";
import { formatMemory } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { sizesQuery } from "../catalogue/api";
import { instanceResize } from "./api";

export function InstanceResize({ instance, opened, close }: { instance: Instance; opened: boolean; close: () => void }) {
  const sizes = useQuery({ ...sizesQuery, enabled: opened });
  const [size, setSize] = useState<string | null>(null);
  const resize = useAction({ run: (id: string) => instanceResize(instance.id, id), refresh: ["instances", "quota"], then: close });
  const offered = (sizes.data?.items ?? []).filter((each) => each.visible);
  return (
    <Modal opened={opened} onClose={close} title={t`Another size for ${instance.name}`} closeButtonProps={{ "aria-label": t`Close` }} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (size !== null) resize.mutate(size);
        }}
      >
        <Stack>
          {sizes.isError && <ProblemAlert problem={asProblem(sizes.error)} />}
          <Radio.Group label={t`Size`} value={size} onChange={setSize}>
            <Stack gap="xs" mt={4}>
              {offered.map((each) => {
                const present = each.id === instance.size.id;
                const smaller = each.disk_gib < instance.size.disk_gib;
                return (
                  <Radio.Card key={each.id} value={each.id} className="choice" disabled={present || smaller}>
                    <Group justify="space-between" wrap="nowrap">
                      <div>
                        <Text fw={600}>{each.name}</Text>
                        <Text size="sm" c="dimmed">
                          {each.cpus} CPU, {formatMemory(each.memory_mib)}, {each.disk_gib} GiB
                        </Text>
                        {present && (
                          <Text size="xs">
                            <Trans>The machine has this size.</Trans>
                          </Text>
                        )}
                        {smaller && (
                          <Text size="xs">
                            <Trans>A disk cannot become smaller.</Trans>
                          </Text>
                        )}
                      </div>
                      <Text component="div" size="sm">
                        <Trans>
                          <Amount money={each.hourly} /> an hour
                        </Trans>
                      </Text>
                    </Group>
                  </Radio.Card>
                );
              })}
            </Stack>
          </Radio.Group>
          <Alert variant="outline" color="keep" icon={<Icon name="power" />}>
            {instance.state === "running" ? (
              <Trans>The machine is restarted once. The new price counts from then on, without tax as shown.</Trans>
            ) : (
              <Trans>The machine stays off. The new price counts from then on, without tax as shown.</Trans>
            )}
          </Alert>
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              <Trans>Leave it as it is</Trans>
            </Button>
            <Button type="submit" loading={resize.isPending} disabled={size === null}>
              <Trans>Change the size</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
