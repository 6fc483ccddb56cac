// The projects of the organisation: make, rename, delete those that hold nothing.
import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQueryClient, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Project } from "../../api/types";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { DataTable } from "../../table/DataTable";
import { joined } from "../../table/joined";
import { Confirm } from "../../ui/Confirm";
import { CopyId } from "../../ui/CopyId";
import { Dialog } from "../../ui/Dialog";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { notifyDone } from "../../ui/notify";
import { Page } from "../../ui/Page";
import { ProblemAlert } from "../../ui/ProblemView";
import { useAction } from "../../ui/useAction";
import { When } from "../../ui/When";
import { WhyButton } from "../../ui/WhyButton";
import { projectCreate, projectDelete, projectsQuery, projectUpdate } from "./api";
import { choose, useChosen } from "./place";

export function ProjectsPage() {
  const { rows, more } = joined(useSuspenseInfiniteQuery(projectsQuery));
  const chosen = useChosen();
  const [naming, setNaming] = useState<Project | "new" | null>(null);
  const manages = chosen?.organisation.role === "owner" || chosen?.organisation.role === "admin";
  const reason = manages ? null : t`Owners and admins manage projects.`;
  const close = () => setNaming(null);
  return (
    <Page
      title={t`Projects`}
      lead={t`A project keeps machines and orders apart from those of others. All members of the organisation work in all of its projects.`}
      actions={
        <WhyButton leftSection={<Icon name="plus" />} onClick={() => setNaming("new")} why={reason}>
          <Trans>New project</Trans>
        </WhyButton>
      }
    >
      <DataTable
        label={t`Projects`}
        rows={rows}
        rowKey={(project) => project.id}
        more={more}
        empty={<Empty icon="tag" title={t`No projects`} />}
        columns={[
          { name: t`Name`, lead: true, cell: (project) => project.name },
          { name: t`Made`, cell: (project) => <When at={project.created_at} dateOnly /> },
          { name: t`Id`, cell: (project) => <CopyId id={project.id} /> },
          {
            name: t`Action`,
            acts: true,
            align: "right",
            cell: (project) => (
              <Group gap="xs" justify="flex-end">
                <WhyButton variant="default" size="compact-sm" why={reason} onClick={() => setNaming(project)} aria-label={t`Rename ${project.name}`}>
                  <Trans>Rename</Trans>
                </WhyButton>
                <Remove project={project} reason={rows.length === 1 ? t`An organisation keeps at least one project.` : reason} />
              </Group>
            ),
          },
        ]}
      />
      <Dialog opened={naming !== null} close={close} title={naming === "new" ? t`New project` : t`Rename the project`}>
        {naming !== null && <NameForm project={naming === "new" ? null : naming} close={close} />}
      </Dialog>
    </Page>
  );
}

function NameForm({ project, close }: { project: Project | null; close: () => void }) {
  const cache = useQueryClient();
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: project?.name ?? "" }, validate: { name: (value: string) => nonEmpty(value, t`Give the project a name.`) } },
    async ({ name }) => {
      await (project === null ? projectCreate(name.trim()) : projectUpdate(project.id, name.trim()));
      await Promise.all([cache.invalidateQueries({ queryKey: ["projects"] }), cache.invalidateQueries({ queryKey: ["me"] })]);
      notifyDone(project === null ? t`The project is made. Choose it in the bar above to work in it.` : t`The project is renamed.`);
      close();
    },
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} data-autofocus {...form.getInputProps("name")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {project === null ? t`Make the project` : t`Rename it`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Remove({ project, reason }: { project: Project; reason: string | null }) {
  const [asked, { open, close }] = useDisclosure(false);
  const chosen = useChosen();
  const remove = useAction({
    run: () => projectDelete(project.id),
    refresh: ["projects", "me"],
    said: t`The project is deleted.`,
    then: () => {
      close();
      if (chosen?.project.id === project.id) void choose("");
    },
  });
  return (
    <>
      <WhyButton variant="default" size="compact-sm" why={reason} onClick={open} aria-label={t`Delete ${project.name}`}>
        <Trans>Delete</Trans>
      </WhyButton>
      <Confirm opened={asked} close={close} title={t`Delete “${project.name}”?`} action={t`Delete it`} busy={remove.isPending} onConfirm={() => remove.mutate()} danger>
        <Trans>Only a project that holds nothing can be deleted; its invoices and its record stay with the organisation.</Trans>
      </Confirm>
    </>
  );
}
