// Which page answers which address. Loaders read ahead into the query cache, so that pages open with their data;
// what is heavy or rarely needed is a file of its own, fetched when opened.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import { queries } from "../api/queries";
import { ApiProblem, asProblem } from "../api/problem";
import { activityQuery } from "../features/audit/api";
import { invoicePreviewQuery, invoiceQuery, invoicesQuery, paymentsQuery, testClockQuery, usageQuery } from "../features/billing/api";
import { orderQuery, ordersQuery, regionsQuery, sizesQuery, templatesQuery } from "../features/catalogue/api";
import { backupsQuery, clusterQuery, clustersQuery, findingsQuery, findingSummaryQuery, instanceQuery, instancesQuery, nodesQuery, operatorOperationsQuery, quotaQuery, sshKeysQuery } from "../features/compute/api";
import { diskPriceQuery, disksQuery } from "../features/compute/diskApi";
import { placedQuery } from "../features/compute/hostApi";
import { imagesQuery, templatesAnyQuery } from "../features/compute/imageApi";
import { addressesQuery, addressPoolsQuery, networksQuery, securityGroupsQuery } from "../features/compute/networkApi";
import {
  apiTokensQuery,
  membersQuery,
  meQuery,
  operatorOrganisationsQuery,
  organisationsQuery,
  projectsQuery,
  sessionsQuery,
  setupQuery,
  signInsQuery,
} from "../features/identity/api";
import { notificationsQuery, preferencesQuery } from "../features/notifications/api";
import { erasurePreviewQuery, holdingsQuery, holdsQuery, objectionsQuery, operatorRequestQuery, operatorRequestsQuery, requestQuery, requestsQuery, restrictionQuery, rightsQuery, trustQuery } from "../features/privacy/api";
import { paths } from "../paths";
import { ProblemPage } from "../ui/ProblemView";
import { textOf } from "./address";
import { Frame } from "./Frame";
import { NotFound, Pending, RouteProblem } from "./fallbacks";

const rootRoute = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ProblemPage error={error} retry={reset} />,
});

interface DoorSearch {
  next?: string | undefined;
  tab?: string | undefined;
  export?: string | undefined;
  backup?: string | undefined;
  image?: string | undefined;
  tag?: string | undefined;
}

/** Only an address of our own doors is followed after signing in; anything else would be an open redirect. */
function ownAddress(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(app|operator)(\/|$)[^\\]*$/.test(value) ? value : undefined;
}

const validateSearch = (search: Record<string, unknown>): DoorSearch => ({
  next: ownAddress(search.next),
  tab: textOf(search, "tab"),
  export: textOf(search, "export"),
  backup: textOf(search, "backup"),
  image: textOf(search, "image"),
  tag: textOf(search, "tag"),
});

/** Lets through whoever is signed in and sends others to sign in, to come back to where they wanted to go. */
async function signedIn(wanted: string) {
  try {
    return await queries.ensureQueryData(meQuery);
  } catch (error) {
    if (asProblem(error).status === 401) throw redirect({ to: paths.signIn(), search: { next: wanted } });
    throw error;
  }
}

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "customer",
  validateSearch,
  beforeLoad: async ({ location }) => {
    await signedIn(location.href);
  },
  component: () => <Frame door="customer" />,
});

const operatorRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "operator",
  validateSearch,
  beforeLoad: async ({ location }) => {
    const me = await signedIn(location.href);
    if (me.staff_role == null) throw redirect({ to: paths.overview() });
  },
  component: () => <Frame door="operator" />,
});

type Load = (id: string) => readonly Promise<unknown>[];

const ID = "$id";
/** `paths` percent-encodes what it is given; a route pattern needs the bare dollar sign. */
const pattern = (address: string): string => decodeURIComponent(address);

const door = <P extends typeof appRoute | typeof operatorRoute>(parent: P, address: string, component: ReturnType<typeof lazyRouteComponent>, load: Load) =>
  createRoute({
    getParentRoute: () => parent,
    path: pattern(address),
    component,
    loader: async ({ params }: { params: unknown }) => {
      await Promise.all(load(textOf(params, "id") ?? ""));
    },
    pendingComponent: Pending,
    errorComponent: RouteProblem,
  });

const open = (address: string, component: ReturnType<typeof lazyRouteComponent>, load: () => Promise<unknown> = () => Promise.resolve()) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path: pattern(address),
    validateSearch,
    component,
    loader: async () => {
      await load();
    },
    pendingComponent: Pending,
    errorComponent: RouteProblem,
  });

const one = queries.ensureQueryData.bind(queries);
const list = queries.ensureInfiniteQueryData.bind(queries);
const nothing: Load = () => [];

const publicRoutes = [
  open(paths.signUp(), lazyRouteComponent(() => import("../features/identity/PersonSignUpPage"), "PersonSignUpPage")),
  open(paths.signIn(), lazyRouteComponent(() => import("../features/identity/SessionCreatePage"), "SessionCreatePage")),
  open(paths.checkMail(), lazyRouteComponent(() => import("../features/identity/CheckMailPage"), "CheckMailPage"), () => one(setupQuery)),
  open(paths.verify(), lazyRouteComponent(() => import("../features/identity/EmailVerifyPage"), "EmailVerifyPage")),
  open(paths.emailChange(), lazyRouteComponent(() => import("../features/identity/EmailVerifyPage"), "EmailChangePage")),
  open(paths.forgotPassword(), lazyRouteComponent(() => import("../features/identity/PasswordResetPages"), "PasswordResetRequestPage")),
  open(paths.resetPassword(), lazyRouteComponent(() => import("../features/identity/PasswordResetPages"), "PasswordResetCompletePage")),
  open(paths.invitation(), lazyRouteComponent(() => import("../features/identity/InvitationAcceptPage"), "InvitationAcceptPage")),
  open(paths.setup(), lazyRouteComponent(() => import("../features/identity/SetupPage"), "SetupPage"), () => one(setupQuery)),
  open(paths.goodbye(ID), lazyRouteComponent(() => import("../features/privacy/GoodbyePage"), "GoodbyePage")),
];

const customerRoutes = [
  door(appRoute, paths.overview(), lazyRouteComponent(() => import("./OverviewPage"), "OverviewPage"), () => [list(instancesQuery()), one(usageQuery), list(activityQuery)]),
  door(appRoute, paths.instances(), lazyRouteComponent(() => import("../features/compute/InstancesPage"), "InstancesPage"), () => [list(instancesQuery())]),
  door(appRoute, paths.instanceCreate(), lazyRouteComponent(() => import("../features/catalogue/OrderCreatePage"), "OrderCreatePage"), () => [
    one(sizesQuery),
    one(templatesQuery),
    one(regionsQuery),
    one(quotaQuery),
    list(sshKeysQuery),
    list(imagesQuery),
  ]),
  door(appRoute, paths.instance(ID), lazyRouteComponent(() => import("../features/compute/InstancePage"), "InstancePage"), (id) => [one(instanceQuery(id))]),
  door(appRoute, paths.images(), lazyRouteComponent(() => import("../features/compute/ImagesPage"), "ImagesPage"), () => [list(imagesQuery)]),
  door(appRoute, paths.backups(), lazyRouteComponent(() => import("../features/compute/BackupsPage"), "BackupsPage"), () => [list(backupsQuery())]),
  door(appRoute, paths.disks(), lazyRouteComponent(() => import("../features/compute/DisksPage"), "DisksPage"), () => [list(disksQuery), one(regionsQuery)]),
  door(appRoute, paths.networks(), lazyRouteComponent(() => import("../features/compute/NetworksPage"), "NetworksPage"), () => [list(networksQuery), one(regionsQuery)]),
  door(appRoute, paths.addresses(), lazyRouteComponent(() => import("../features/compute/AddressesPage"), "AddressesPage"), () => [list(addressesQuery), one(regionsQuery)]),
  door(appRoute, paths.securityGroups(), lazyRouteComponent(() => import("../features/compute/SecurityGroupsPage"), "SecurityGroupsPage"), () => [list(securityGroupsQuery)]),
  door(appRoute, paths.sshKeys(), lazyRouteComponent(() => import("../features/compute/SshKeysPage"), "SshKeysPage"), () => [list(sshKeysQuery)]),
  door(appRoute, paths.orders(), lazyRouteComponent(() => import("../features/catalogue/OrdersPage"), "OrdersPage"), () => [list(ordersQuery)]),
  door(appRoute, paths.order(ID), lazyRouteComponent(() => import("../features/catalogue/OrderPage"), "OrderPage"), (id) => [one(orderQuery(id))]),
  door(appRoute, paths.usage(), lazyRouteComponent(() => import("../features/billing/UsagePage"), "UsagePage"), () => [one(usageQuery)]),
  door(appRoute, paths.invoices(), lazyRouteComponent(() => import("../features/billing/InvoicesPage"), "InvoicesPage"), () => [list(invoicesQuery)]),
  door(appRoute, paths.invoicePreview(), lazyRouteComponent(() => import("../features/billing/InvoicePage"), "InvoicePreviewPage"), () => [one(invoicePreviewQuery)]),
  door(appRoute, paths.invoice(ID), lazyRouteComponent(() => import("../features/billing/InvoicePage"), "InvoicePage"), (id) => [one(invoiceQuery(id))]),
  door(appRoute, paths.payments(), lazyRouteComponent(() => import("../features/billing/PaymentsPage"), "PaymentsPage"), () => [list(paymentsQuery)]),
  door(appRoute, paths.activity(), lazyRouteComponent(() => import("../features/audit/ActivityPage"), "ActivityPage"), () => [list(activityQuery)]),
  door(appRoute, paths.profile(), lazyRouteComponent(() => import("../features/identity/ProfilePage"), "ProfilePage"), nothing),
  door(appRoute, paths.organisation(), lazyRouteComponent(() => import("../features/identity/OrganisationPage"), "OrganisationPage"), () => [list(organisationsQuery)]),
  door(appRoute, paths.notifications(), lazyRouteComponent(() => import("../features/notifications/NotificationsPage"), "NotificationsPage"), () => [list(notificationsQuery)]),
  door(appRoute, paths.preferences(), lazyRouteComponent(() => import("../features/notifications/PreferencesPage"), "PreferencesPage"), () => [one(preferencesQuery)]),
  door(appRoute, paths.members(), lazyRouteComponent(() => import("../features/identity/MembersPage"), "MembersPage"), () => [list(membersQuery)]),
  door(appRoute, paths.projects(), lazyRouteComponent(() => import("../features/identity/ProjectsPage"), "ProjectsPage"), () => [list(projectsQuery)]),
  door(appRoute, paths.signIns(), lazyRouteComponent(() => import("../features/identity/SignInsPage"), "SignInsPage"), () => [list(signInsQuery)]),
  door(appRoute, paths.sessions(), lazyRouteComponent(() => import("../features/identity/SessionsPage"), "SessionsPage"), () => [list(sessionsQuery)]),
  door(appRoute, paths.apiTokens(), lazyRouteComponent(() => import("../features/identity/ApiTokensPage"), "ApiTokensPage"), () => [list(apiTokensQuery)]),
  door(appRoute, paths.privacy(), lazyRouteComponent(() => import("../features/privacy/PrivacyPage"), "PrivacyPage"), () => [one(holdingsQuery)]),
  door(appRoute, paths.rights(), lazyRouteComponent(() => import("../features/privacy/RightsPage"), "RightsPage"), () => [one(rightsQuery(null))]),
  door(appRoute, paths.limits(), lazyRouteComponent(() => import("../features/privacy/LimitsPage"), "LimitsPage"), () => [one(restrictionQuery), one(objectionsQuery)]),
  door(appRoute, paths.requests(), lazyRouteComponent(() => import("../features/privacy/RequestsPage"), "RequestsPage"), () => [list(requestsQuery)]),
  door(appRoute, paths.requestCreate(), lazyRouteComponent(() => import("../features/privacy/RequestCreatePage"), "RequestCreatePage"), () => [one(rightsQuery(null))]),
  door(appRoute, paths.request(ID), lazyRouteComponent(() => import("../features/privacy/RequestPage"), "RequestPage"), (id) => [one(requestQuery(id))]),
  door(appRoute, paths.erasure(), lazyRouteComponent(() => import("../features/privacy/ErasurePage"), "ErasurePage"), () => [one(erasurePreviewQuery)]),
];

const operatorRoutes = [
  door(operatorRoute, paths.operator(), lazyRouteComponent(() => import("./OperatorPage"), "OperatorPage"), () => [list(nodesQuery), list(operatorOperationsQuery), one(trustQuery)]),
  door(operatorRoute, paths.operatorCatalogue(), lazyRouteComponent(() => import("../features/catalogue/CataloguePage"), "CataloguePage"), () => [
    one(sizesQuery),
    one(templatesQuery),
    one(regionsQuery),
    one(diskPriceQuery),
  ]),
  door(operatorRoute, paths.operatorFindings(), lazyRouteComponent(() => import("../features/compute/FindingsPage"), "FindingsPage"), () => [list(findingsQuery), one(findingSummaryQuery)]),
  door(operatorRoute, paths.operatorNodes(), lazyRouteComponent(() => import("../features/compute/NodesPage"), "NodesPage"), () => [list(nodesQuery)]),
  door(operatorRoute, paths.operatorNode(ID), lazyRouteComponent(() => import("../features/compute/NodePage"), "NodePage"), (id) => [list(nodesQuery), list(placedQuery(id))]),
  door(operatorRoute, paths.operatorImages(), lazyRouteComponent(() => import("../features/compute/TemplatesPage"), "TemplatesPage"), () => [list(templatesAnyQuery)]),
  door(operatorRoute, paths.operatorAddressPools(), lazyRouteComponent(() => import("../features/compute/AddressPoolsPage"), "AddressPoolsPage"), () => [list(addressPoolsQuery), one(regionsQuery)]),
  door(operatorRoute, paths.operatorClusters(), lazyRouteComponent(() => import("../features/compute/ClustersPage"), "ClustersPage"), () => [one(clustersQuery)]),
  door(operatorRoute, paths.operatorClusterCreate(), lazyRouteComponent(() => import("../features/compute/ClusterCreatePage"), "ClusterCreatePage"), () => []),
  door(operatorRoute, paths.operatorCluster(ID), lazyRouteComponent(() => import("../features/compute/ClusterPage"), "ClusterPage"), (id) => [one(clusterQuery(id))]),
  door(operatorRoute, paths.operatorCustomers(), lazyRouteComponent(() => import("../features/identity/CustomersPage"), "CustomersPage"), () => [list(operatorOrganisationsQuery)]),
  door(operatorRoute, paths.operatorOrders(), lazyRouteComponent(() => import("../features/compute/OperationsPage"), "OperationsPage"), () => [list(operatorOperationsQuery)]),
  door(operatorRoute, paths.operatorInvoices(), lazyRouteComponent(() => import("../features/billing/InvoicesPage"), "OperatorInvoicesPage"), () => [list(invoicesQuery)]),
  door(operatorRoute, paths.operatorClock(), lazyRouteComponent(() => import("../features/billing/TestClockPage"), "TestClockPage"), () => [one(testClockQuery)]),
  door(operatorRoute, paths.operatorRequests(), lazyRouteComponent(() => import("../features/privacy/OperatorRequestsPage"), "OperatorRequestsPage"), () => [list(operatorRequestsQuery)]),
  door(operatorRoute, paths.operatorRequest(ID), lazyRouteComponent(() => import("../features/privacy/OperatorRequestPage"), "OperatorRequestPage"), (id) => [one(operatorRequestQuery(id))]),
  door(operatorRoute, paths.operatorHolds(), lazyRouteComponent(() => import("../features/privacy/HoldsPage"), "HoldsPage"), () => [list(holdsQuery)]),
  door(operatorRoute, paths.operatorTrust(), lazyRouteComponent(() => import("../features/privacy/TrustPage"), "TrustPage"), () => [one(trustQuery)]),
];

/** Refusals of the API are shown on the page; only faults of our own belong in the browser's log. */
export function logUnexpected(error: unknown): void {
  if (!(error instanceof ApiProblem)) console.error(error);
}

export const router = createRouter({
  routeTree: rootRoute.addChildren([...publicRoutes, appRoute.addChildren(customerRoutes), operatorRoute.addChildren(operatorRoutes)]),
  context: { queries },
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 250,
  scrollRestoration: true,
  defaultOnCatch: logUnexpected,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    email?: string;
    invitation?: string;
  }
}
