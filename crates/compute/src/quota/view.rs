//! What there is and how much there may be: shown before an order, so that nobody is refused by surprise.

use kernel::id::Id;
use kernel::permission::{AtOrganisation, AtProject};
use kernel::{Cx, Result, Scope, setting};

use super::model::{LIMITS, Limits, Quota, QuotaLine};
use super::store;

/// Use and limits of the project and of its organisation.
///
/// # Errors
/// Database errors.
pub async fn view<P: AtProject + AtOrganisation>(cx: &Cx, at: &Scope<P>) -> Result<Quota> {
    let standard: Limits = setting::read(cx.db(), LIMITS).await?.unwrap_or_default();
    let of = async |owner| Ok::<_, kernel::Error>(store::read(cx.db(), owner).await?.unwrap_or((super::model::Amount::default(), standard)));
    let (project, project_limits) = of(at.project_id()?.uuid()).await?;
    let (organisation, limits) = of(at.organisation_id()?.uuid()).await?;
    Ok(Quota {
        machines: QuotaLine { used: project.machines, limit: project_limits.machines },
        snapshots: QuotaLine { used: project.snapshots, limit: project_limits.snapshots },
        backups: QuotaLine { used: project.backups, limit: project_limits.backups },
        networks: QuotaLine { used: project.networks, limit: project_limits.networks },
        images: QuotaLine { used: project.images, limit: project_limits.images },
        addresses: QuotaLine { used: project.addresses, limit: project_limits.addresses },
        cpus: QuotaLine { used: organisation.cpus, limit: limits.cpus },
        memory_mib: QuotaLine { used: organisation.memory_mib, limit: limits.memory_mib },
        disk_gib: QuotaLine { used: organisation.disk_gib, limit: limits.disk_gib },
    })
}
