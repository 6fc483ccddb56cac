//! The local hypervisor.
