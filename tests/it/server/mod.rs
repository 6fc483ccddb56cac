//! What holds for every route.

mod backup;
mod denied;
mod disk;
mod document;
mod drift;
mod faults;
mod headers;
mod health;
mod log;
mod outage;
mod policy;
mod proxies;
mod register;
mod statements;
mod stopping;
mod transport;
