//! Everything that someone may be allowed to do in this domain.

use kernel::permission;
use kernel::permission::{Permission, PermissionInfo};

permission!(
    /// Ask what something would cost.
    pub QuoteCreate = "catalogue.quote.create", Project, View);
permission!(
    /// Ask what an extra disk would cost.
    pub DiskQuoteCreate = "catalogue.disk_quote.create", Project, View);
permission!(
    /// Change the price of extra disks.
    pub DiskPriceUpdate = "catalogue.disk_price.update", Platform, Manage);
permission!(
    /// Order a machine.
    pub OrderCreate = "catalogue.order.create", Project, Use);
permission!(
    /// See orders.
    pub OrderView = "catalogue.order.view", Project, View);
permission!(
    /// Try a failed order again.
    pub OrderRetry = "catalogue.order.retry", Project, Use);
permission!(
    /// Cancel an order that is not paid.
    pub OrderCancel = "catalogue.order.cancel", Project, Use);
permission!(
    /// Ask what another size would cost.
    pub SizeChangeQuote = "catalogue.size_change.quote", Project, View);
permission!(
    /// Give a machine another size.
    pub SizeChangeCreate = "catalogue.size_change.create", Project, Use);
permission!(
    /// See changes of machines' sizes.
    pub SizeChangeView = "catalogue.size_change.list", Project, View);
permission!(
    /// Offer another size.
    pub SizeCreate = "catalogue.size.create", Platform, Manage);
permission!(
    /// See all sizes, those that are not on sale included.
    pub SizeViewAny = "catalogue.size.list_any", Platform, View);
permission!(
    /// Change prices and what is on sale.
    pub SizeUpdate = "catalogue.size.update", Platform, Manage);

/// All of them.
pub const ALL: &[PermissionInfo] = &[
    QuoteCreate::INFO,
    DiskQuoteCreate::INFO,
    DiskPriceUpdate::INFO,
    OrderCreate::INFO,
    OrderView::INFO,
    OrderRetry::INFO,
    OrderCancel::INFO,
    SizeChangeQuote::INFO,
    SizeChangeCreate::INFO,
    SizeChangeView::INFO,
    SizeCreate::INFO,
    SizeViewAny::INFO,
    SizeUpdate::INFO,
];
