// Another size for a machine: what fits, what is charged now, what it costs from when on, and whether the machine restarts.
import { Alert, Button, Group, Radio, Skeleton, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asProblem } from "../../api/problem";
import type { Instance, PaymentMethod, SizeChangeQuote } from "../../api/types";
import { Amount, TotalLine } from "../../ui/Amount";
import { Dialog } from "../../ui/Dialog";
import { formatMemory } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { sizesQuery } from "../catalogue/api";
import { PaymentMethodField } from "../catalogue/PaymentMethodField";
import { sizeChangeCreate, sizeChangeQuoteQuery } from "./api";

export function InstanceResize({ instance, close }: { instance: Instance; close: () => void }) {
  const sizes = useQuery(sizesQuery);
  const [size, setSize] = useState<string | null>(null);
  const [method, setMethod] = useState<PaymentMethod>("test_succeeds");
  const quote = useQuery({ ...sizeChangeQuoteQuery(instance.id, size ?? ""), enabled: size !== null });
  const resize = useAction({
    run: (agreed: SizeChangeQuote) => sizeChangeCreate(instance.id, { size_id: agreed.size.id, due_now: agreed.due_now, payment_method: method }),
    refresh: ["instances", "quota", "payments", "invoices"],
    then: close,
  });
  const offered = (sizes.data?.items ?? []).filter((each) => each.visible);
  const due = (quote.data?.due_now.minor ?? 0) > 0;
  return (
    <Dialog opened close={close} title={t`Another size for ${instance.name}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (quote.data !== undefined) resize.mutate(quote.data);
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
                    <Group justify="space-between" gap="xs">
                      <Text fw={600}>{each.name}</Text>
                      <Text size="sm" c="dimmed" component="div">
                        <Trans>
                          <Amount money={each.monthly} /> a month
                        </Trans>
                      </Text>
                    </Group>
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
                  </Radio.Card>
                );
              })}
            </Stack>
          </Radio.Group>
          {quote.isError && <ProblemAlert problem={asProblem(quote.error)} />}
          {size !== null && !quote.isError && (quote.data === undefined ? <Skeleton height={80} /> : <Price quote={quote.data} />)}
          {due && <PaymentMethodField value={method} onChange={setMethod} />}
          <Alert variant="outline" color="keep" icon={<Icon name="power" />}>
            {instance.state === "running" ? <Trans>The machine is restarted once.</Trans> : <Trans>The machine stays off.</Trans>}
          </Alert>
          <Group justify="flex-end" className="dialog-actions">
            <Button variant="default" onClick={close}>
              <Trans>Leave it as it is</Trans>
            </Button>
            <Button type="submit" loading={resize.isPending} disabled={quote.data === undefined}>
              <Trans>Change the size</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Price({ quote }: { quote: SizeChangeQuote }) {
  return (
    <Stack gap="xs" aria-live="polite">
      {quote.lines.map((line) => (
        <TotalLine key={line.description} label={line.description} money={line.amount} />
      ))}
      {quote.lines.length > 0 && <TotalLine label={t`Tax`} money={quote.tax} />}
      <TotalLine label={t`Charged now`} money={quote.due_now} strong />
      <Text component="div" size="sm">
        {quote.cycle === "monthly" ? (
          <Trans>
            From <When at={quote.price_from} /> it costs <Amount money={quote.price} /> a month, without tax. The month that is paid stays paid.
          </Trans>
        ) : (
          <Trans>
            From then on it costs <Amount money={quote.price} /> an hour, without tax.
          </Trans>
        )}
      </Text>
    </Stack>
  );
}
