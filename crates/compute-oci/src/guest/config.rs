//! The runtime's configuration of a container (the OCI runtime specification's `config.json`).
//!
//! Root in the container is an ordinary user of the host: it has a user namespace with ids of its own, few capabilities even there,
//! no way to gain more, and none of the calls below.

use serde_json::{Value, json};

use super::{address::IDS, place::Place, record::Record};

/// Where the disk is mounted, in a mount namespace of the supervisor's. The ids of a container must be able to reach it, which they
/// are not in a data folder that is closed to others.
pub(crate) const ROOT: &str = "/mnt/root";

/// Processes and threads that a container may have.
pub(crate) const PIDS: u32 = 4_096;
/// The scheduler's period in microseconds.
const PERIOD: u64 = 100_000;

/// What root of a machine needs in its own namespaces: other users, its own files, low ports, `ping`, and to power off.
const CAPABILITIES: [&str; 13] = [
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_RAW",
    "CAP_SETFCAP",
    "CAP_SETGID",
    "CAP_SETPCAP",
    "CAP_SETUID",
    "CAP_SYS_BOOT",
    "CAP_SYS_CHROOT",
];

/// Calls of the kernel that no machine needs and that were ways out of containers: loading code, other namespaces, keys, raw memory of
/// others, and interfaces that are large and new.
const REFUSED: &[&str] = &[
    "acct",
    "add_key",
    "bpf",
    "clock_adjtime",
    "clock_settime",
    "create_module",
    "delete_module",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "get_kernel_syms",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "nfsservctl",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "pivot_root",
    "process_vm_readv",
    "process_vm_writev",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "request_key",
    "setns",
    "settimeofday",
    "swapoff",
    "swapon",
    "umount",
    "umount2",
    "unshare",
    "uselib",
    "userfaultfd",
    "vhangup",
];

/// Flags of `clone` that make namespaces (clone(2)).
const NEW_NAMESPACES: [u64; 7] = [0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];
/// "There is no such call", so that programs take the older one, whose flags can be looked at.
const ENOSYS: u32 = 38;

/// Files of the kernel that would show the host, or change it.
const MASKED: [&str; 12] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// How much of the host a container may use.
pub(crate) struct Limits {
    pub(crate) memory_bytes: u64,
    /// Microseconds of processor time in each period.
    pub(crate) quota: u64,
    pub(crate) period: u64,
}

impl Limits {
    pub(crate) fn of(record: &Record) -> Self {
        let spec = &record.spec;
        Self { memory_bytes: u64::from(spec.memory_mib) * 1024 * 1024, quota: u64::from(spec.cpus) * PERIOD, period: PERIOD }
    }
}

/// The configuration of the container in `place`.
pub(crate) fn of(place: &Place, record: &Record) -> Value {
    let ids = json!([{ "containerID": 0, "hostID": record.first_id, "size": IDS }]);
    let namespaces: Vec<_> = ["pid", "network", "ipc", "uts", "mount", "user"].iter().map(|kind| json!({ "type": kind })).collect();
    json!({
        "ociVersion": "1.0.2",
        "hostname": record.spec.hostname,
        "root": { "path": ROOT, "readonly": false },
        "process": {
            "terminal": false,
            "user": { "uid": 0, "gid": 0 },
            "args": ["/sbin/init"],
            "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=vt220", "container=fairhold"],
            "cwd": "/",
            "noNewPrivileges": true,
            "capabilities": { "bounding": CAPABILITIES, "effective": CAPABILITIES, "permitted": CAPABILITIES },
        },
        "mounts": mounts(),
        "linux": {
            "namespaces": namespaces,
            "uidMappings": ids,
            "gidMappings": ids,
            "cgroupsPath": format!("/fairhold-{}/{}", place.installation, place.container()),
            "resources": resources(&Limits::of(record)),
            "seccomp": seccomp(),
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
        },
    })
}

fn resources(limits: &Limits) -> Value {
    json!({
        "devices": [{ "allow": false, "access": "rwm" }],
        // Without swap of its own, so that what is too much is seen at once and the host's swap stays the host's.
        "memory": { "limit": limits.memory_bytes, "swap": limits.memory_bytes },
        "cpu": { "quota": limits.quota, "period": limits.period },
        "pids": { "limit": PIDS },
    })
}

fn mounts() -> Value {
    let mount = |to: &str, kind: &str, options: &[&str]| json!({ "destination": to, "type": kind, "source": kind, "options": options });
    json!([
        mount("/proc", "proc", &["nosuid", "noexec", "nodev"]),
        mount("/dev", "tmpfs", &["nosuid", "strictatime", "mode=755", "size=1m"]),
        // Terminals belong to the container's root user, also those that the supervisor opens.
        mount("/dev/pts", "devpts", &["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "uid=0", "gid=5"]),
        mount("/dev/shm", "tmpfs", &["nosuid", "noexec", "nodev", "mode=1777"]),
        mount("/dev/mqueue", "mqueue", &["nosuid", "noexec", "nodev"]),
        mount("/sys", "sysfs", &["nosuid", "noexec", "nodev", "ro"]),
        mount("/run", "tmpfs", &["nosuid", "nodev", "mode=755"]),
    ])
}

fn seccomp() -> Value {
    let namespaces: Vec<_> = NEW_NAMESPACES.iter().map(|flag| refused_clone(*flag)).collect();
    let mut calls =
        vec![json!({ "names": REFUSED, "action": "SCMP_ACT_ERRNO" }), json!({ "names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS })];
    calls.extend(namespaces);
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        "syscalls": calls,
    })
}

fn refused_clone(flag: u64) -> Value {
    let argument = json!({ "index": 0, "value": flag, "valueTwo": flag, "op": "SCMP_CMP_MASKED_EQ" });
    json!({ "names": ["clone"], "action": "SCMP_ACT_ERRNO", "args": [argument] })
}

#[cfg(test)]
mod tests {
    use std::{net::Ipv4Addr, path::Path};

    use compute_driver::{GuestSpec, Reference};

    use super::*;

    #[test]
    fn the_container_is_bounded_and_its_root_is_nobody() {
        let reference = Reference::parse("vm_1").unwrap();
        let spec = GuestSpec {
            reference: reference.clone(),
            hostname: "web-1".into(),
            ssh_keys: vec![],
            cpus: 2,
            memory_mib: 128,
            disk_gib: 1,
            template: "tiny-container".into(),
            mac: "52:54:00:12:34:56".into(),
            ssh_port: None,
            user_data: None,
            password: None,
            card: None,
            cut_off: false,
            avoid: Vec::new(),
        };
        let record = Record {
            spec,
            template_version: "v".into(),
            ssh_port: 44_000,
            first_id: 1_879_048_192,
            ipv4: Ipv4Addr::new(10, 98, 0, 3),
            seat: Default::default(),
        };
        let config = of(&Place::of(Path::new("/data"), &reference), &record);
        let at = |pointer: &str| config.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"));
        assert_eq!(at("/linux/resources/memory/limit"), 134_217_728);
        assert_eq!(at("/linux/resources/cpu/quota"), 200_000);
        assert_eq!(at("/linux/uidMappings/0/hostID"), 1_879_048_192);
        assert_eq!(at("/process/noNewPrivileges"), true);
        let capabilities = at("/process/capabilities/bounding").to_string();
        for dangerous in ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_MKNOD", "CAP_NET_ADMIN", "CAP_SYS_MODULE"] {
            assert!(!capabilities.contains(dangerous), "{dangerous}");
        }
    }
}
