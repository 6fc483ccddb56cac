// The project's backups, those of machines that are gone included.
import { Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Empty } from "../../ui/Empty";
import { Page } from "../../ui/Page";
import { backupsQuery, quotaQuery } from "./api";
import { BackupTable } from "./BackupTable";

export function BackupsPage() {
  const backups = useSuspenseInfiniteQuery(backupsQuery());
  const quota = useQuery(quotaQuery).data?.backups;
  return (
    <Page
      title={t`Backups`}
      lead={
        <Text c="dimmed">
          <Trans>Copies of disks, also of machines that are gone.</Trans>
          {quota !== undefined && (
            <>
              {" "}
              <Trans>
                {quota.used} of {quota.limit} places are taken in this project.
              </Trans>
            </>
          )}
        </Text>
      }
    >
      <BackupTable
        backups={backups.data.pages.flatMap((page) => page.items)}
        more={{ has: backups.hasNextPage, busy: backups.isFetchingNextPage, load: () => void backups.fetchNextPage() }}
        empty={
          <Empty icon="copy" title={t`No backups yet`}>
            <Text c="dimmed">
              <Trans>Open a machine and make one under “Backups”, or give it a plan.</Trans>
            </Text>
          </Empty>
        }
      />
    </Page>
  );
}
