// Acts on a machine. Each is offered in every state; where it cannot work it is disabled and says why.
import { Button, Checkbox, Group, Menu, Stack, Select, Text, TextInput, Tooltip } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Instance } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { Confirm } from "../../ui/Confirm";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { templatesQuery } from "../catalogue/api";
import { InstanceResize } from "./InstanceResize";
import { TagsDialog } from "./InstanceTags";
import { imagesQuery } from "./imageApi";
import { instanceDelete, instancePower, instanceRebuild, instanceRescue, instanceUpdate, type PowerAction } from "./api";

const InstanceAccess = lazy(() => import("./InstanceAccess"));
const InstanceConnect = lazy(() => import("./InstanceConnect"));

type Confirmed = "shutdown" | "reboot" | "reset" | "stop";
type Dialog = Confirmed | "tags" | "rescue" | "password" | "key" | "rename" | "connect" | "resize" | "rebuild" | "delete" | null;

export function InstanceActions({ instance }: { instance: Instance }) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const power = useAction({ run: (action: PowerAction) => instancePower(instance.id, action), refresh: ["instances"], then: close });
  const running = instance.state === "running";
  const rescue = useAction({ run: (begin: boolean) => instanceRescue(instance.id, begin), refresh: ["instances"], then: close });
  const held = instance.state === "suspended" || instance.state === "rescue";
  const can = (feature: string) => instance.features.includes(feature);
  const settled = running || instance.state === "stopped" || instance.state === "failed";
  const atRest = running || instance.state === "stopped";
  const startable = instance.state === "stopped" || instance.state === "failed";
  const notRunning = t`The machine is not running.`;
  const busyReason = t`Wait until the present work on the machine is done.`;
  return (
    <Group gap="xs">
      {running ? (
        <Button variant="default" leftSection={<Icon name="power" />} onClick={() => setDialog("shutdown")}>
          <Trans>Shut down</Trans>
        </Button>
      ) : instance.state === "suspended" ? (
        <Button leftSection={<Icon name="play" />} loading={power.isPending} onClick={() => power.mutate("resume")}>
          <Trans>Resume</Trans>
        </Button>
      ) : instance.state === "rescue" ? (
        <Button leftSection={<Icon name="out" />} loading={rescue.isPending} onClick={() => rescue.mutate(false)}>
          <Trans>Leave the rescue system</Trans>
        </Button>
      ) : (
        <Tooltip label={busyReason} disabled={startable}>
          <Button
            leftSection={<Icon name="play" />}
            loading={power.isPending}
            data-disabled={!startable || undefined}
            aria-disabled={!startable}
            onClick={() => startable && power.mutate("start")}
          >
            <Trans>Start</Trans>
          </Button>
        </Tooltip>
      )}
      <Menu position="bottom-end" width={250} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" px={18} rightSection={<span className="only-wide"><Icon name="down" size={14} /></span>}>
            <Trans>More</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Act name={t`Reboot`} why={running ? null : notRunning} onClick={() => setDialog("reboot")} />
          <Act name={t`Reset`} why={running ? null : notRunning} onClick={() => setDialog("reset")} />
          <Act name={t`Stop at once`} why={running || held || instance.state === "stopping" ? null : notRunning} onClick={() => setDialog("stop")} />
          {can("suspend") && <Act name={t`Suspend`} why={running ? null : notRunning} onClick={() => power.mutate("suspend")} />}
          {can("rescue") && <Act name={t`Boot the rescue system`} why={atRest ? null : busyReason} onClick={() => setDialog("rescue")} />}
          <Menu.Divider />
          {can("set_password") && <Act name={t`Set the root password`} why={atRest ? null : busyReason} onClick={() => setDialog("password")} />}
          {can("authorise_key") && <Act name={t`Add an SSH key`} why={atRest ? null : busyReason} onClick={() => setDialog("key")} />}
          <Act name={t`Rename`} why={null} onClick={() => setDialog("rename")} />
          <Act name={t`Change the tags`} why={null} onClick={() => setDialog("tags")} />
          {(can("private_networks") || can("own_card")) && <Act name={t`Network and security group`} why={atRest ? null : busyReason} onClick={() => setDialog("connect")} />}
          <Act name={t`Change the size`} why={atRest ? null : busyReason} onClick={() => setDialog("resize")} />
          <Act name={t`Rebuild from a system`} why={settled ? null : busyReason} onClick={() => setDialog("rebuild")} />
          <Menu.Divider />
          <Act name={t`Delete`} why={settled || held ? null : busyReason} onClick={() => setDialog("delete")} danger />
        </Menu.Dropdown>
      </Menu>
      <PowerConfirm instance={instance} dialog={dialog} close={close} busy={power.isPending} run={(action) => power.mutate(action)} />
      {dialog === "rescue" && <Rescue instance={instance} close={close} busy={rescue.isPending} run={() => rescue.mutate(true)} />}
      {(dialog === "password" || dialog === "key") && (
        <Suspense>
          <InstanceAccess instance={instance} kind={dialog} close={close} />
        </Suspense>
      )}
      {dialog === "connect" && (
        <Suspense>
          <InstanceConnect instance={instance} close={close} />
        </Suspense>
      )}
      {dialog === "rename" && <Rename instance={instance} close={close} />}
      {dialog === "tags" && <TagsDialog instance={instance} close={close} />}
      {dialog === "resize" && <InstanceResize instance={instance} close={close} />}
      {dialog === "rebuild" && <Rebuild instance={instance} close={close} />}
      {dialog === "delete" && <Delete instance={instance} close={close} />}
    </Group>
  );
}

function Act({ name, why, onClick, danger }: { name: string; why: string | null; onClick: () => void; danger?: boolean }) {
  return (
    <Menu.Item disabled={why !== null} onClick={onClick} c={danger && why === null ? "var(--mantine-color-error)" : undefined}>
      {name}
      {why !== null && (
        <Text size="xs" c="dimmed">
          {why}
        </Text>
      )}
    </Menu.Item>
  );
}

interface PowerConfirmProps {
  instance: Instance;
  dialog: Dialog;
  close: () => void;
  busy: boolean;
  run: (action: PowerAction) => void;
}

function PowerConfirm({ instance, dialog, close, busy, run }: PowerConfirmProps) {
  const name = instance.name;
  if (dialog !== "shutdown" && dialog !== "reboot" && dialog !== "reset" && dialog !== "stop") return null;
  const texts = {
    shutdown: { title: t`Shut down ${name}?`, action: t`Shut down`, text: t`The system is asked to end its work and switch off. Billing by the hour goes on while the machine exists.` },
    reboot: { title: t`Reboot ${name}?`, action: t`Reboot`, text: t`The system ends its work and starts again.` },
    reset: { title: t`Reset ${name}?`, action: t`Reset`, text: t`Like the reset button: the system gets no time to write what it holds in memory.` },
    stop: { title: t`Stop ${name} at once?`, action: t`Stop at once`, text: t`Like pulling the plug: the system gets no time to write what it holds in memory.` },
  }[dialog];
  return (
    <Confirm opened close={close} title={texts.title} action={texts.action} busy={busy} onConfirm={() => run(dialog)} danger={dialog === "stop" || dialog === "reset"}>
      <Text>{texts.text}</Text>
    </Confirm>
  );
}

interface DialogProps {
  instance: Instance;
  close: () => void;
}

function Rescue({ instance, close, busy, run }: DialogProps & { busy: boolean; run: () => void }) {
  return (
    <Confirm opened close={close} title={t`Boot the rescue system of ${instance.name}?`} action={t`Boot the rescue system`} busy={busy} onConfirm={run} danger={instance.state === "running"}>
      <Text>
        <Trans>A small system of ours runs in place of yours until you leave it. It knows your SSH keys and has your disk attached and untouched.</Trans>
      </Text>
      {instance.state === "running" && (
        <Text>
          <Trans>The machine is cut off first: its system gets no time to write what it holds in memory.</Trans>
        </Text>
      )}
    </Confirm>
  );
}

function Rename({ instance, close }: DialogProps) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: instance.name }, validate: { name: (value: string) => nonEmpty(value, t`Give the machine a name.`) } },
    async ({ name }) => {
      await instanceUpdate(instance.id, name.trim());
      await cache.invalidateQueries({ queryKey: ["instances"] });
      notifyDone(t`The machine is renamed.`);
      close();
    },
  );
  return (
    <Dialog opened close={close} title={t`Rename ${instance.name}`}>
      <form onSubmit={onSubmit} noValidate>
        <Stack>
          <ProblemAlert problem={problem} general={general} />
          <TextInput label={t`Name`} description={t`Only the name here; the hostname inside stays.`} data-autofocus {...form.getInputProps("name")} />
          <Group justify="flex-end">
            <Button type="submit" loading={busy}>
              <Trans>Rename</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Rebuild({ instance, close }: DialogProps) {
  const templates = useQuery(templatesQuery).data?.items ?? [];
  const images = useInfiniteQuery(imagesQuery).data?.pages.flatMap((page) => page.items) ?? [];
  const [from, setFrom] = useState(instance.template.id);
  const rebuild = useAction({ run: () => instanceRebuild(instance.id, from.startsWith("img_") ? { image_id: from } : { template_id: from }), refresh: ["instances"], then: close });
  const fits = templates.filter((each) => each.disk_gib <= instance.size.disk_gib);
  // What it is made of serves it still, also where nobody can order it any more.
  const own = fits.some((each) => each.id === instance.template.id) ? [] : [{ value: instance.template.id, label: t`${instance.template.name}, as now` }];
  const ownImages = images.filter((image) => image.state === "ready" && (image.disk_gib ?? 0) <= instance.size.disk_gib);
  return (
    <Confirm
      opened
      close={close}
      title={t`Rebuild ${instance.name}?`}
      action={t`Erase the disk and rebuild`}
      busy={rebuild.isPending}
      onConfirm={() => rebuild.mutate()}
      danger
      typed={{ expected: instance.name, label: t`Type “${instance.name}” to go on` }}
    >
      <Text>
        <Trans>Everything on its disk is lost. Name, address, size and SSH key stay.</Trans>
      </Text>
      <Select
        label={t`System`}
        data={[
          ...own,
          ...fits.map((each) => ({ value: each.id, label: each.name })),
          ...ownImages.map((image) => ({ value: image.id, label: t`${image.name} (own image)` })),
        ]}
        value={from}
        onChange={(value) => setFrom(value ?? instance.template.id)}
        allowDeselect={false}
      />
    </Confirm>
  );
}

function Delete({ instance, close }: DialogProps) {
  const [keepBackup, setKeepBackup] = useState(false);
  const remove = useAction({ run: () => instanceDelete(instance.id, keepBackup), refresh: ["instances", "backups", "quota"], then: close });
  const why = instance.state === "failed" ? t`No backup can be made of a machine that is not usable.` : t`The machine's node makes no backups.`;
  const can = instance.state !== "failed" && instance.features.includes("backups");
  return (
    <Confirm
      opened
      close={close}
      title={t`Delete ${instance.name}?`}
      action={t`Delete the machine`}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      danger
      typed={{ expected: instance.name, label: t`Type “${instance.name}” to go on` }}
    >
      <Text>
        <Trans>The machine is switched off now. Its disk and address are destroyed when the time of grace is over; until then you can keep it after all. Invoices and the activity log stay.</Trans>
      </Text>
      <Text>
        <Trans>Its snapshots and the backups of its plan go with it. Backups that you made yourself and extra disks stay until you delete them; the disks are detached and go on costing what they cost.</Trans>
      </Text>
      <Checkbox
        label={t`Make a last backup first`}
        description={can ? t`It stays until you delete it, and you can order a new machine from it. If it cannot be made, the machine is not deleted.` : why}
        disabled={!can}
        checked={keepBackup && can}
        onChange={(event) => setKeepBackup(event.currentTarget.checked)}
      />
    </Confirm>
  );
}
