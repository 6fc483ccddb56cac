// The frame around every page after signing in: bar, navigation, content.
import { ActionIcon, Button, Drawer, Kbd, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { meQuery, sessionEnd } from "../features/identity/api";
import { Bell } from "../features/notifications/Bell";
import { PlaceSwitch } from "../features/identity/PlaceSwitch";
import { PolicyNotice } from "../features/privacy/PolicyNotice";
import { paths } from "../paths";
import { Icon } from "../ui/Icon";
import { Mark } from "../ui/Mark";
import { preferencesAreKept } from "../storage";
import { endNotices, notifyDone } from "../ui/notify";
import { RefusalPlace, showRefusal } from "../ui/refusal";
import { customerDoor, type DestinationGroup, operatorDoor } from "./navigation";

const Palette = lazy(() => import("./Palette"));

export function Frame({ door }: { door: "customer" | "operator" }) {
  const groups = door === "customer" ? customerDoor() : operatorDoor();
  const [menu, { open, close }] = useDisclosure(false);
  const [palette, setPalette] = useState<"never" | "open" | "closed">("never");
  const address = useRouterState({ select: (state) => state.location.pathname });
  useEffect(close, [address, close]);
  useEffect(() => endNotices, [address]);
  useHotkeys([["mod+K", () => setPalette((now) => (now === "open" ? "closed" : "open"))]], []);

  return (
    <div className="frame">
      <a className="skip" href="#content">
        <Trans>Skip to the content</Trans>
      </a>
      <header className="bar">
        <ActionIcon className="only-phone" variant="subtle" color="gray" size="lg" onClick={open} aria-label={t`Open the menu`}>
          <Icon name="menu" />
        </ActionIcon>
        <Link className="brand" to={door === "customer" ? paths.overview() : paths.operator()}>
          <Mark />
          <span className="brand-word">Fairhold</span>
        </Link>
        {door === "operator" && (
          <span className="door">
            <Trans>Operator</Trans>
          </span>
        )}
        {door === "customer" && <PlaceSwitch />}
        <span className="grow" />
        <Button
          className="only-wide"
          variant="default"
          size="xs"
          leftSection={<Icon name="search" size={15} />}
          rightSection={<Kbd size="xs">Ctrl K</Kbd>}
          onClick={() => setPalette("open")}
        >
          <Trans>Find</Trans>
        </Button>
        <ActionIcon className="only-phone" variant="subtle" color="gray" size="lg" onClick={() => setPalette("open")} aria-label={t`Find`}>
          <Icon name="search" />
        </ActionIcon>
        <Bell />
        <SchemeSwitch />
        <PersonMenu door={door} />
      </header>
      <nav className="side" aria-label={t`Main`}>
        <div className="side-stick">
          <Navigation groups={groups} />
        </div>
      </nav>
      <Drawer opened={menu} onClose={close} title="Fairhold" size={280} closeButtonProps={{ "aria-label": t`Close the menu` }}>
        <nav aria-label={t`Main`}>
          <Navigation groups={groups} />
        </nav>
      </Drawer>
      <main className="main" id="content" tabIndex={-1}>
        <PolicyNotice />
        <RefusalPlace page={address} />
        <Outlet />
      </main>
      {palette !== "never" && (
        <Suspense fallback={null}>
          <Palette door={door} opened={palette === "open"} close={() => setPalette("closed")} />
        </Suspense>
      )}
    </div>
  );
}

function Navigation({ groups }: { groups: DestinationGroup[] }) {
  return groups.map((group) => (
    <div key={group.name ?? ""}>
      {group.name != null && <div className="nav-group">{group.name}</div>}
      {group.items.map((item) => (
        <Link key={item.to} to={item.to} className="nav-link" activeOptions={{ exact: item.exact ?? false }}>
          <Icon name={item.icon} />
          {item.name}
        </Link>
      ))}
    </div>
  ));
}

function SchemeSwitch() {
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  const label = scheme === "light" ? t`Use dark colours` : t`Use light colours`;
  function change(): void {
    setColorScheme(scheme === "light" ? "dark" : "light");
    if (!preferencesAreKept()) notifyDone(t`For this visit. To keep it, allow functionality under your privacy choices.`);
  }
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} onClick={change}>
        <Icon name={scheme === "light" ? "moon" : "sun"} />
      </ActionIcon>
    </Tooltip>
  );
}

function PersonMenu({ door }: { door: "customer" | "operator" }) {
  const me = useSuspenseQuery(meQuery).data;
  const navigate = useNavigate();
  async function leave(): Promise<void> {
    try {
      await sessionEnd();
      await navigate({ to: paths.signIn(), replace: true });
    } catch (error) {
      showRefusal(error);
    }
  }
  return (
    <Menu position="bottom-end" width={240} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t`Account of ${me.name}`}>
          <Icon name="person" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <span className="break">{me.email}</span>
        </Menu.Label>
        <Menu.Item component={Link} to={paths.profile()} leftSection={<Icon name="person" size={16} />}>
          <Trans>Profile</Trans>
        </Menu.Item>
        <Menu.Item component={Link} to={paths.privacy()} leftSection={<Icon name="privacy" size={16} />}>
          <Trans>Privacy</Trans>
        </Menu.Item>
        <Menu.Item component="a" href={paths.publicChoices()} leftSection={<Icon name="privacy" size={16} />}>
          <Trans>Privacy choices</Trans>
        </Menu.Item>
        {me.staff_role != null && (
          <Menu.Item component={Link} to={door === "customer" ? paths.operator() : paths.overview()} leftSection={<Icon name="building" size={16} />}>
            {door === "customer" ? t`Operator's door` : t`Customer's door`}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={16} />} onClick={() => void leave()}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
