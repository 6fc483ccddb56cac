//! Which accelerator to use, and why: the page shows both.

use std::fs::{self, File};

use compute_driver::Accelerator;

use crate::settings::AcceleratorChoice;

/// What was seen on the host.
struct Host {
    device_opens: bool,
    processor_flag: bool,
    /// A nested layer without hardware virtualisation: its `/dev/kvm` opens, but a guest hangs in it.
    paravirtual: bool,
}

/// The accelerator for this host under `choice`, with the reason for people.
pub(crate) fn choose(choice: AcceleratorChoice) -> (Accelerator, &'static str) {
    decide(choice, &look())
}

fn look() -> Host {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let flags = cpuinfo.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    Host {
        device_opens: File::options().read(true).write(true).open("/dev/kvm").is_ok(),
        processor_flag: flags.split_whitespace().any(|flag| flag == "vmx" || flag == "svm"),
        paravirtual: fs::exists("/sys/module/kvm_pvm").unwrap_or(false),
    }
}

/// Starting a tiny guest as a probe would pass on hosts where larger guests fail, so the signs are read instead.
fn decide(choice: AcceleratorChoice, host: &Host) -> (Accelerator, &'static str) {
    match choice {
        AcceleratorChoice::Kvm => (Accelerator::Kvm, "set by the operator"),
        AcceleratorChoice::Tcg => (Accelerator::Tcg, "set by the operator"),
        AcceleratorChoice::Automatic if !host.device_opens => (Accelerator::Tcg, "/dev/kvm does not open"),
        AcceleratorChoice::Automatic if !host.processor_flag => (Accelerator::Tcg, "the processor shows neither vmx nor svm"),
        AcceleratorChoice::Automatic if host.paravirtual => (Accelerator::Tcg, "the host's KVM is paravirtual (kvm_pvm)"),
        AcceleratorChoice::Automatic => (Accelerator::Kvm, "the host offers hardware virtualisation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kvm_needs_all_three_signs() {
        for bits in 0_u8..8 {
            let host = Host { device_opens: bits & 1 != 0, processor_flag: bits & 2 != 0, paravirtual: bits & 4 != 0 };
            let wanted = if bits == 3 { Accelerator::Kvm } else { Accelerator::Tcg };
            assert_eq!(decide(AcceleratorChoice::Automatic, &host).0, wanted, "{bits:03b}");
            assert_eq!(decide(AcceleratorChoice::Kvm, &host).0, Accelerator::Kvm);
            assert_eq!(decide(AcceleratorChoice::Tcg, &host).0, Accelerator::Tcg);
        }
    }
}
