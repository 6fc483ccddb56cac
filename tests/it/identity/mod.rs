//! People, organisations, sessions and tokens over HTTP.

mod api_token_create;
mod email_change_complete;
mod invitation_accept;
mod member_delete;
mod session_create;
mod sign_in_list;
