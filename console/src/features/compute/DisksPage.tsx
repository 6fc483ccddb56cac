// Extra disks of the project: made at a price that is shown, attached to machines, grown, deleted.
import { Button, Text } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Empty } from "../../ui/Empty";
import { Icon } from "../../ui/Icon";
import { Page } from "../../ui/Page";
import { instancesFindQuery } from "./api";
import { disksQuery } from "./diskApi";
import { DiskCreate } from "./DiskDialogs";
import { DiskTable } from "./DiskTable";

export function DisksPage() {
  const disks = useSuspenseInfiniteQuery(disksQuery);
  const machines = useQuery(instancesFindQuery).data ?? [];
  const [making, setMaking] = useState(false);
  return (
    <Page
      title={t`Disks`}
      lead={<Text c="dimmed">{t`Disks that machines have beside their own. They stay when a machine goes, and cost the same whether a machine has them or not, until you delete them.`}</Text>}
      actions={
        <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
          <Trans>Make a disk</Trans>
        </Button>
      }
    >
      <DiskTable
        disks={disks.data.pages.flatMap((page) => page.items)}
        machines={machines}
        more={{ has: disks.hasNextPage, busy: disks.isFetchingNextPage, load: () => void disks.fetchNextPage() }}
        empty={
          <Empty icon="disk" title={t`No disks yet`}>
            <Text c="dimmed">
              <Trans>Make one for data that shall outlive its machine, or that needs more room than the machine has.</Trans>
            </Text>
          </Empty>
        }
      />
      {making && <DiskCreate machines={machines} close={() => setMaking(false)} />}
    </Page>
  );
}
