//! Who was told of which change of the policy, how and when. A material change goes by mail and into
//! the account, any other only into the account; going on to use the service is never an answer.

pub mod api;
mod list;
mod model;
mod see;
mod store;
mod tell;

pub use list::list;
pub use model::{Audience, Channel, Notice, NoticeId, Readers};
pub use see::see;
pub use tell::{TELL, tell};
