//! Facts that billing announces: identifiers and amounts, never personal values.

use kernel::event::EventKind;
use kernel::{Money, OrganisationId};
use serde::{Deserialize, Serialize};

use crate::invoice::InvoiceId;
use crate::invoice::model::Kind;
use crate::payment::PaymentId;

/// A payment reached an end, or money went back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentSettled {
    /// Whose payment.
    pub organisation_id: OrganisationId,
    /// Which.
    pub payment_id: PaymentId,
    /// What it was for: the id of an order or invoice, as text.
    pub subject: String,
    /// How much. Zero only asked whether the method is good.
    pub amount: Money,
}

/// A document got its number and will not change any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceFinalised {
    /// Whose.
    pub organisation_id: OrganisationId,
    /// Which.
    pub invoice_id: InvoiceId,
    /// Invoice or credit note.
    pub kind: Kind,
    /// Its number.
    pub number: String,
    /// Its total.
    pub gross: Money,
}

/// The money arrived, or a method without an amount was accepted.
pub const PAYMENT_SUCCEEDED: EventKind<PaymentSettled> = EventKind::new("billing.payment.succeeded");
/// The payment was declined or cancelled.
pub const PAYMENT_FAILED: EventKind<PaymentSettled> = EventKind::new("billing.payment.failed");
/// Money went back.
pub const PAYMENT_REFUNDED: EventKind<PaymentSettled> = EventKind::new("billing.payment.refunded");
/// An invoice or credit note was issued.
pub const INVOICE_FINALISED: EventKind<InvoiceFinalised> = EventKind::new("billing.invoice.finalised");
