// A copy of everything: ordered here, followed step by step, downloaded when it is ready.
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { asProblem } from "../../api/problem";
import { useSearchText } from "../../app/address";
import { paths } from "../../paths";
import { CopyId } from "../../ui/CopyId";
import { formatBytes } from "../../ui/format";
import { Icon } from "../../ui/Icon";
import { OperationSteps } from "../../ui/OperationSteps";
import { ProblemAlert } from "../../ui/ProblemView";
import { useOperation } from "../../ui/useOperation";
import { When } from "../../ui/When";
import { exportCreate, exportQuery } from "./api";

export function ExportPanel() {
  // The running export stands in the address, so that a reload finds it again.
  const exportId = useSearchText("export");
  const navigate = useNavigate();
  const begin = useMutation({
    mutationFn: exportCreate,
    onSuccess: (made) => navigate({ to: paths.privacy(), search: { export: made.id }, replace: true }),
  });
  return (
    <Paper>
      <Stack gap="sm">
        <Title order={2}>
          <Trans>Take it along</Trans>
        </Title>
        <Text>
          <Trans>One file with everything: readable data with its schemas, hashes and counts, and your invoices as PDF.</Trans>
        </Text>
        <ProblemAlert problem={begin.isError ? asProblem(begin.error) : null} />
        {exportId !== undefined && <Progress id={exportId} />}
        <Group>
          <Button variant="default" leftSection={<Icon name="download" />} loading={begin.isPending} onClick={() => begin.mutate()}>
            {exportId === undefined ? t`Make an export` : t`Make a new export`}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Progress({ id }: { id: string }) {
  const cache = useQueryClient();
  const made = useQuery(exportQuery(id));
  const { operation } = useOperation(made.data?.operation_id ?? null, () => void cache.invalidateQueries({ queryKey: ["exports"] }));
  if (made.isError) return <ProblemAlert problem={asProblem(made.error)} />;
  return (
    <>
      {operation !== undefined && made.data?.state !== "ready" && <OperationSteps operation={operation} />}
      {made.data?.state === "ready" && (
        <Stack gap={4} role="status">
          <Group>
            <Button component="a" href={paths.exportDownload(id)} download leftSection={<Icon name="download" />}>
              {made.data.size == null ? t`Download the export` : t`Download the export (${formatBytes(made.data.size)})`}
            </Button>
          </Group>
          {made.data.content_sha256 != null && (
            <Text size="sm" c="dimmed" component="div">
              <Trans>
                Hash of its content: <CopyId id={made.data.content_sha256} />
              </Trans>
            </Text>
          )}
          {made.data.expires_at != null && (
            <Text size="sm" c="dimmed" component="div">
              <Trans>
                It can be fetched until <When at={made.data.expires_at} />, then it is deleted.
              </Trans>
            </Text>
          )}
        </Stack>
      )}
      {made.data !== undefined && made.data.state !== "building" && made.data.state !== "ready" && (
        <Text c="dimmed">
          <Trans>That export failed or has been deleted as announced. Make a new one.</Trans>
        </Text>
      )}
    </>
  );
}
