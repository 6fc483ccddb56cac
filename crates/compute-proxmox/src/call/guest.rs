//! Calls about one guest: its life, its settings and its power.

use reqwest::Method;

use super::{At, Kind};
use crate::client::{Call, Params};

/// Makes a guest: fresh, from an image, or from a backup's archive.
pub(crate) fn create(at: &At, params: Params) -> Call {
    let path = Call::new(Method::POST, &["nodes", &at.node, at.kind.word()]);
    path.with(Params::new().with("vmid", at.vmid).and(params)).makes(at.kind.of("qmcreate", "vzcreate"))
}

/// Makes a guest from a backup's archive, in place of the one with its id if there is one.
/// `settings` take the place of the archive's own.
pub(crate) fn restore(at: &At, archive: &str, settings: Params) -> Call {
    let params = settings.with("vmid", at.vmid).flag("force", true);
    let params = match at.kind {
        Kind::Machine => params.with("archive", archive),
        Kind::Container => params.with("ostemplate", archive).flag("restore", true),
    };
    Call::new(Method::POST, &["nodes", &at.node, at.kind.word()]).with(params).makes(at.kind.of("qmrestore", "vzrestore"))
}

/// Makes a guest of a template. The task belongs to the template, so it is not looked for when its answer got lost: it could
/// not be told from the task of another guest of the same template.
pub(crate) fn clone(template: &At, params: Params) -> Call {
    template.call(Method::POST, &["clone"]).with(params)
}

pub(crate) fn destroy(at: &At) -> Call {
    // Without `purge` backup jobs and access rules would name an id that somebody else may get.
    let params = Params::new().flag("purge", true).flag("destroy-unreferenced-disks", true);
    at.call(Method::DELETE, &[]).with(params).makes(at.kind.of("qmdestroy", "vzdestroy"))
}

/// The settings, those included that wait for a restart.
pub(crate) fn config(at: &At) -> Call {
    at.call(Method::GET, &["config"])
}

/// The settings that are in force.
pub(crate) fn config_in_force(at: &At) -> Call {
    at.call(Method::GET, &["config"]).with(Params::new().flag("current", true))
}

/// Settings that wait for a restart.
pub(crate) fn pending(at: &At) -> Call {
    at.call(Method::GET, &["pending"])
}

/// Changes settings at once; for those that touch no disk.
pub(crate) fn set_config(at: &At, params: Params) -> Call {
    at.call(Method::PUT, &["config"]).with(params)
}

/// Changes settings in a task; for those that make or import disks. Containers have only the other form.
pub(crate) fn change_config(at: &At, params: Params) -> Call {
    at.call(Method::POST, &["config"]).with(params).makes("qmconfig")
}

/// Makes a disk larger. Old versions answer with nothing, newer ones with a task.
pub(crate) fn resize(at: &At, disk: &str, gib: u32) -> Call {
    at.call(Method::PUT, &["resize"]).with(Params::new().with("disk", disk).with("size", format!("{gib}G"))).makes("resize")
}

/// Makes the cloud-init drive anew.
pub(crate) fn regenerate(at: &At) -> Call {
    at.call(Method::PUT, &["cloudinit"])
}

/// What the node says now, without the delay of the cluster's list.
pub(crate) fn status(at: &At) -> Call {
    at.call(Method::GET, &["status", "current"])
}

/// Averages of the last hour.
pub(crate) fn figures(at: &At, timeframe: &str) -> Call {
    at.call(Method::GET, &["rrddata"]).with(Params::new().with("timeframe", timeframe).with("cf", "AVERAGE"))
}

pub(crate) fn start(at: &At) -> Call {
    at.call(Method::POST, &["status", "start"]).makes(at.kind.of("qmstart", "vzstart"))
}

pub(crate) fn stop(at: &At) -> Call {
    at.call(Method::POST, &["status", "stop"]).makes(at.kind.of("qmstop", "vzstop"))
}

/// The same, and ends a task that still waits for the guest to shut down; not known before 8.1.
pub(crate) fn stop_at_once(at: &At) -> Call {
    stop(at).with(Params::new().flag("overrule-shutdown", true))
}

/// Presses the power button; the task waits for the guest, for `seconds` at most.
pub(crate) fn shutdown(at: &At, seconds: u32) -> Call {
    at.call(Method::POST, &["status", "shutdown"]).with(Params::new().with("timeout", seconds)).makes(at.kind.of("qmshutdown", "vzshutdown"))
}

pub(crate) fn reboot(at: &At) -> Call {
    at.call(Method::POST, &["status", "reboot"]).makes(at.kind.of("qmreboot", "vzreboot"))
}

pub(crate) fn reset(at: &At) -> Call {
    at.call(Method::POST, &["status", "reset"]).makes("qmreset")
}

pub(crate) fn suspend(at: &At) -> Call {
    at.call(Method::POST, &["status", "suspend"]).makes(at.kind.of("qmpause", "vzsuspend"))
}

pub(crate) fn resume(at: &At) -> Call {
    at.call(Method::POST, &["status", "resume"]).makes(at.kind.of("qmresume", "vzresume"))
}

/// Whether a virtual machine can go to another node, and what of it is the node's own.
pub(crate) fn may_migrate(at: &At, target: &str) -> Call {
    at.call(Method::GET, &["migrate"]).with(Params::new().with("target", target))
}

/// Moves a guest to another node. A virtual machine that runs goes on meanwhile, with its local disks if it has any; a container is
/// shut down and started there.
pub(crate) fn migrate(at: &At, target: &str, runs: bool, with_disks: bool) -> Call {
    let params = Params::new().with("target", target);
    let params = match at.kind {
        Kind::Machine if runs && with_disks => params.flag("online", true).flag("with-local-disks", true),
        Kind::Machine if runs => params.flag("online", true),
        Kind::Container if runs => params.flag("restart", true),
        _ => params,
    };
    at.call(Method::POST, &["migrate"]).with(params).makes(at.kind.of("qmigrate", "vzmigrate"))
}
