//! Shows the certificate that an address presents, so that a person can compare it before anything is trusted. No token is sent.

use std::time::Duration;

use kernel::permission::Permission;
use kernel::{Cx, Error, Result, Scope};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::model::{PresentedCertificate, ProbedAddress, check_host};

/// How many clusters are looked at for people at once: whoever fills in a form waits, and nobody else because of them.
static AT_ONCE: Semaphore = Semaphore::const_new(4);
/// Longest wait for a certificate. A node that is there presents it within a second.
const LOOK: Duration = Duration::from_secs(15);

/// A place among those who look now.
///
/// # Errors
/// `Exhausted` when there is none.
pub(super) fn turn() -> Result<SemaphorePermit<'static>> {
    AT_ONCE.try_acquire().map_err(|_| Error::exhausted("Several clusters are being looked at. Try again in a moment."))
}

/// The certificate at `address`, within fifteen seconds.
///
/// # Errors
/// `Invalid` for what is no address; `Unavailable` when nothing answers there with TLS.
pub async fn probe<P: Permission>(cx: &Cx, at: &Scope<P>, address: &ProbedAddress) -> Result<PresentedCertificate> {
    check_host(&address.host, address.port)?;
    let _turn = turn()?;
    let target = format!("{}:{}", address.host, address.port);
    cx.write(async |tx| audit::record(&tx, at, &target, "The certificate of a cluster's node was looked at").await).await?;
    let fingerprint = presented(cx, &address.host, address.port).await?;
    Ok(PresentedCertificate { host: address.host.clone(), port: address.port, fingerprint })
}

/// The fingerprint of what is presented there.
pub(super) async fn presented(cx: &Cx, host: &str, port: u16) -> Result<kernel::egress::Fingerprint> {
    let seen = tokio::time::timeout(LOOK, cx.egress().presented_certificate(host, port)).await;
    seen.unwrap_or_else(|_| Err(Error::unavailable(format!("{host} does not answer on port {port}."))))
}
