// After an erasure: the certificate to keep. Nobody is signed in here any more.
import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { asProblem } from "../../api/problem";
import { useId } from "../../app/address";
import { paths } from "../../paths";
import { Command, CopyId } from "../../ui/CopyId";
import { Icon } from "../../ui/Icon";
import { ProblemAlert } from "../../ui/ProblemView";
import { Doorway } from "../identity/Doorway";
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
  if (certificate.data === undefined) {
    return (
      <Doorway title={t`Your account is being erased`}>
        <Group role="status">
          <Loader size="sm" />
          <Text>
            <Trans>The certificate appears here as soon as it is done. You may close the page and come back.</Trans>
          </Text>
        </Group>
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
