//! Rights of people, over HTTP.

mod erasure_create;
mod export_create;
mod request_create;
mod restriction_create;
