//! The direction of calls: a crate depends only on lower lines, never on a neighbour.
//!
//! The table below is the rule; changing it needs a decision page (`docs/decisions/`).

use anyhow::Result;

use super::manifests::{self, Member};
use super::{Finding, Report};
use crate::tree::File;

/// Lines from the bottom up, with the reason for each line's place.
const LINES: &[(&[&str], &str)] = &[
    (&["kernel"], "knows no domain words, so everything may stand on it"),
    (&["workflow"], "durable steps need only the kernel"),
    (&["audit"], "on record: whatever happens above is recorded in the transaction that does it"),
    (&["identity", "connectors"], "who acts, and through what: everything above is done by someone"),
    (&["compute", "notifications"], "what runs, what is told: needs to know who, not what it costs"),
    (&["billing", "stacks", "monitoring"], "what is owed, composed and watched is about what runs"),
    (&["catalogue"], "an order joins a price and a machine"),
    (&["assistant", "analytics", "privacy", "support"], "people and governance look at everything below"),
    (&["server"], "knows everyone, decides nothing"),
    (&["fairhold", "cli"], "the program: starts the server, or talks to its API"),
    (&["it", "tests", "benches"], "tests and figures drive the whole house"),
];

/// Crates outside the lines: what each may depend on, and why it stands apart.
const APART: &[(&str, &[&str], &str)] = &[
    ("documents", &[], "heavy to compile, so it is a leaf that knows nobody"),
    ("compute-driver", &["kernel"], "the contract between compute and every hypervisor"),
    ("compute-host", &["kernel", "compute-driver"], "what the drivers of this host have in common, below them"),
    ("compute-qemu", &["kernel", "compute-driver", "compute-host"], "a driver knows its contract, not its caller"),
    ("compute-oci", &["kernel", "compute-driver", "compute-host"], "a driver knows its contract, not its caller"),
    ("compute-proxmox", &["kernel", "compute-driver"], "a driver knows its contract, not its caller"),
    ("compute-azure", &["kernel", "compute-driver"], "a driver knows its contract, not its caller"),
    ("testkit", &["kernel", "workflow", "compute-driver"], "used by tests only, so it may not need a domain"),
    ("proxmox-standin", &["kernel", "compute-driver"], "used by tests only: a cluster that knows no driver"),
    ("xtask", &[], "chores read the repository as text"),
];

/// Crates that only tests may depend on.
const TESTS_ONLY: &[&str] = &["testkit", "proxmox-standin"];

/// Packages that are tests and figures themselves.
const WHOLE_HOUSE: &[&str] = &["it", "tests", "benches"];

/// Which crates outside the lines a line's crate may use.
const USES_APART: &[(&str, &str)] = &[
    ("compute", "compute-driver"),
    ("billing", "documents"),
    ("privacy", "documents"),
    ("server", "compute-driver"),
    ("server", "compute-host"),
    ("server", "compute-qemu"),
    ("server", "compute-oci"),
    ("server", "compute-proxmox"),
    ("server", "compute-azure"),
    ("server", "documents"),
    ("fairhold", "compute-qemu"),
    ("fairhold", "compute-oci"),
];

/// Checks every member's dependencies against the order.
pub fn check(files: &[File]) -> Result<Vec<Finding>> {
    let members = manifests::members(files)?;
    let ours: Vec<String> = members.iter().map(|member| member.name().to_owned()).collect();
    Ok(members.iter().flat_map(|member| check_member(member, &ours)).collect())
}

fn check_member(member: &Member<'_>, ours: &[String]) -> Vec<Finding> {
    let mut report = Report::of(member.path);
    let name = member.name();
    let apart = APART.iter().find(|(crate_apart, _, _)| *crate_apart == name);
    if line_of(name).is_none() && apart.is_none() {
        report.add(0, format!("`{name}` has no place in xtask/src/tidy/order.rs: decide where it stands"));
        return report.findings;
    }
    for (called, _) in member.dependencies("dependencies") {
        if !ours.iter().any(|ours| ours == called) {
            continue;
        }
        if TESTS_ONLY.contains(&called) && !WHOLE_HOUSE.contains(&name) {
            report.add(0, format!("`{called}` is for [dev-dependencies] only"));
        } else if !may_call(name, called) {
            report.add(0, format!("`{name}` may not call `{called}`: call down, announce up"));
        }
    }
    report.findings
}

fn may_call(name: &str, called: &str) -> bool {
    if let Some((_, allowed, _)) = APART.iter().find(|(crate_apart, _, _)| *crate_apart == name) {
        return allowed.contains(&called);
    }
    let Some(line) = line_of(name) else {
        return false;
    };
    match line_of(called) {
        Some(lower) => lower < line,
        None => USES_APART.contains(&(name, called)) || WHOLE_HOUSE.contains(&name),
    }
}

fn line_of(name: &str) -> Option<usize> {
    LINES.iter().position(|(names, _)| names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(manifests: &[(&str, &str, &str)]) -> Vec<String> {
        let files: Vec<File> = manifests
            .iter()
            .map(|(name, table, calls)| File {
                path: format!("crates/{name}/Cargo.toml"),
                text: format!("[package]\nname = \"{name}\"\n[{table}]\n{calls} = {{ workspace = true }}\n"),
            })
            .collect();
        check(&files).unwrap().into_iter().map(|finding| finding.message).collect()
    }

    const BOTTOM: (&str, &str, &str) = ("kernel", "dependencies", "serde");

    #[test]
    fn calls_go_down() {
        assert_eq!(faults(&[BOTTOM, ("workflow", "dependencies", "kernel")]), Vec::<String>::new());
        assert_eq!(faults(&[("kernel", "dependencies", "workflow"), ("workflow", "dependencies", "serde")]).len(), 1);
    }

    #[test]
    fn neighbours_do_not_call_each_other() {
        let connectors = ("connectors", "dependencies", "serde");
        assert_eq!(faults(&[("identity", "dependencies", "connectors"), connectors]).len(), 1);
    }

    #[test]
    fn a_driver_knows_only_its_contract() {
        let contract = ("compute-driver", "dependencies", "serde");
        let compute = ("compute", "dependencies", "compute-driver");
        assert_eq!(faults(&[contract, compute, ("compute-qemu", "dependencies", "compute-driver")]), Vec::<String>::new());
        assert_eq!(faults(&[contract, compute, ("compute-qemu", "dependencies", "compute")]).len(), 1);
    }

    #[test]
    fn testkit_is_for_tests() {
        let testkit = ("testkit", "dependencies", "serde");
        assert_eq!(faults(&[testkit, ("billing", "dependencies", "testkit")]).len(), 1);
        assert_eq!(faults(&[testkit, ("billing", "dev-dependencies", "testkit")]), Vec::<String>::new());
    }

    #[test]
    fn a_crate_without_a_place_is_refused() {
        assert_eq!(faults(&[("warehouse", "dependencies", "serde")]).len(), 1);
    }
}
