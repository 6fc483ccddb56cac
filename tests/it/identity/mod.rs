//! People, sessions and tokens over HTTP.

mod api_token_create;
mod session_create;
