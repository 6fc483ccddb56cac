//! All sizes, for the operator.

use kernel::permission::Permission;
use kernel::{Cx, Result, Scope};

use super::model::Size;
use super::store;

/// All sizes, on sale or not, cheapest first.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, _at: &Scope<P>) -> Result<Vec<Size>> {
    store::all(cx.db()).await
}
