// Ctrl-K: every page, machine and invoice by a few letters of its name.
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, createSpotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.layer.css";
import { t } from "@lingui/core/macro";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { invoicesQuery } from "../features/billing/api";
import { instancesQuery } from "../features/compute/api";
import { paths } from "../paths";
import { Icon, type IconName } from "../ui/Icon";
import { customerDoor, operatorDoor } from "./navigation";

const [store, spotlight] = createSpotlight();

interface PaletteProps {
  door: "customer" | "operator";
  opened: boolean;
  close: () => void;
}

export default function Palette({ door, opened, close }: PaletteProps) {
  const navigate = useNavigate();
  const forCustomer = door === "customer" && opened;
  const instances = useInfiniteQuery({ ...instancesQuery(), enabled: forCustomer });
  const invoices = useInfiniteQuery({ ...invoicesQuery, enabled: forCustomer });
  useEffect(() => (opened ? spotlight.open() : spotlight.close()), [opened]);

  const entry = (id: string, label: string, icon: IconName, to: string, description?: string): SpotlightActionData => ({
    id,
    label,
    ...(description === undefined ? {} : { description }),
    leftSection: <Icon name={icon} />,
    onClick: () => void navigate({ to }),
  });
  const doorPages = (door === "customer" ? customerDoor() : operatorDoor()).flatMap((group) => group.items);
  const groups: SpotlightActionGroupData[] = [
    { group: t`Pages`, actions: doorPages.map((page) => entry(page.to, page.name, page.icon, page.to)) },
  ];
  if (door === "customer") {
    groups[0]?.actions.push(entry("order", t`Order a machine`, "plus", paths.instanceCreate()));
    groups.push({
      group: t`Machines`,
      actions: (instances.data?.pages ?? []).flatMap((page) => page.items).map((each) => entry(each.id, each.name, "machine", paths.instance(each.id), each.id)),
    });
    groups.push({
      group: t`Invoices`,
      actions: (invoices.data?.pages ?? []).flatMap((page) => page.items).map((each) => entry(each.id, each.number ?? each.id, "invoice", paths.invoice(each.id))),
    });
  }
  return (
    <Spotlight
      store={store}
      actions={groups}
      shortcut={null}
      onSpotlightClose={close}
      nothingFound={t`Nothing by that name`}
      limit={12}
      lockScroll={false}
      attributes={{ content: { "aria-label": t`Find a page, machine or invoice` } }}
      transitionProps={{ duration: 0 }}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: t`Page, machine or invoice`, "aria-label": t`Find a page, machine or invoice` }}
    />
  );
}
