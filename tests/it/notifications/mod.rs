//! What people are told, and on which channel.

mod mail_tell;
mod preference_update;
