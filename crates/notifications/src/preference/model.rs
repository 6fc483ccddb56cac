//! Topics and channels.

use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// One's account and who gets in.
    Security,
    /// Invoices and payments.
    Billing,
    /// Machines and what happens to them.
    Machines,
    /// One's data: exports, requests, answers.
    Privacy,
    /// Changes of the service and its policies.
    Service,
}

impl Topic {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] = [Self::Security, Self::Billing, Self::Machines, Self::Privacy, Self::Service];

    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Billing => "billing",
            Self::Machines => "machines",
            Self::Privacy => "privacy",
            Self::Service => "service",
        }
    }

    /// From what is stored.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.key() == key)
    }

    /// Whether nobody can switch it off: who could not hear of a stolen password could not defend the account.
    pub const fn is_locked(self) -> bool {
        matches!(self, Self::Security)
    }
}

/// One line of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preference {
    /// About what.
    pub topic: Topic,
    /// By mail.
    pub mail: bool,
    /// In the console.
    pub in_app: bool,
    /// It cannot be switched off.
    pub locked: bool,
}

/// The matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Preferences {
    /// One line per topic.
    pub items: Vec<Preference>,
}

/// A new line of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub struct PreferenceLine {
    /// About what.
    pub topic: Topic,
    /// By mail.
    pub mail: bool,
    /// In the console.
    pub in_app: bool,
}

/// New lines of the matrix; topics that are absent stay. What an export or a `GET` shows can be sent back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PreferenceUpdate {
    /// The lines.
    pub items: Vec<PreferenceLine>,
}

impl PreferenceUpdate {
    /// # Errors
    /// `Invalid` at the switch of a topic that cannot be switched off.
    pub(super) fn check(&self) -> Result<()> {
        let wrong = self.items.iter().enumerate().find(|(_, line)| line.topic.is_locked() && !(line.mail && line.in_app));
        match wrong {
            Some((at, line)) => {
                let channel = if line.mail { "in_app" } else { "mail" };
                Err(Error::invalid(&format!("items[{at}].{channel}"), "Security messages cannot be switched off."))
            }
            None => Ok(()),
        }
    }
}
