//! Where machines are, for the operator: on which node and host, whoever they belong to. What they are called is not told.

use kernel::permission::Permission;
use kernel::{Cx, OrganisationId, Page, PageQuery, ProjectId, Result, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::OperationId;

use super::model::{InstanceId, Part, State};
use super::store::{self, Row};
use crate::node::NodeId;
use crate::region::RegionId;

/// Which machines are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// Those on this node.
    pub node: Option<NodeId>,
    /// Those on this host of it.
    pub host: Option<String>,
}

/// A machine as the operator sees it: where it is and what it takes, and nothing that its owner wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PlacedInstance {
    /// Its id.
    pub id: InstanceId,
    /// To whom it belongs.
    pub organisation_id: OrganisationId,
    /// In which project.
    pub project_id: ProjectId,
    /// How it stands.
    pub state: State,
    /// Why, where that is not obvious.
    pub state_reason: Option<String>,
    /// In which region.
    pub region: Part<RegionId>,
    /// On which node.
    pub node_id: Option<NodeId>,
    /// What that node is called.
    pub node: Option<String>,
    /// On which host of it, where there are several.
    pub host: Option<String>,
    /// The host that it is on its way to.
    pub target_host: Option<String>,
    /// Its size's name.
    pub size: String,
    /// Virtual processors.
    pub cpus: i32,
    /// Memory in MiB.
    pub memory_mib: i32,
    /// Disk in GiB.
    pub disk_gib: i32,
    /// The newest operation on it.
    pub operation_id: Option<OperationId>,
    /// When it was ordered.
    pub created_at: Timestamp,
}

/// The machines of the installation, newest first.
///
/// # Errors
/// `Invalid` for a foreign cursor; database errors.
pub async fn list_any<P: Permission>(cx: &Cx, at: &Scope<P>, which: &PlaceQuery, query: &PageQuery) -> Result<Page<PlacedInstance>> {
    let rows = store::page_of_all(cx.db(), at, (which.node, which.host.as_deref()), query.after()?, query.limit()).await?;
    Ok(Page::from_rows(rows.into_iter().map(shown).collect(), query, |one: &PlacedInstance| one.id))
}

fn shown(row: Row) -> PlacedInstance {
    PlacedInstance {
        id: row.id,
        organisation_id: row.organisation_id,
        project_id: row.project_id,
        state: row.state,
        state_reason: row.state_reason,
        region: Part { id: row.region_id, name: row.region_title },
        node_id: row.node_id,
        node: row.node_name,
        host: row.host_name,
        target_host: row.target_host,
        size: row.size_name,
        cpus: row.cpus,
        memory_mib: row.memory_mib,
        disk_gib: row.disk_gib,
        operation_id: row.operation_id,
        created_at: Timestamp(row.created_at),
    }
}
