// What the two doors offer, in the order people need it; the side bar and the command palette both read it.
import { t } from "@lingui/core/macro";
import { paths } from "../paths";
import type { IconName } from "../ui/Icon";

export interface Destination {
  name: string;
  to: string;
  icon: IconName;
  /** Active only at exactly this address. */
  exact?: boolean;
}

export interface DestinationGroup {
  name: string | null;
  items: Destination[];
}

export function customerDoor(): DestinationGroup[] {
  return [
    {
      name: null,
      items: [
        { name: t`Overview`, to: paths.overview(), icon: "overview", exact: true },
        { name: t`Machines`, to: paths.instances(), icon: "machine" },
        { name: t`Orders`, to: paths.orders(), icon: "order" },
        { name: t`Backups`, to: paths.backups(), icon: "copy" },
        { name: t`Images`, to: paths.images(), icon: "device" },
        { name: t`Disks`, to: paths.disks(), icon: "disk" },
        { name: t`Networks`, to: paths.networks(), icon: "network" },
        { name: t`Addresses`, to: paths.addresses(), icon: "pin" },
        { name: t`Security groups`, to: paths.securityGroups(), icon: "privacy" },
        { name: t`SSH keys`, to: paths.sshKeys(), icon: "key" },
      ],
    },
    {
      name: t`Money`,
      items: [
        { name: t`Usage`, to: paths.usage(), icon: "usage" },
        { name: t`Invoices`, to: paths.invoices(), icon: "invoice" },
        { name: t`Payments`, to: paths.payments(), icon: "payment" },
      ],
    },
    {
      name: t`Organisation`,
      items: [
        { name: t`Members`, to: paths.members(), icon: "people" },
        { name: t`Projects`, to: paths.projects(), icon: "tag" },
        { name: t`Activity`, to: paths.activity(), icon: "activity" },
        { name: t`Billing details`, to: paths.organisation(), icon: "building" },
        { name: t`API tokens`, to: paths.apiTokens(), icon: "key" },
      ],
    },
    {
      name: t`You`,
      items: [
        { name: t`Profile`, to: paths.profile(), icon: "person" },
        { name: t`Message settings`, to: paths.preferences(), icon: "bell" },
        { name: t`Sessions`, to: paths.sessions(), icon: "device" },
        { name: t`Sign-in history`, to: paths.signIns(), icon: "clock" },
        { name: t`Privacy`, to: paths.privacy(), icon: "privacy" },
      ],
    },
  ];
}

/** Pages that stand on others and not in the side bar; the command palette finds them too. */
export function customerPagesBeside(): Destination[] {
  return [
    { name: t`Order a machine`, to: paths.instanceCreate(), icon: "plus" },
    { name: t`Notifications`, to: paths.notifications(), icon: "bell" },
    { name: t`Preview of the coming invoice`, to: paths.invoicePreview(), icon: "invoice" },
    { name: t`Your rights`, to: paths.rights(), icon: "privacy" },
    { name: t`Your requests`, to: paths.requests(), icon: "privacy" },
    { name: t`Limit the use of your data`, to: paths.limits(), icon: "privacy" },
    { name: t`Erase your account`, to: paths.erasure(), icon: "trash" },
  ];
}

export function operatorDoor(): DestinationGroup[] {
  return [
    {
      name: null,
      items: [
        { name: t`Overview`, to: paths.operator(), icon: "overview", exact: true },
        { name: t`Customers`, to: paths.operatorCustomers(), icon: "people" },
        { name: t`Orders and work`, to: paths.operatorOrders(), icon: "order" },
        { name: t`Invoices`, to: paths.operatorInvoices(), icon: "invoice" },
      ],
    },
    {
      name: t`Offer`,
      items: [
        { name: t`Catalogue`, to: paths.operatorCatalogue(), icon: "tag" },
        { name: t`Images`, to: paths.operatorImages(), icon: "device" },
        { name: t`Nodes`, to: paths.operatorNodes(), icon: "node" },
        { name: t`Address pools`, to: paths.operatorAddressPools(), icon: "pin" },
        { name: t`Clusters`, to: paths.operatorClusters(), icon: "building" },
        { name: t`Findings`, to: paths.operatorFindings(), icon: "activity" },
      ],
    },
    {
      name: t`Governance`,
      items: [
        { name: t`Requests`, to: paths.operatorRequests(), icon: "person" },
        { name: t`Legal holds`, to: paths.operatorHolds(), icon: "key" },
        { name: t`Promises`, to: paths.operatorTrust(), icon: "privacy" },
        { name: t`Test clock`, to: paths.operatorClock(), icon: "clock" },
      ],
    },
  ];
}
