// Security groups: what machines in private networks may receive and send. A change is shown before it is made.
import { Alert, Button, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { SecurityGroup, SecurityPreview, SecurityRule } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { WhyButton } from "../../ui/WhyButton";
import { securityGroupCreate, securityGroupDelete, securityGroupPreview, securityGroupsQuery, securityGroupUpdate } from "./networkApi";
import { draftOf, rulesOf } from "./ruleWords";
import { type DraftRule, RuleEditor, RuleList } from "./SecurityRules";

export function SecurityGroupsPage() {
  const groups = useSuspenseInfiniteQuery(securityGroupsQuery);
  const [edited, setEdited] = useState<SecurityGroup | "new" | null>(null);
  const [doomed, setDoomed] = useState<SecurityGroup | null>(null);
  return (
    <Page
      title={t`Security groups`}
      lead={<Text c="dimmed">{t`What machines in private networks may receive and send. What no rule lets in stays out.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setEdited("new")}>
          <Trans>Make a security group</Trans>
        </Button>
      }
    >
      <DataTable
        label={t`Security groups`}
        rows={groups.data.pages.flatMap((page) => page.items)}
        rowKey={(group) => group.id}
        more={{ has: groups.hasNextPage, busy: groups.isFetchingNextPage, load: () => void groups.fetchNextPage() }}
        empty={
          <Empty icon="privacy" title={t`No security groups yet`}>
            <Text c="dimmed">
              <Trans>Make one, and give it to a machine when you move it into a network.</Trans>
            </Text>
          </Empty>
        }
        columns={[
          { name: t`Name`, lead: true, cell: (group) => group.name },
          { name: t`What passes`, cell: (group) => <RuleList rules={group.rules} none={t`Nothing comes in`} /> },
          { name: t`Machines`, align: "right", cell: (group) => group.machines },
          {
            name: t`Actions`,
            acts: true,
            cell: (group) => (
              <Group gap="xs">
                <Button size="xs" variant="default" onClick={() => setEdited(group)} aria-label={t`Change the security group ${group.name}`}>
                  <Trans>Change</Trans>
                </Button>
                <WhyButton
                  size="xs"
                  variant="default"
                  why={group.machines > 0 ? t`Machines are in this group.` : null}
                  onClick={() => setDoomed(group)}
                  aria-label={t`Delete the security group ${group.name}`}
                >
                  <Trans>Delete</Trans>
                </WhyButton>
              </Group>
            ),
          },
        ]}
      />
      {edited !== null && <Edit group={edited === "new" ? null : edited} close={() => setEdited(null)} />}
      {doomed !== null && <Remove group={doomed} close={() => setDoomed(null)} />}
    </Page>
  );
}

interface Values extends Record<string, unknown> {
  name: string;
  rules: DraftRule[];
}

const SSH: DraftRule = { direction: "inbound", protocol: "tcp", ports: "22", peer: "" };

/** A new group is made at once; a change of rules is shown first, and made when it is agreed to. */
function Edit({ group, close }: { group: SecurityGroup | null; close: () => void }) {
  const cache = useQueryClient();
  const [shown, setShown] = useState<{ preview: SecurityPreview; rules: SecurityRule[]; name: string } | null>(null);
  const { form, problem, general, busy, onSubmit } = useApiForm<Values>(
    {
      initialValues: { name: group?.name ?? "", rules: group === null ? [SSH] : group.rules.map(draftOf) },
      validate: {
        name: (value: string) => nonEmpty(value, t`Give the security group a name.`),
        rules: (value: DraftRule[]) => {
          const read = rulesOf(value);
          return typeof read === "number" ? t`Rule ${read}: write ports as 22 or 80-90.` : null;
        },
      },
    },
    async ({ name, rules: drafts }) => {
      const rules = rulesOf(drafts);
      if (typeof rules === "number") return;
      if (group !== null) {
        setShown({ preview: await securityGroupPreview(group.id, rules), rules, name: name.trim() });
        return;
      }
      await securityGroupCreate({ name: name.trim(), rules });
      await cache.invalidateQueries({ queryKey: ["security-groups"] });
      notifyDone(t`The security group is there.`);
      close();
    },
  );
  const title = group === null ? t`Make a security group` : t`Change ${group.name}`;
  return (
    <Dialog opened close={close} title={title} size="xl">
      {shown !== null && group !== null ? (
        <Agree group={group} {...shown} back={() => setShown(null)} close={close} />
      ) : (
        <form onSubmit={onSubmit} noValidate>
          <Stack>
            <ProblemAlert problem={problem} general={general} />
            <TextInput label={t`Name`} placeholder={t`Web servers`} data-autofocus {...form.getInputProps("name")} />
            <RuleEditor rules={form.values.rules} onChange={(rules) => form.setFieldValue("rules", rules)} error={form.errors.rules} />
            <Group justify="flex-end">
              <Button type="submit" loading={busy}>
                {group === null ? <Trans>Make the group</Trans> : <Trans>Show what changes</Trans>}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}

interface AgreeProps {
  group: SecurityGroup;
  preview: SecurityPreview;
  rules: SecurityRule[];
  name: string;
  back: () => void;
  close: () => void;
}

function Agree({ group, preview, rules, name, back, close }: AgreeProps) {
  const apply = useAction({ run: () => securityGroupUpdate(group.id, { name, rules }), refresh: ["security-groups"], said: t`The rules are being applied.`, then: close });
  return (
    <Stack>
      <Text>
        <Plural value={preview.machines.length} _0="No machine is in this group." one="# machine is in this group:" other="# machines are in this group:" />{" "}
        {preview.machines.map((machine) => `${machine.name} (${machine.ipv4})`).join(", ")}
      </Text>
      <div>
        <Title order={3} size="h5">
          <Trans>Opens</Trans>
        </Title>
        <RuleList rules={preview.opens} none={t`Nothing`} />
      </div>
      <div>
        <Title order={3} size="h5">
          <Trans>Shuts</Trans>
        </Title>
        <RuleList rules={preview.shuts} none={t`Nothing`} />
      </div>
      {!preview.outbound_otherwise && (
        <Alert variant="outline" color="yellow" icon={<Icon name="warning" />}>
          <Trans>Nothing leaves these machines but what a rule names.</Trans>
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        <Trans>Connections that are open stay open.</Trans>
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={back}>
          <Trans>Back to the rules</Trans>
        </Button>
        <Button loading={apply.isPending} onClick={() => apply.mutate()}>
          <Trans>Apply</Trans>
        </Button>
      </Group>
    </Stack>
  );
}

function Remove({ group, close }: { group: SecurityGroup; close: () => void }) {
  const remove = useAction({ run: () => securityGroupDelete(group.id), refresh: ["security-groups"], then: close });
  return (
    <Confirm opened close={close} title={t`Delete the security group “${group.name}”?`} action={t`Delete the group`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
      <Text>
        <Trans>No machine is in it, so no machine changes.</Trans>
      </Text>
    </Confirm>
  );
}
