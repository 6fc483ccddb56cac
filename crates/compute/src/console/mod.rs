//! A machine's console in the browser: tickets that open it once, and the WebSocket behind them.

pub(crate) mod api;
mod model;
mod open;
mod store;
mod ticket;

pub use model::{ConsoleKind, ConsoleTicket, NewConsoleTicket};
pub use open::open;
pub use ticket::create;
