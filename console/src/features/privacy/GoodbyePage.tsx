// After an erasure: the certificate to keep. Nobody is signed in here any more.
import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import { useId } from "../../app/address";
import { paths } from "../../paths";
import { Command, CopyId } from "../../ui/CopyId";
import { capitalised } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { Doorway } from "../identity/Doorway";
import { DataTable } from "../../table/DataTable";
import { Empty } from "../../ui/Empty";
import { When } from "../../ui/When";
import { certificateQuery } from "./api";

export function GoodbyePage() {
  const id = useId();
  const certificate = useQuery(certificateQuery(id));
  if (certificate.isError) {
    return (
      <Doorway title={t`The certificate is not there yet`}>
        <Stack>
          <ProblemAlert problem={asProblem(certificate.error)} />
          <Group>
            <Button onClick={() => void certificate.refetch()}>
              <Trans>Look again</Trans>
            </Button>
          </Group>
        </Stack>
      </Doorway>
    );
  }
  if (certificate.data === undefined || !("certificate" in certificate.data)) {
    return (
      <Doorway title={t`Your account is being erased`}>
        <Group role="status">
          <Loader size="sm" />
          <Text>
            <Trans>The certificate appears here as soon as it is done. You may close the page and come back.</Trans>
          </Text>
        </Group>
        <Text mt="md">
          <Trans>Keep this page's address: your mail address is gone with your data, so we cannot send you the certificate later.</Trans>
        </Text>
      </Doorway>
    );
  }
  return (
    <Doorway title={t`Your account is erased`} wide>
      <Stack>
        <Text>
          <Trans>Keep the certificate. It says what was erased, holds no personal data, and anyone can check it without us.</Trans>
        </Text>
        <Group>
          <Button component="a" href={paths.certificate(id)} download={`${id}.json`} leftSection={<Icon name="download" />}>
            <Trans>Download the certificate</Trans>
          </Button>
        </Group>
        <Text>
          <Trans>Nobody can look this address up for you later, because nothing ties it to you any more. Keep the file, or the address of this page.</Trans>
        </Text>
        <Kept kept={certificate.data.certificate.kept} titles={certificate.data.certificate.titles ?? {}} />
        <Command line={`fairhold verify-certificate ${id}.json`} label={t`Copy the command`} />
        <Text size="sm" c="dimmed" component="div">
          <Trans>
            Certificate <CopyId id={id} />
          </Trans>
        </Text>
      </Stack>
    </Doorway>
  );
}

interface KeptRows {
  count: number;
  law: string;
  until?: string | null;
}

/** What a law keeps, by the names that people know. */
function Kept({ kept, titles }: { kept: Record<string, KeptRows>; titles: Record<string, string> }) {
  const rows = Object.entries(kept).map(([section, one]) => ({ section, ...one }));
  if (rows.length === 0) return null;
  return (
    <DataTable
      label={t`What a law keeps`}
      rows={rows}
      rowKey={(row) => row.section}
      empty={<Empty icon="check" title={t`Nothing stays`} />}
      columns={[
        { name: t`Kept by law`, lead: true, cell: (row) => capitalised(titles[row.section] ?? row.section) },
        { name: t`Entries`, align: "right", cell: (row) => row.count },
        { name: t`Law`, prose: true, cell: (row) => row.law },
        { name: t`Until`, cell: (row) => (row.until == null ? "–" : <When at={row.until} dateOnly />) },
      ]}
    />
  );
}
