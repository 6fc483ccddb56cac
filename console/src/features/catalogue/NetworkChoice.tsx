// Into which private network a machine is ordered, and under which security group. Without networks there is nothing to choose.
import { Select } from "@mantine/core";
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { networksQuery, securityGroupsQuery } from "../compute/networkApi";

interface Input {
  value?: string;
  onChange?: (value: string | null) => void;
  error?: ReactNode;
}

interface NetworkChoiceProps {
  region: string;
  network: Input;
  group: Input;
  /** Whether a network is chosen. */
  isConnected: boolean;
}

export function NetworkChoice({ region, network, group, isConnected }: NetworkChoiceProps) {
  const networks = (useInfiniteQuery(networksQuery).data?.pages.flatMap((page) => page.items) ?? []).filter((one) => one.region.id === region && one.state === "ready");
  const groups = useInfiniteQuery(securityGroupsQuery).data?.pages.flatMap((page) => page.items) ?? [];
  if (networks.length === 0) return null;
  return (
    <>
      <Select label={t`Private network`} data={[{ value: "", label: t`None` }, ...networks.map((one) => ({ value: one.id, label: `${one.name} (${one.ipv6 == null ? one.subnet : `${one.subnet}, ${one.ipv6}`})` }))]} allowDeselect={false} {...network} />
      {isConnected && groups.length > 0 && (
        <Select
          label={t`Security group`}
          description={t`Without one, whatever comes from the network itself passes and nothing from outside.`}
          data={[{ value: "", label: t`None` }, ...groups.map((one) => ({ value: one.id, label: one.name }))]}
          allowDeselect={false}
          {...group}
        />
      )}
    </>
  );
}

/** The choice as the API takes it. */
export function placeOf({ network_id, security_group_id }: { network_id: string; security_group_id: string }) {
  const connected = network_id !== "";
  return { network_id: connected ? network_id : null, security_group_id: connected && security_group_id !== "" ? security_group_id : null };
}
