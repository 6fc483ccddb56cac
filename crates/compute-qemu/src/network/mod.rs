//! Private networks: each is a network namespace of its own with a bridge, a card for each guest, a name server and a filter.
//!
//! `record` is what is remembered, `names` what things are called on the host, `rules` the filter as text, `resolver` the process that
//! hands out leases and names, `wire` brings all of it into being from the records, `host` says whether this host can.
//! Everything but the records can be lost at any time, by a restart of the host for example: `wire::realise` makes it anew.

pub(crate) mod host;
pub(crate) mod names;
pub(crate) mod record;
mod resolver;
mod rules;
pub(crate) mod wire;
