//! Mails: queued in the transaction that gives a reason for them, sent by a job, at least once.

pub mod api;
mod deliver;
pub mod flush;
pub mod jobs;
mod links;
pub mod mailbox;
pub mod model;
pub mod queue;
mod render;
mod store;
mod transport;

pub use flush::flush;
pub use model::{MailId, Tag, Template};
pub use queue::{queue, queue_for, tell, tell_once, tell_owners};
pub use transport::{Sender, Smtp, Tls, Transport};
