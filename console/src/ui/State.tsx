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

const good = (text: string): Look => ({ text, tone: "good", icon: "check" });
const busy = (text: string): Look => ({ text, tone: "busy", icon: "busy" });
const warn = (text: string): Look => ({ text, tone: "warn", icon: "warning" });
const bad = (text: string): Look => ({ text, tone: "bad", icon: "cross" });
const idle = (text: string, icon: IconName = "dash"): Look => ({ text, tone: "idle", icon });

export function State({ look }: { look: Look }) {
  return (
    <span className="state" data-tone={look.tone}>
      <Icon name={look.icon} size={14} />
      {look.text}
    </span>
  );
}

export function instanceLook(state: Instance["state"]): Look {
  switch (state) {
    case "running":
      return { text: t`Running`, tone: "good", icon: "play" };
    case "stopped":
      return idle(t`Stopped`, "square");
    case "ordered":
      return { text: t`Ordered`, tone: "busy", icon: "wait" };
    case "provisioning":
      return busy(t`Being set up`);
    case "starting":
      return busy(t`Starting`);
    case "stopping":
      return busy(t`Stopping`);
    case "rebooting":
      return busy(t`Rebooting`);
    case "rebuilding":
      return busy(t`Rebuilding`);
    case "resizing":
      return busy(t`Being resized`);
    case "restoring":
      return busy(t`Being brought back`);
    case "moving":
      return busy(t`Moving to another host`);
    case "suspending":
      return busy(t`Being suspended`);
    case "suspended":
      return { text: t`Suspended`, tone: "warn", icon: "clock" };
    case "resuming":
      return busy(t`Being resumed`);
    case "rescuing":
      return busy(t`Booting the rescue system`);
    case "rescue":
      return { text: t`In the rescue system`, tone: "warn", icon: "warning" };
    case "deleting":
      return { text: t`Will be deleted`, tone: "warn", icon: "trash" };
    case "deleted":
      return idle(t`Deleted`, "trash");
    case "failed":
      return bad(t`Failed`);
    default:
      return idle(state);
  }
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
    case "deleting":
      return busy(t`Being deleted`);
    case "deleted":
      return idle(t`Deleted`, "trash");
    default:
      return idle(state);
  }
}

export function snapshotLook(state: Snapshot["state"]): Look {
  switch (state) {
    case "creating":
      return busy(t`Being taken`);
    case "ready":
      return good(t`Ready`);
    case "failed":
      return bad(t`Failed`);
    case "deleting":
      return busy(t`Being deleted`);
    case "deleted":
      return idle(t`Deleted`, "trash");
    default:
      return idle(state);
  }
}

export function backupLook({ state, percent }: Backup): Look {
  switch (state) {
    case "creating":
      return busy(percent == null ? t`Being made` : t`Being made, ${percent} %`);
    case "ready":
      return good(t`Ready`);
    case "failed":
      return bad(t`Failed`);
    case "deleting":
      return busy(t`Being deleted`);
    case "deleted":
      return idle(t`Deleted`, "trash");
    default:
      return idle(state);
  }
}

export function restoreTestLook(outcome: RestoreTest["outcome"]): Look {
  switch (outcome) {
    case "running":
      return busy(t`Being tested`);
    case "passed":
      return good(t`Tested, comes up`);
    case "started":
      return warn(t`Tested, starts`);
    case "failed":
      return bad(t`Tested, does not come up`);
    case "not_tested":
      return idle(t`Could not be tested`);
    default:
      return idle(outcome);
  }
}

export function imageLook(state: Image["state"]): Look {
  switch (state) {
    case "uploading":
      return busy(t`Being uploaded`);
    case "fetching":
      return busy(t`Being fetched`);
    case "checking":
      return busy(t`Being looked at`);
    case "ready":
      return good(t`Ready`);
    case "failed":
      return bad(t`Failed`);
    case "deleting":
      return busy(t`Being deleted`);
    case "deleted":
      return idle(t`Deleted`, "trash");
    default:
      return idle(state);
  }
}

export function orderLook(state: Order["state"]): Look {
  switch (state) {
    case "paying":
      return busy(t`Being paid`);
    case "awaiting_confirmation":
      return warn(t`Payment needs your confirmation`);
    case "payment_failed":
      return bad(t`Payment failed`);
    case "provisioning":
      return busy(t`Being set up`);
    case "active":
      return good(t`Fulfilled`);
    case "failed":
      return bad(t`Failed`);
    case "cancelled":
      return idle(t`Cancelled`);
    default:
      return idle(state);
  }
}

export function operationLook(state: Operation["state"]): Look {
  switch (state) {
    case "running":
      return busy(t`Under way`);
    case "succeeded":
      return good(t`Done`);
    case "failed":
      return bad(t`Failed`);
    case "undoing":
      return { text: t`Being undone`, tone: "busy", icon: "undo" };
    case "undone":
      return idle(t`Undone`, "undo");
    case "needs_operator":
      return warn(t`Needs the operator`);
    default:
      return idle(state);
  }
}

export function invoiceLook(state: InvoiceSummary["state"] | "preview"): Look {
  switch (state) {
    case "open":
      return warn(t`Open`);
    case "paid":
      return good(t`Paid`);
    case "void":
      return idle(t`Void`);
    case "preview":
      return idle(t`Preview`, "clock");
    default:
      return idle(state);
  }
}

export function paymentLook(state: Payment["state"]): Look {
  switch (state) {
    case "created":
      return busy(t`Begun`);
    case "requires_action":
      return warn(t`Needs your confirmation`);
    case "processing":
      return busy(t`Settling`);
    case "succeeded":
      return good(t`Succeeded`);
    case "failed":
      return bad(t`Declined`);
    case "cancelled":
      return idle(t`Cancelled`);
    case "partly_refunded":
      return { text: t`Partly refunded`, tone: "idle", icon: "undo" };
    case "refunded":
      return { text: t`Refunded`, tone: "idle", icon: "undo" };
    default:
      return idle(state);
  }
}

export function nodeLook(node: Node): Look {
  switch (node.state) {
    case "ready":
      return node.problem == null ? good(t`Ready`) : warn(t`Has a problem`);
    case "draining":
      return warn(t`Takes no new machines`);
    case "down":
      return bad(t`Down`);
    default:
      return idle(node.state);
  }
}

export function hostLook(host: Host): Look {
  if (host.maintenance != null) return { text: t`Under maintenance`, tone: "warn", icon: "clock" };
  if (!host.online) return bad(t`Does not answer`);
  return host.takes_guests ? good(t`Ready`) : idle(t`Left out by the mapping`);
}

export function drainLook(state: DrainMachine["state"]): Look {
  switch (state) {
    case "waiting":
      return { text: t`Waits for its turn`, tone: "idle", icon: "wait" };
    case "moving":
      return busy(t`On its way`);
    case "moved":
      return good(t`Has left`);
    case "failed":
      return bad(t`Could not be moved`);
    case "kept":
      return idle(t`Stays`);
    default:
      return idle(state);
  }
}

export function clusterLook(cluster: Cluster): Look {
  return cluster.node == null ? idle(t`Not asked yet`) : nodeLook(cluster.node);
}

export function promiseLook(holds: boolean): Look {
  return holds ? good(t`Kept`) : bad(t`Broken`);
}

export function signInLook(outcome: SignIn["outcome"]): Look {
  switch (outcome) {
    case "succeeded":
      return good(t`Signed in`);
    case "wrong_password":
      return bad(t`Wrong password`);
    case "wrong_second_factor":
      return bad(t`Wrong second factor`);
  }
}

export function memberLook(suspended: boolean): Look {
  return suspended ? warn(t`Suspended`) : good(t`Active`);
}

export function outcomeLook(outcome: string): Look {
  if (outcome === "succeeded") return good(t`Done`);
  if (outcome === "started") return busy(t`Begun`);
  return outcome === "failed" ? bad(t`Failed`) : idle(outcome);
}
