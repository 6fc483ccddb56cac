// States as words with a sign; colour only repeats what both already say.
import { t } from "@lingui/core/macro";
import type { Backup, Cluster, Disk, DrainMachine, Host, Image, Instance, InvoiceSummary, Node, Operation, Order, Payment, RestoreTest, SignIn, Snapshot } from "../api/types";
import { Icon, type IconName } from "./Icon";

type Tone = "good" | "busy" | "warn" | "bad" | "idle";

export interface Look {
  text: string;
  tone: Tone;
  icon: IconName;
}

const good = (text: string, icon: IconName = "check"): Look => ({ text, tone: "good", icon });
const busy = (text: string, icon: IconName = "busy"): Look => ({ text, tone: "busy", icon });
const warn = (text: string, icon: IconName = "warning"): Look => ({ text, tone: "warn", icon });
const bad = (text: string, icon: IconName = "cross"): Look => ({ text, tone: "bad", icon });
const idle = (text: string, icon: IconName = "dash"): Look => ({ text, tone: "idle", icon });

export function State({ look }: { look: Look }) {
  return (
    <span className="state" data-tone={look.tone}>
      <Icon name={look.icon} size={14} />
      {look.text}
    </span>
  );
}

/** How `state` looks among all of its kind; one that a newer server knows is shown as that server calls it. */
export function among<S extends string>(state: S, looks: Record<S, Look>): Look {
  return Object.hasOwn(looks, state) ? looks[state] : idle(state);
}

/** What snapshots, backups and images share. */
const kept = () => ({ ready: good(t`Ready`), failed: bad(t`Failed`), deleting: busy(t`Being deleted`), deleted: idle(t`Deleted`, "trash") });

export function instanceLook(state: Instance["state"]): Look {
  return among(state, {
    running: good(t`Running`, "play"),
    stopped: idle(t`Stopped`, "square"),
    ordered: busy(t`Ordered`, "wait"),
    provisioning: busy(t`Being set up`),
    starting: busy(t`Starting`),
    stopping: busy(t`Stopping`),
    rebooting: busy(t`Rebooting`),
    rebuilding: busy(t`Rebuilding`),
    resizing: busy(t`Being resized`),
    restoring: busy(t`Being brought back`),
    moving: busy(t`Moving to another host`),
    suspending: busy(t`Being suspended`),
    suspended: warn(t`Suspended`, "clock"),
    resuming: busy(t`Being resumed`),
    rescuing: busy(t`Booting the rescue system`),
    rescue: warn(t`In the rescue system`),
    deleting: warn(t`Will be deleted`, "trash"),
    deleted: idle(t`Deleted`, "trash"),
    failed: bad(t`Failed`),
  });
}

export function diskLook({ state, instance_id }: Disk): Look {
  switch (state) {
    case "creating":
      return busy(t`Being made`);
    case "ready":
      return instance_id == null ? idle(t`Free`) : good(t`Attached`);
    case "attaching":
      return busy(t`Being attached`);
    case "detaching":
      return busy(t`Being detached`);
    case "growing":
      return busy(t`Growing`);
    case "failed":
      return bad(t`Failed`);
    case "lost":
      return bad(t`Gone from its node`);
    case "deleting":
      return busy(t`Being deleted`);
    case "deleted":
      return idle(t`Deleted`, "trash");
    default:
      return idle(state);
  }
}

export function snapshotLook(state: Snapshot["state"]): Look {
  return among(state, {
    creating: busy(t`Being taken`),
    ...kept(),
  });
}

export function backupLook({ state, percent }: Backup): Look {
  return among(state, {
    creating: busy(percent == null ? t`Being made` : t`Being made, ${percent} %`),
    ...kept(),
  });
}

export function restoreTestLook(outcome: RestoreTest["outcome"]): Look {
  return among(outcome, {
    running: busy(t`Being tested`),
    passed: good(t`Tested, comes up`),
    started: warn(t`Tested, starts`),
    failed: bad(t`Tested, does not come up`),
    not_tested: idle(t`Could not be tested`),
  });
}

export function imageLook(state: Image["state"]): Look {
  return among(state, {
    uploading: busy(t`Being uploaded`),
    fetching: busy(t`Being fetched`),
    checking: busy(t`Being looked at`),
    ...kept(),
  });
}

export function orderLook(state: Order["state"]): Look {
  return among(state, {
    paying: busy(t`Being paid`),
    awaiting_confirmation: warn(t`Payment needs your confirmation`),
    payment_failed: bad(t`Payment failed`),
    provisioning: busy(t`Being set up`),
    active: good(t`Fulfilled`),
    failed: bad(t`Failed`),
    cancelled: idle(t`Cancelled`),
  });
}

export function operationLook(state: Operation["state"]): Look {
  return among(state, {
    running: busy(t`Under way`),
    succeeded: good(t`Done`),
    failed: bad(t`Failed`),
    undoing: busy(t`Being undone`, "undo"),
    undone: idle(t`Undone`, "undo"),
    needs_operator: warn(t`Needs the operator`),
  });
}

export function invoiceLook(state: InvoiceSummary["state"] | "preview"): Look {
  return among(state, {
    open: warn(t`Open`),
    paid: good(t`Paid`),
    void: idle(t`Void`),
    preview: idle(t`Preview`, "clock"),
  });
}

export function paymentLook(state: Payment["state"]): Look {
  return among(state, {
    created: busy(t`Begun`),
    requires_action: warn(t`Needs your confirmation`),
    processing: busy(t`Settling`),
    succeeded: good(t`Succeeded`),
    failed: bad(t`Declined`),
    cancelled: idle(t`Cancelled`),
    partly_refunded: idle(t`Partly refunded`, "undo"),
    refunded: idle(t`Refunded`, "undo"),
  });
}

export function nodeLook(node: Node): Look {
  return among(node.state, {
    ready: node.problem == null ? good(t`Ready`) : warn(t`Has a problem`),
    draining: warn(t`Takes no new machines`),
    down: bad(t`Down`),
  });
}

export function hostLook(host: Host): Look {
  if (host.maintenance != null) return warn(t`Under maintenance`, "clock");
  if (!host.online) return bad(t`Does not answer`);
  return host.takes_guests ? good(t`Ready`) : idle(t`Left out by the mapping`);
}

export function drainLook(state: DrainMachine["state"]): Look {
  return among(state, {
    waiting: idle(t`Waits for its turn`, "wait"),
    moving: busy(t`On its way`),
    moved: good(t`Has left`),
    failed: bad(t`Could not be moved`),
    kept: idle(t`Stays`),
  });
}

export function clusterLook(cluster: Cluster): Look {
  return cluster.node == null ? idle(t`Not asked yet`) : nodeLook(cluster.node);
}

export function promiseLook(holds: boolean): Look {
  return holds ? good(t`Kept`) : bad(t`Broken`);
}

export function signInLook(outcome: SignIn["outcome"]): Look {
  return among(outcome, {
    succeeded: good(t`Signed in`),
    wrong_password: bad(t`Wrong password`),
    wrong_second_factor: bad(t`Wrong second factor`),
  });
}

export function memberLook(suspended: boolean): Look {
  return suspended ? warn(t`Suspended`) : good(t`Active`);
}

export function outcomeLook(outcome: string): Look {
  if (outcome === "succeeded") return good(t`Done`);
  if (outcome === "started") return busy(t`Begun`);
  return outcome === "failed" ? bad(t`Failed`) : idle(outcome);
}
