// What says which traffic passes to and from a machine.
import { Select } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { securityGroupsQuery } from "./networkApi";

interface SecurityGroupSelectProps {
  /** Whether the machine keeps a card of its own, which the group holds for too. */
  ownCard: boolean;
  value?: string;
  onChange?: (value: string | null) => void;
  error?: ReactNode;
}

export function SecurityGroupSelect({ ownCard, ...input }: SecurityGroupSelectProps) {
  const groups = useInfiniteQuery(securityGroupsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Select
      label={t`Security group`}
      description={ownCard ? t`Without one everything passes.` : t`Without one, whatever comes from the network itself passes and nothing from outside.`}
      data={[{ value: "", label: t`None` }, ...groups.map((group) => ({ value: group.id, label: group.name }))]}
      allowDeselect={false}
      {...input}
    />
  );
}
