//! What a console ticket is. No IO.

use kernel::Timestamp;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ConsoleKind {
    /// The serial line: raw bytes. Several people may look at once.
    Serial,
    /// The screen: the RFB protocol.
    Screen,
}

impl From<ConsoleKind> for compute_driver::ConsoleKind {
    fn from(kind: ConsoleKind) -> Self {
        match kind {
            ConsoleKind::Serial => Self::Serial,
            ConsoleKind::Screen => Self::Screen,
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewConsoleTicket {
    /// Which console.
    pub kind: ConsoleKind,
}

/// Opens one console, once, within thirty seconds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ConsoleTicket {
    /// Send it as the WebSocket subprotocol `ticket.<ticket>`, beside `fairhold.console`.
    pub ticket: String,
    /// Which console.
    pub kind: ConsoleKind,
    /// Where to connect.
    pub path: String,
    /// When it is of no use any more.
    pub expires_at: Timestamp,
}
