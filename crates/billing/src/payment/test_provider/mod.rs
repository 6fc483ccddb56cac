//! The test payment provider. It moves no money. Otherwise it is a provider of its own: it keeps
//! its charges and refunds in tables that nothing else reads, and knows each by its key.

mod store;

use std::time::Duration;

use kernel::{Cx, Error, Result, Timestamp};

use super::model::{PaymentMethod, PaymentState};
use super::provider::{Intent, Outcome, Provider, RefundIntent};

/// How long "settles late" takes.
const LATE: Duration = Duration::from_secs(10);

/// The test provider. As an extension of its own it also says that tests are allowed here: the
/// billing clock may be moved, and documents are marked.
#[derive(Debug, Clone, Copy, Default)]
pub struct TestProvider;

/// A charge as the test provider remembers it.
#[derive(Debug, Clone)]
pub(crate) struct TestCharge {
    pub(crate) intent_key: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) method: String,
    pub(crate) state: PaymentState,
    pub(crate) settles_at: Option<Timestamp>,
    pub(crate) refunded: i64,
}

impl TestCharge {
    fn outcome(&self, now: Timestamp) -> Outcome {
        match self.state {
            PaymentState::Succeeded => Outcome::Succeeded,
            PaymentState::Failed => Outcome::Declined { reason: "The test provider declined the payment, as you asked it to.".to_owned() },
            PaymentState::Cancelled => Outcome::Cancelled,
            PaymentState::RequiresAction => Outcome::NeedsConfirmation,
            _ if self.settles_at.is_some_and(|at| at <= now) => Outcome::Succeeded,
            _ => Outcome::Processing,
        }
    }
}

#[async_trait::async_trait]
impl Provider for TestProvider {
    fn name(&self) -> &'static str {
        "test"
    }

    async fn charge(&self, cx: &Cx, intent: &Intent) -> Result<Outcome> {
        let (state, settles_at) = match intent.method {
            PaymentMethod::TestSucceeds => (PaymentState::Succeeded, None),
            PaymentMethod::TestDeclines => (PaymentState::Failed, None),
            PaymentMethod::TestNeedsConfirmation => (PaymentState::RequiresAction, None),
            PaymentMethod::TestSettlesLate => (PaymentState::Processing, Some(cx.now().plus(LATE))),
        };
        let charge = TestCharge {
            intent_key: intent.key.clone(),
            amount: intent.amount.minor,
            currency: intent.amount.currency.code().to_owned(),
            method: intent.method.key().to_owned(),
            state,
            settles_at,
            refunded: 0,
        };
        let kept = cx.write(async |tx| store::find_or_insert(&tx, &charge).await).await?;
        if (kept.amount, &kept.currency) != (charge.amount, &charge.currency) {
            return Err(Error::internal("the key was used for another amount"));
        }
        Ok(kept.outcome(cx.now()))
    }

    async fn find(&self, cx: &Cx, intent_key: &str) -> Result<Option<Outcome>> {
        Ok(store::by_key(cx.db(), intent_key).await?.map(|charge| charge.outcome(cx.now())))
    }

    async fn confirm(&self, cx: &Cx, intent_key: &str, accept: bool) -> Result<Outcome> {
        let answer = if accept { PaymentState::Succeeded } else { PaymentState::Cancelled };
        let charge = cx
            .write(async |tx| {
                store::set_answered(&tx, intent_key, answer).await?;
                store::by_key(tx.db(), intent_key).await
            })
            .await?;
        charge.map(|charge| charge.outcome(cx.now())).ok_or_else(|| Error::not_found("charge"))
    }

    async fn refund(&self, cx: &Cx, refund: &RefundIntent) -> Result<()> {
        cx.write(async |tx| store::refund(&tx, refund).await).await
    }
}
