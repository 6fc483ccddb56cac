// Ctrl-K: every page, machine and invoice by a few letters of its name.
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, createSpotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.layer.css";
import { t } from "@lingui/core/macro";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { invoicesFindQuery } from "../features/billing/api";
import { instancesFindQuery } from "../features/compute/api";
import { paths } from "../paths";
import { formatMoney } from "../ui/format";
import { Icon, type IconName } from "../ui/Icon";
import { customerDoor, customerPagesBeside, operatorDoor } from "./navigation";

const [store, spotlight] = createSpotlight();

interface PaletteProps {
  door: "customer" | "operator";
  opened: boolean;
  close: () => void;
}

export default function Palette({ door, opened, close }: PaletteProps) {
  const navigate = useNavigate();
  const forCustomer = door === "customer" && opened;
  const instances = useQuery({ ...instancesFindQuery, enabled: forCustomer }).data ?? [];
  const invoices = useQuery({ ...invoicesFindQuery, enabled: forCustomer }).data ?? [];
  useEffect(() => (opened ? spotlight.open() : spotlight.close()), [opened]);

  const entry = (id: string, label: string, icon: IconName, to: string, more: Pick<SpotlightActionData, "description" | "keywords"> = {}): SpotlightActionData => ({
    id,
    label,
    ...more,
    leftSection: <Icon name={icon} />,
    onClick: () => void navigate({ to }),
  });
  const doorPages = [...(door === "customer" ? customerDoor() : operatorDoor()).flatMap((group) => group.items), ...(door === "customer" ? customerPagesBeside() : [])];
  const asked = door === "customer" ? t`Find a page, machine or invoice` : t`Find a page`;
  const groups: SpotlightActionGroupData[] = [
    { group: t`Pages`, actions: doorPages.map((page) => entry(page.to, page.name, page.icon, page.to)) },
  ];
  if (door === "customer") {
    groups.push({
      group: t`Machines`,
      actions: instances.map((each) =>
        entry(each.id, each.name, "machine", paths.instance(each.id), { description: each.id, keywords: [each.hostname, each.ipv4 ?? ""] }),
      ),
    });
    groups.push({
      group: t`Invoices`,
      actions: invoices.map((each) => entry(each.id, each.number, "invoice", paths.invoice(each.id), { description: formatMoney(each.gross), keywords: each.id })),
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
      attributes={{ content: { "aria-label": asked } }}
      transitionProps={{ duration: 0 }}
      searchProps={{ leftSection: <Icon name="search" />, placeholder: door === "customer" ? t`Page, machine or invoice` : t`Page`, "aria-label": asked }}
    />
  );
}
