// Ordering a machine: what, where, how paid; the price with tax stands beside it the whole time.
import { Button, Group, Input, Paper, Radio, Select, SegmentedControl, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useRef } from "react";
import { newIdempotencyKey } from "../../api/client";
import type { Backup, Cycle, DiskWithMachine, Image, PaymentMethod, Template } from "../../api/types";
import { hostnameFault } from "../../form/checks";
import { sshKeyFault } from "../../form/sshKey";
import { SshKeyField } from "../../form/SshKeyField";
import { sshKeyMessage } from "../../form/sshKeyMessage";
import { useSearchText } from "../../app/address";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { backupQuery, quotaQuery, sshKeysQuery } from "../compute/api";
import { imagesQuery } from "../compute/imageApi";
import { TagsField } from "../compute/InstanceTags";
import { orderCreate, regionsQuery, sizesQuery, templatesQuery } from "./api";
import { DisksField } from "./DisksField";
import { NetworkChoice, placeOf } from "./NetworkChoice";
import { PaymentMethodField } from "./PaymentMethodField";
import { QuotaPanel } from "./QuotaPanel";
import { QuotePanel } from "./QuotePanel";
import { SizeChoice } from "./SizeChoice";

interface Values extends Record<string, unknown> {
  size_id: string;
  template_id: string;
  region_id: string;
  cycle: Cycle;
  hostname: string;
  ssh_public_key: string;
  user_data: string;
  network_id: string;
  security_group_id: string;
  disks: DiskWithMachine[];
  tags: string[];
  payment_method: PaymentMethod;
}

export function OrderCreatePage() {
  const backup = useSearchText("backup");
  return backup === undefined ? <OrderForm /> : <OrderFromBackup id={backup} />;
}

function OrderFromBackup({ id }: { id: string }) {
  return <OrderForm backup={useSuspenseQuery(backupQuery(id)).data} />;
}

function OrderForm({ backup }: { backup?: Backup }) {
  const visible = useSuspenseQuery(sizesQuery).data.items.filter((size) => size.visible && size.disk_gib >= (backup?.disk_gib ?? 0));
  const systems = systemsOf(useSuspenseQuery(templatesQuery).data.items, useSuspenseInfiniteQuery(imagesQuery).data.pages.flatMap((page) => page.items));
  const wanted = useSearchText("image");
  const regions = useSuspenseQuery(regionsQuery).data.items;
  const quota = useSuspenseQuery(quotaQuery).data;
  const keys = useSuspenseInfiniteQuery(sshKeysQuery).data.pages.flatMap((page) => page.items);
  const navigate = useNavigate();
  const cache = useQueryClient();
  // One key for one intention: sent again after a lost answer, the order is still placed once.
  const intention = useRef({ key: newIdempotencyKey(), body: "" });
  const initialValues: Values = {
    size_id: "",
    template_id: systems.find((system) => system.id === wanted)?.id ?? systems[0]?.id ?? "",
    region_id: backup?.region.id ?? regions[0]?.id ?? "",
    cycle: "monthly",
    hostname: "",
    ssh_public_key: keys[0]?.ssh_public_key ?? "",
    user_data: "",
    network_id: "",
    security_group_id: "",
    disks: [],
    tags: [],
    payment_method: "test_succeeds",
  };
  const { form, problem, general, busy, onSubmit } = useApiForm<Values>(
    {
      initialValues,
      validateInputOnBlur: ["hostname", "ssh_public_key"],
      validate: {
        hostname: (value: string) => hostnameFault(value),
        ssh_public_key: (value: string) => sshKeyMessage(sshKeyFault(value)),
      },
    },
    async (values) => {
      const source = backup === undefined ? sourceOf(values.template_id) : { template_id: null, backup_id: backup.id };
      const body = { ...values, size_id: size?.id ?? "", ...source, hostname: values.hostname.trim(), ssh_public_key: values.ssh_public_key.trim(), user_data: values.user_data.trim() === "" ? null : values.user_data, ...placeOf(values, region) };
      const text = JSON.stringify(body);
      if (intention.current.body !== text) intention.current = { key: newIdempotencyKey(), body: text };
      const order = await orderCreate(body, intention.current.key);
      await cache.invalidateQueries({ queryKey: ["orders"] });
      await cache.invalidateQueries({ queryKey: ["instances"] });
      await navigate({ to: paths.order(order.id) });
    },
  );
  const values = form.values;
  const region = regions.find((one) => one.id === values.region_id);
  const sizes = visible.filter((each) => backup !== undefined || each.disk_gib >= (systems.find((system) => system.id === values.template_id)?.disk_gib ?? 0));
  // Another system may need a larger disk than the size that was chosen has.
  const size = sizes.find((each) => each.id === values.size_id) ?? sizes[0];
  const extraGib = values.disks.reduce((sum, disk) => sum + disk.size_gib, 0);
  if (visible.length === 0 || systems.length === 0 || regions.length === 0) {
    return (
      <Page title={t`Order a machine`}>
        <Paper>
          <Empty icon="tag" title={t`Nothing is on offer at present`}>
            <Text c="dimmed">
              <Trans>The operator has to publish a size, a template and a region first.</Trans>
            </Text>
          </Empty>
        </Paper>
      </Page>
    );
  }
  return (
    <Page title={t`Order a machine`}>
      <form onSubmit={onSubmit} noValidate className="columns">
        <Stack gap="lg">
          <ProblemAlert problem={problem} general={general} />
          <Paper>
            <Stack>
              {backup !== undefined && <OriginNote backup={backup} error={form.errors.backup_id} />}
              <div>
                <Input.Label labelElement="div" display="block" mb={4} id="cycle-label">
                  <Trans>Billing</Trans>
                </Input.Label>
                <SegmentedControl
                  aria-labelledby="cycle-label"
                  value={values.cycle}
                  onChange={(value) => form.setFieldValue("cycle", value)}
                  data={[
                    { value: "monthly", label: t`By the month` },
                    { value: "hourly", label: t`By the hour` },
                  ]}
                />
              </div>
              <SizeChoice sizes={sizes} cycle={values.cycle} value={size?.id ?? ""} onChange={(id) => form.setFieldValue("size_id", id)} error={form.errors.size_id} />
              {backup === undefined && (
                <>
                  <Radio.Group label={t`System`} value={values.template_id} onChange={(id) => form.setFieldValue("template_id", id)} error={form.errors.template_id}>
                    <div className="cards">
                      {systems.map((system) => (
                        <Radio.Card key={system.id} value={system.id} className="choice">
                          <Group justify="space-between" wrap="nowrap" align="flex-start">
                            <Text fw={600}>{system.name}</Text>
                            <Radio.Indicator aria-hidden />
                          </Group>
                          <Text size="sm" c="dimmed">
                            {system.about}
                          </Text>
                        </Radio.Card>
                      ))}
                    </div>
                  </Radio.Group>
                  <Select
                    label={t`Region`}
                    data={regions.map((region) => ({ value: region.id, label: region.name }))}
                    allowDeselect={false}
                    {...form.getInputProps("region_id")}
                  />
                </>
              )}
            </Stack>
          </Paper>
          <Paper>
            <Stack>
              <TextInput label={t`Hostname`} placeholder="web-1" autoComplete="off" spellCheck={false} {...form.getInputProps("hostname")} />
              {keys.length > 0 && (
                <Select
                  label={t`Kept key`}
                  data={[...keys.map((key) => ({ value: key.ssh_public_key, label: key.name })), { value: "", label: t`Another key` }]}
                  value={keys.some((key) => key.ssh_public_key === values.ssh_public_key) ? values.ssh_public_key : ""}
                  onChange={(line) => form.setFieldValue("ssh_public_key", line ?? "")}
                  allowDeselect={false}
                />
              )}
              <SshKeyField {...form.getInputProps("ssh_public_key")} onFault={(message) => form.setFieldError("ssh_public_key", message)} />
              <Textarea
                label={t`User data (optional)`}
                description={t`What the machine carries out at its first boot: a script that begins with #!, or for templates with cloud-init also #cloud-config. At most 32 KiB.`}
                autosize
                minRows={2}
                maxRows={12}
                spellCheck={false}
                autoComplete="off"
                classNames={{ input: "mono" }}
                {...form.getInputProps("user_data")}
              />
              <NetworkChoice region={region} network={form.getInputProps("network_id")} group={form.getInputProps("security_group_id")} isConnected={values.network_id !== ""} />
              <DisksField value={values.disks} onChange={(disks) => form.setFieldValue("disks", disks)} error={form.errors.disks} />
              <TagsField value={values.tags} onChange={(tags) => form.setFieldValue("tags", tags)} error={form.errors.tags} />
            </Stack>
          </Paper>
          <Paper>
            <PaymentMethodField value={values.payment_method} onChange={(method) => form.setFieldValue("payment_method", method)} error={form.errors.payment_method} />
          </Paper>
        </Stack>
        <div className="stick">
          <QuotaPanel quota={quota} size={size} extraGib={extraGib} />
          <QuotePanel choice={{ size_id: size?.id ?? "", region_id: values.region_id, cycle: values.cycle }} extraGib={extraGib}>
            <Button type="submit" loading={busy} fullWidth>
              <Trans>Order and pay</Trans>
            </Button>
          </QuotePanel>
        </div>
      </form>
    </Page>
  );
}

interface System {
  id: string;
  name: string;
  about: string;
  disk_gib: number;
}

/** What a new machine can begin with: the operator's templates, and the project's own images. */
function systemsOf(templates: readonly Template[], images: readonly Image[]): System[] {
  const offered = templates.map(({ id, name, key, description, disk_gib }) => ({ id, name, about: description === "" ? key : description, disk_gib }));
  const own = images.filter((image) => image.state === "ready").map(({ id, name, disk_gib }) => ({ id, name, about: t`Own image`, disk_gib: disk_gib ?? 0 }));
  return [...offered, ...own];
}

/** Ids say what they are of. */
const sourceOf = (id: string) => (id.startsWith("img_") ? { template_id: null, image_id: id } : { template_id: id });

/** What stands in place of the choice of a system: the backup, and where the machine will be. */
function OriginNote({ backup, error }: { backup: Backup; error: ReactNode }) {
  return (
    <div>
      <Input.Label labelElement="div" display="block" mb={4}>
        <Trans>From the backup</Trans>
      </Input.Label>
      <Text component="div">
        <Trans>
          “{backup.name}” of {backup.hostname}, taken <When at={backup.taken_at ?? backup.created_at} />
        </Trans>
      </Text>
      <Text size="sm" c="dimmed">
        <Trans>
          {backup.template.name}, in {backup.region.name}, where the backup is kept. Sizes with a smaller disk than {backup.disk_gib} GiB are left out.
        </Trans>
      </Text>
      {error != null && (
        <Text size="sm" c="var(--mantine-color-error)">
          {error}
        </Text>
      )}
    </div>
  );
}
