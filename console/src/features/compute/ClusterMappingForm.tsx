// What of a cluster is ours: chosen from what was found there, checked against the token's privileges, and saved.
import { Button, Group, MultiSelect, NumberInput, Select, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useState } from "react";
import type { ClusterSurvey } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { ProblemAlert } from "../../ui/ProblemView";
import { ClusterSurveyView } from "./ClusterSurvey";
import { type Mapping, mappingOf, mappingValues, type MappingValues } from "./clusterMapping";

interface MappingFormProps {
  survey: ClusterSurvey;
  /** The mapping in force, where there is one. */
  before?: Mapping;
  check: (mapping: Mapping) => Promise<ClusterSurvey>;
  save: (mapping: Mapping) => Promise<void>;
  action: string;
  back?: () => void;
}

export function ClusterMappingForm({ survey, before, check, save, action, back }: MappingFormProps) {
  const [seen, setSeen] = useState<{ of: string; survey: ClusterSurvey } | null>(null);
  const { form, problem, general, busy, onSubmit } = useApiForm<MappingValues>(
    {
      initialValues: begun(survey, before),
      validate: {
        storage: (value: string) => nonEmpty(value, t`Say where disks are kept.`),
        bridge: (value: string) => nonEmpty(value, t`Say how machines are connected.`),
        first: (value: string, values) => (values.fixed ? nonEmpty(value, t`Name the address of the first machine.`) : null),
        gateway: (value: string, values) => (values.fixed ? nonEmpty(value, t`Name the network's gateway.`) : null),
        block: (value: string, values) => (values.six ? nonEmpty(value, t`Name the block of IPv6 addresses.`) : null),
        gateway6: (value: string, values) => (values.six ? nonEmpty(value, t`Name the network's IPv6 gateway.`) : null),
        tags_start: (value: string) => (/^[0-9]*$/.test(value.trim()) ? null : t`Use digits alone.`),
        tags_end: (value: string, values) => (values.zone === "" || values.tags_start.trim() === "" || (/^[0-9]+$/.test(value.trim()) && Number(value) >= Number(values.tags_start)) ? null : t`The last tag is a number that is not smaller than the first.`),
        ids_end: (value: number, values) => (value > values.ids_start ? null : t`The last number is larger than the first.`),
        templates: {
          name: (value: string) => (/^[a-z0-9][a-z0-9.-]*$/.test(value.trim()) ? null : t`Use small letters, digits and hyphens.`),
          source: (value: string) => nonEmpty(value, t`Choose what it is made of.`),
        },
      },
    },
    async (values) => {
      const mapping = mappingOf(values, before);
      const of = JSON.stringify(mapping);
      // What was not looked at is looked at first; a second press saves it, also when something is missing.
      if (seen?.of !== of) {
        const found = await check(mapping);
        setSeen({ of, survey: found });
        if (!found.ready) return;
      }
      await save(mapping);
    },
  );
  const current = seen?.of === JSON.stringify(mappingOf(form.values, before)) ? seen.survey : null;
  const names = (parts: ClusterSurvey["nodes"]) => [...new Set(parts.map((part) => part.name))];
  const keeping = (kinds: string[]) => survey.storages.filter((storage) => kinds.some((kind) => storage.about.includes(kind))).map((storage) => storage.name);
  const sources = [
    ...survey.templates.map((one) => ({ value: `vm:${one.name}`, label: `${one.name} · ${one.about}` })),
    ...survey.images.map((one) => ({ value: `${one.about === "disk image" ? "image" : "container"}:${one.name}`, label: one.name })),
  ];
  const known = [...sources, ...form.values.templates.filter(({ source }) => source !== "" && !sources.some((one) => one.value === source)).map(({ source }) => ({ value: source, label: source }))];
  // Mantine says null where nothing is chosen; the form holds an empty text.
  const chosen = (field: "backup_storage" | "images" | "pool" | "zone") => ({
    value: form.values[field] === "" ? null : form.values[field],
    onChange: (value: string | null) => form.setFieldValue(field, value ?? ""),
    error: form.errors[field],
  });
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <div className="halves">
          <NumberInput label={t`First number`} description={t`Guests of ours have numbers in this range, and nobody else's do.`} min={100} max={999_999_999} {...form.getInputProps("ids_start")} />
          <NumberInput label={t`Last number`} description={t`Much larger than the number of machines, so that one comes back late.`} min={100} max={999_999_999} {...form.getInputProps("ids_end")} />
        </div>
        <div className="halves">
          <Select label={t`Disks`} description={t`The storage that keeps them.`} data={among(keeping(["images"]), form.values.storage)} allowDeselect={false} {...form.getInputProps("storage")} />
          <Select label={t`Backups`} description={t`Without one, machines cannot be backed up.`} data={among(keeping(["backup"]), form.values.backup_storage)} clearable {...chosen("backup_storage")} />
        </div>
        <Select label={t`Images`} description={t`A storage with the content “import”. Without one, machines are made of the cluster's own templates only and take no user data.`} data={among(keeping(["import"]), form.values.images)} clearable {...chosen("images")} />
        <div className="halves">
          <Select label={t`Network`} description={t`The bridge or virtual network of machines.`} data={among(names(survey.networks), form.values.bridge)} allowDeselect={false} {...form.getInputProps("bridge")} />
          <TextInput label={t`VLAN`} description={t`A number from 1 to 4094, or nothing.`} inputMode="numeric" {...form.getInputProps("vlan")} />
        </div>
        <Switch label={t`Machines get addresses of a range that is ours`} description={t`Otherwise they ask a DHCP server. With a range, a machine is held to its own address.`} {...form.getInputProps("fixed", { type: "checkbox" })} />
        {form.values.fixed && (
          <div className="halves">
            <TextInput label={t`First address`} placeholder="10.20.0.10" {...form.getInputProps("first")} />
            <NumberInput label={t`Length of the prefix`} min={1} max={30} {...form.getInputProps("prefix")} />
            <TextInput label={t`Gateway`} placeholder="10.20.0.1" {...form.getInputProps("gateway")} />
            <TextInput label={t`Name servers`} description={t`With spaces between them.`} {...form.getInputProps("nameservers")} />
          </div>
        )}
        <Switch label={t`Machines get IPv6 addresses, too`} description={t`Each has the address of a block of ours that ends in its number. Those that are there get theirs when they are rebuilt.`} {...form.getInputProps("six", { type: "checkbox" })} />
        {form.values.six && (
          <div className="halves">
            <TextInput label={t`Block`} description={t`With 64 leading bits.`} placeholder="2001:db8:20:1::/64" {...form.getInputProps("block")} />
            <TextInput label={t`IPv6 gateway`} description={t`In the block, or link-local.`} placeholder="fe80::1" {...form.getInputProps("gateway6")} />
          </div>
        )}
        <Select
          label={t`Zone of private networks`}
          description={t`Each private network of a customer gets a VNet of this zone of the software-defined network, and machines a second card there. Without one there are no private networks.`}
          data={among(survey.zones.map((zone) => zone.name), form.values.zone)}
          clearable
          {...chosen("zone")}
        />
        {form.values.zone !== "" && (
          <div className="halves">
            <TextInput label={t`First tag`} description={t`Nothing for a simple zone, which has none.`} inputMode="numeric" {...form.getInputProps("tags_start")} />
            <TextInput label={t`Last tag`} description={t`At most 4094 in a zone of VLANs.`} inputMode="numeric" {...form.getInputProps("tags_end")} />
          </div>
        )}
        <Switch label={t`Call machines by their ids there`} description={t`Their host names, which may name people, stay here; machines know themselves by their ids too. For those that are made or rebuilt from now on.`} {...form.getInputProps("pseudonyms", { type: "checkbox" })} />
        <div className="halves">
          <MultiSelect label={t`Nodes`} description={t`None means all that are online.`} data={names(survey.nodes)} {...form.getInputProps("nodes")} />
          <Select label={t`Resource pool`} description={t`Lets the token be granted no more than that pool.`} data={among(names(survey.pools), form.values.pool)} clearable {...chosen("pool")} />
        </div>
        <Title order={3}>
          <Trans>Templates</Trans>
        </Title>
        {sources.length === 0 && (
          <Text c="dimmed">
            <Trans>The token sees no guest that was made a template, and no image. Make one on the cluster, or choose a storage for images: what you offer under “Images” comes to it.</Trans>
          </Text>
        )}
        {form.values.templates.map((_, index) => (
          <div key={index} className="halves">
            <TextInput label={t`Offered as`} placeholder="debian" {...form.getInputProps(`templates.${String(index)}.name`)} />
            <Select label={t`Made of`} data={known} allowDeselect={false} searchable {...form.getInputProps(`templates.${String(index)}.source`)} />
          </div>
        ))}
        <Group>
          <Button variant="default" size="compact-sm" onClick={() => form.insertListItem("templates", { name: "", source: "" })}>
            <Trans>Another template</Trans>
          </Button>
          {form.values.templates.length > 0 && (
            <Button variant="default" size="compact-sm" onClick={() => form.removeListItem("templates", form.values.templates.length - 1)}>
              <Trans>Remove the last one</Trans>
            </Button>
          )}
        </Group>
        {current !== null && <ClusterSurveyView survey={current} mapped />}
        <Group justify={back === undefined ? "flex-end" : "space-between"}>
          {back !== undefined && (
            <Button variant="default" onClick={back}>
              <Trans>Back</Trans>
            </Button>
          )}
          <Group>
            {current !== null && !current.ready && (
              <Button variant="default" onClick={() => setSeen(null)}>
                <Trans>Check again</Trans>
              </Button>
            )}
            <Button type="submit" loading={busy} color={current !== null && !current.ready ? "red.9" : undefined}>
              {current !== null && !current.ready ? t`${action} even so` : action}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

/** What there is to choose, and what is chosen though it is not there any more. */
const among = (found: string[], chosen: string): string[] => (chosen === "" || found.includes(chosen) ? found : [...found, chosen]);

/** A proposal: where there is only one to choose, it is chosen. */
function begun(survey: ClusterSurvey, before: Mapping | undefined): MappingValues {
  const values = mappingValues(before);
  if (before !== undefined) return values;
  const only = (names: string[]): string => (new Set(names).size === 1 ? (names[0] ?? "") : "");
  const storages = (kind: string) => survey.storages.filter((storage) => storage.about.includes(kind)).map((storage) => storage.name);
  const first = survey.templates[0];
  return {
    ...values,
    storage: only(storages("images")),
    backup_storage: only(storages("backup")),
    images: only(storages("import")),
    bridge: only(survey.networks.map((network) => network.name)),
    templates: first === undefined ? [] : [{ name: first.about.toLowerCase().replace(/[^a-z0-9.-]/g, "-"), source: `vm:${first.name}` }],
  };
}
