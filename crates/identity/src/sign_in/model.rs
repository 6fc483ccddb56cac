//! What is kept of an attempt to sign in, and how it is shown.

use kernel::agent::{Agent, Device, System};
use kernel::{PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kernel::id!(
    /// An attempt to sign in.
    SignInId, "sin");

/// Sealed columns.
pub(crate) mod fields {
    kernel::field!(
        /// The program that it was tried with.
        pub Agent: kernel::Agent = "identity.sign_in.agent");
    kernel::field!(
        /// The network that it was tried from.
        pub Network: String = "identity.sign_in.network");
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
// The document knows another outcome: that of an act on record.
#[schema(as = SignInOutcome)]
pub enum Outcome {
    /// They were let in.
    Succeeded,
    /// The password was wrong.
    WrongPassword,
    /// The password was right and the second factor wrong.
    WrongSecondFactor,
}

impl Outcome {
    /// As stored.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::WrongPassword => "wrong_password",
            Self::WrongSecondFactor => "wrong_second_factor",
        }
    }

    /// From what is stored.
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Succeeded, Self::WrongPassword, Self::WrongSecondFactor].into_iter().find(|outcome| outcome.key() == key)
    }
}

/// An attempt as the account's person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignIn {
    /// Which.
    pub id: SignInId,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// Family and major version of the browser, where it is known.
    pub browser: Option<String>,
    /// The family of the operating system.
    pub system: Option<System>,
    /// The kind of device.
    pub device: Option<Device>,
    /// The network that it was tried from: a /24 or /48.
    pub network: Option<String>,
}

impl SignIn {
    pub(crate) fn of(id: SignInId, at: Timestamp, outcome: Outcome, agent: Option<Agent>, network: Option<String>) -> Self {
        let (system, device) = (agent.as_ref().map(|agent| agent.system), agent.as_ref().map(|agent| agent.device));
        Self { id, at, outcome, browser: agent.and_then(|agent| agent.browser), system, device, network }
    }
}

/// An attempt to be kept.
pub(crate) struct NewSignIn {
    pub(crate) person: PersonId,
    pub(crate) outcome: Outcome,
}
