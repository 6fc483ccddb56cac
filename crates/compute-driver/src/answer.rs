//! How a driver answers: later, and with a `no` where it cannot do what was asked.

use std::{future::Future, pin::Pin};

use crate::DriverError;

/// An answer on its way; boxed so that drivers can be used as `Arc<dyn Driver>`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, DriverError>> + Send + 'a>>;

/// The answer to a call of a feature that the driver does not have.
pub(crate) fn unsupported<'a, T: Send + 'a>(what: &'static str) -> Answer<'a, T> {
    Box::pin(async move { Err(DriverError::unsupported(what)) })
}
