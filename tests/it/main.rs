//! Whole-server tests: a real server on a port of its own, real HTTP, a simulated hypervisor.

mod world;

mod audit;
mod compute;
mod identity;
mod journey;
mod notifications;
mod privacy;
mod server;
