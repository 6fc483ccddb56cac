//! Everything someone may be allowed to do here.

use kernel::permission::{Permission, PermissionInfo};

kernel::permission!(
    /// See what was used this month.
    pub UsageView = "billing.usage.view", Organisation, View);
kernel::permission!(
    /// See invoices, their preview and their PDF.
    pub InvoiceView = "billing.invoice.view", Organisation, View);
kernel::permission!(
    /// Pay an invoice.
    pub InvoicePay = "billing.invoice.pay", Organisation, Use);
kernel::permission!(
    /// See payments.
    pub PaymentView = "billing.payment.view", Organisation, View);
kernel::permission!(
    /// Answer a payment that waits for a word from the payer.
    pub PaymentConfirm = "billing.payment.confirm", Organisation, Use);
kernel::permission!(
    /// See the billing clock.
    pub ClockView = "billing.clock.view", Organisation, View);
kernel::permission!(
    /// Move the billing clock forward, where the test provider is switched on.
    pub ClockAdvance = "billing.clock.advance", Organisation, Manage);

/// All of them.
pub const ALL: &[PermissionInfo] =
    &[UsageView::INFO, InvoiceView::INFO, InvoicePay::INFO, PaymentView::INFO, PaymentConfirm::INFO, ClockView::INFO, ClockAdvance::INFO];
