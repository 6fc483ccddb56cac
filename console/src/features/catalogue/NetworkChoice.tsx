// Into which private network a machine is ordered, and under which security group. Where there is nothing to choose, nothing is asked.
import { Select } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Region } from "../../api/types";
import { networksQuery, securityGroupsQuery } from "../compute/networkApi";
import { SecurityGroupSelect } from "../compute/SecurityGroupSelect";

interface Input {
  value?: string;
  onChange?: (value: string | null) => void;
  error?: ReactNode;
}

interface NetworkChoiceProps {
  region: Region | undefined;
  network: Input;
  group: Input;
  /** Whether a network is chosen. */
  isConnected: boolean;
}

export function NetworkChoice({ region, network, group, isConnected }: NetworkChoiceProps) {
  const networks = (useInfiniteQuery(networksQuery).data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.region.id === region?.id && one.state === "ready");
  const groups = useInfiniteQuery(securityGroupsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  const ownCards = region?.own_cards === true;
  if (networks.length === 0 && !ownCards) return null;
  return (
    <>
      {networks.length > 0 && <Select label={t`Private network`} data={[{ value: "", label: t`None` }, ...networks.map((one) => ({ value: one.id, label: `${one.name} (${one.ipv6 == null ? one.subnet : `${one.subnet}, ${one.ipv6}`})` }))]} allowDeselect={false} {...network} />}
      {(isConnected || ownCards) && groups.length > 0 && <SecurityGroupSelect ownCard={ownCards} {...group} />}
    </>
  );
}

/** The choice as the API takes it. Without a network a group holds for cards of their own only. */
export function placeOf({ network_id, security_group_id }: { network_id: string; security_group_id: string }, region: Region | undefined) {
  const held = network_id !== "" || region?.own_cards === true;
  return { network_id: network_id === "" ? null : network_id, security_group_id: held && security_group_id !== "" ? security_group_id : null };
}
