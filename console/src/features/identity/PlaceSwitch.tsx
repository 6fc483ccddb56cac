// Which project the pages are about, in the bar: changing it, and making another organisation.
import { Button, Group, Menu, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { queries } from "../../api/queries";
import { nonEmpty } from "../../form/checks";
import { useApiForm } from "../../form/useApiForm";
import { paths } from "../../paths";
import { Dialog } from "../../ui/Dialog";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { meQuery, organisationCreate } from "./api";
import { choose, useChosen } from "./place";

export function PlaceSwitch() {
  const me = useSuspenseQuery(meQuery).data;
  const chosen = useChosen();
  const navigate = useNavigate();
  const [making, { open, close }] = useDisclosure(false);
  async function go(project: string): Promise<void> {
    await choose(project);
    await navigate({ to: paths.overview() });
  }
  const place = chosen === null ? t`No organisation` : `${chosen.organisation.name} / ${chosen.project.name}`;
  return (
    <>
      <Menu position="bottom-start" width={280}>
        <Menu.Target>
          <Button className="place" variant="subtle" color="gray" size="compact-md" aria-label={t`Project: ${place}`} rightSection={<Icon name="down" size={14} />}>
            <span className="place-name">
              {chosen === null ? (
                place
              ) : (
                <>
                  <span className="place-organisation">{chosen.organisation.name} / </span>
                  {chosen.project.name}
                </>
              )}
            </span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown mah="70vh" className="scroll">
          {me.organisations.map((organisation) => (
            <div key={organisation.id}>
              <Menu.Label>
                <span className="break">{organisation.name}</span>
              </Menu.Label>
              {organisation.projects.map((project) => (
                <Menu.Item
                  key={project.id}
                  onClick={() => void go(project.id)}
                  aria-current={project.id === chosen?.project.id || undefined}
                  leftSection={<Icon name={project.id === chosen?.project.id ? "check" : "tag"} size={16} />}
                >
                  {project.name}
                </Menu.Item>
              ))}
            </div>
          ))}
          <Menu.Divider />
          <Menu.Item component={Link} to={paths.projects()} leftSection={<Icon name="settings" size={16} />}>
            <Trans>Manage projects</Trans>
          </Menu.Item>
          <Menu.Item onClick={open} leftSection={<Icon name="plus" size={16} />}>
            <Trans>New organisation</Trans>
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialog opened={making} close={close} title={t`New organisation`}>
        <NewOrganisation
          made={async (id) => {
            close();
            await queries.invalidateQueries({ queryKey: ["me"] });
            const fresh = await queries.fetchQuery(meQuery);
            await go(fresh.organisations.find((each) => each.id === id)?.projects[0]?.id ?? "");
          }}
        />
      </Dialog>
    </>
  );
}

function NewOrganisation({ made }: { made: (id: string) => Promise<void> }) {
  const { form, problem, general, busy, onSubmit } = useApiForm(
    { initialValues: { name: "" }, validate: { name: (value: string) => nonEmpty(value, t`Give the organisation a name.`) } },
    async ({ name }) => made((await organisationCreate(name.trim())).id),
  );
  return (
    <form onSubmit={onSubmit} noValidate>
      <Stack>
        <ProblemAlert problem={problem} general={general} />
        <TextInput label={t`Name`} description={t`It has invoices, members and projects of its own.`} data-autofocus {...form.getInputProps("name")} />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            <Trans>Make the organisation</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
