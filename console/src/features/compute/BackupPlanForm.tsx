// How often a machine is backed up by itself, and how many of these backups are kept.
import { Button, Group, NumberInput, SegmentedControl, Select, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import type { BackupPlan, BackupPlanPatch, Instance } from "../../api/types";
import { useApiForm } from "../../form/useApiForm";
import { notifyDone } from "../../ui/notify";
import { ProblemAlert } from "../../ui/ProblemView";
import { When } from "../../ui/When";
import { backupPlanUpdate } from "./api";

interface Values extends Record<string, unknown> {
  frequency: BackupPlan["frequency"];
  weekday: BackupPlan["weekday"];
  hour: string;
  keep: number | string;
  restore_tests: BackupPlan["restore_tests"];
}

export function BackupPlanForm({ instance, plan }: { instance: Instance; plan: BackupPlan }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm<Values>(
    {
      initialValues: { frequency: plan.frequency, weekday: plan.weekday, hour: String(plan.hour), keep: plan.keep, restore_tests: plan.restore_tests },
      validate: { keep: (value) => (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 30 ? null : t`Keep 1 to 30 backups.`) },
    },
    async ({ frequency, weekday, hour, keep, restore_tests }) => {
      const wanted: BackupPlanPatch = { frequency, weekday, hour: Number(hour), keep: Number(keep), restore_tests };
      await backupPlanUpdate(instance.id, wanted);
      await Promise.all(["instances", "backups"].map((key) => cache.invalidateQueries({ queryKey: [key] })));
      notifyDone(frequency === "off" ? t`The machine is no longer backed up by itself.` : t`The backup plan is saved.`);
      form.resetDirty();
    },
  );
  const { frequency } = form.values;
  const days = weekdays();
  const tests = [
    { value: "never", label: t`Never` },
    { value: "weekly", label: t`Every week` },
    { value: "monthly", label: t`Every month` },
  ];
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} id="plan-label">
            <Trans>Backup plan</Trans>
          </Title>
          {plan.next_at != null && (
            <Text size="sm" c="dimmed" component="div">
              <Trans>
                The next one begins <When at={plan.next_at} />
              </Trans>
            </Text>
          )}
        </Group>
        <ProblemAlert problem={problem} general={general} />
        <Group align="flex-end">
          <SegmentedControl
            aria-labelledby="plan-label"
            value={frequency}
            onChange={(value) => form.setFieldValue("frequency", value)}
            data={[
              { value: "off", label: t`Off` },
              { value: "daily", label: t`Daily` },
              { value: "weekly", label: t`Weekly` },
            ]}
          />
          {frequency === "weekly" && (
            <Select label={t`Day`} w={140} data={days} allowDeselect={false} {...form.getInputProps("weekday")} />
          )}
          {frequency !== "off" && (
            <>
              <Select label={t`Hour`} w={130} data={HOURS} allowDeselect={false} {...form.getInputProps("hour")} />
              <NumberInput label={t`Keep`} w={100} min={1} max={30} allowDecimal={false} {...form.getInputProps("keep")} />
              <Select label={t`Test the newest`} w={150} data={tests} allowDeselect={false} {...form.getInputProps("restore_tests")} />
            </>
          )}
          <Button type="submit" variant="default" loading={busy} disabled={!form.isDirty()}>
            <Trans>Save the plan</Trans>
          </Button>
        </Group>
        <Text size="sm" c="dimmed">
          {frequency === "off" ? (
            <Trans>The machine is not backed up by itself. Backups that a plan made earlier stay.</Trans>
          ) : (
            <Trans>Each begins within the hour. Older backups of the plan are deleted; those that you make yourself are not touched. When the machine is deleted, the plan's backups go too.</Trans>
          )}
        </Text>
        {frequency !== "off" && form.values.restore_tests !== "never" && (
          <Text size="sm" c="dimmed">
            <Trans>
              To test a backup, it is restored as a machine of its own, cut off from every network, watched until its system is up, and removed. It costs nothing. You get a message if it does
              not come up.
            </Trans>
          </Text>
        )}
      </Stack>
    </form>
  );
}

const HOURS = Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: `${String(hour).padStart(2, "0")}:00 UTC` }));

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** In the viewer's language; the fifth of January 1970 was a Monday. */
function weekdays(): { value: BackupPlan["weekday"]; label: string }[] {
  const name = new Intl.DateTimeFormat(navigator.language, { weekday: "long", timeZone: "UTC" });
  return DAYS.map((value, index) => ({ value, label: name.format(new Date(Date.UTC(1970, 0, 5 + index))) }));
}
