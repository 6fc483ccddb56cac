//! What a payment provider can do for us. It only moves money; what is owed is decided here.

use std::sync::Arc;

use kernel::{Cx, Error, Money, Result};

use super::model::{PaymentMethod, PaymentState};
use super::test_provider::TestProvider;

/// A wish to be paid, named so that the provider carries it out once.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Its name; the same key is the same charge.
    pub key: String,
    /// How much.
    pub amount: Money,
    /// How.
    pub method: PaymentMethod,
}

/// A wish to give money back.
#[derive(Debug, Clone)]
pub struct RefundIntent {
    /// Its name; the same key is the same refund.
    pub key: String,
    /// The charge's intent.
    pub intent_key: String,
    /// How much.
    pub amount: Money,
}

/// What the provider says about a charge. A status that we do not know is `Processing`, never success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Succeeded,
    /// It will not be.
    Declined {
        /// Why, for people.
        reason: String,
    },
    /// The payer has to say something first.
    NeedsConfirmation,
    /// Not decided yet.
    Processing,
    /// The payer said no.
    Cancelled,
}

impl Outcome {
    /// The payment's state that it means.
    pub fn state(&self) -> PaymentState {
        match self {
            Self::Succeeded => PaymentState::Succeeded,
            Self::Declined { .. } => PaymentState::Failed,
            Self::NeedsConfirmation => PaymentState::RequiresAction,
            Self::Processing => PaymentState::Processing,
            Self::Cancelled => PaymentState::Cancelled,
        }
    }
}

/// A payment provider. Every error means that the outcome is unknown: the charge is then looked up
/// by its key before anything else is tried.
#[async_trait::async_trait]
pub trait Provider: Send + Sync {
    /// Its name in the books.
    fn name(&self) -> &'static str;
    /// Charges; finds the charge when the key was used before.
    async fn charge(&self, cx: &Cx, intent: &Intent) -> Result<Outcome>;
    /// What has become of the charge with this key; `None` when there is none.
    async fn find(&self, cx: &Cx, intent_key: &str) -> Result<Option<Outcome>>;
    /// Passes on the payer's word.
    async fn confirm(&self, cx: &Cx, intent_key: &str, accept: bool) -> Result<Outcome>;
    /// Gives money back; once per key.
    async fn refund(&self, cx: &Cx, refund: &RefundIntent) -> Result<()>;
}

/// The extension under which the server brings the provider.
pub struct Acquirer(pub Box<dyn Provider>);

impl Acquirer {
    /// The provider of this installation; the test provider where only that was switched on.
    ///
    /// # Errors
    /// `Unavailable` when the operator has set up none.
    pub(crate) fn of(cx: &Cx) -> Result<Arc<Self>> {
        if let Ok(acquirer) = cx.extension::<Self>() {
            return Ok(acquirer);
        }
        match cx.extension::<TestProvider>() {
            Ok(_) => Ok(Arc::new(Self(Box::new(TestProvider)))),
            Err(error) => Err(Error::unavailable("Payments are not set up yet. Please try again later.").caused_by(error)),
        }
    }
}
