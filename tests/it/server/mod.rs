//! What holds for every route.

mod denied;
mod document;
mod faults;
mod headers;
mod outage;
mod statements;
