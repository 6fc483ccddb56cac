//! All templates with their images, for the operator: four statements, whatever their number.

use std::collections::HashMap;

use kernel::map::purpose;
use kernel::permission::Permission;
use kernel::{Cx, Result, Scope, Timestamp};

use super::model::{TemplateId, TemplateSource, TemplateView};
use super::store;
use crate::image::{self, Image};
use crate::instance::store as instances;
use crate::node;

/// All templates, by name. One of which no image is left is not among them.
///
/// # Errors
/// Database errors.
pub async fn list<P: Permission>(cx: &Cx, at: &Scope<P>) -> Result<Vec<TemplateView>> {
    let rows = store::every(cx.db(), at).await?;
    let images = image::store::versions(cx.db()).await?;
    let nodes = node::store::all(cx.db()).await?;
    let names = rows.iter().map(|row| row.name.clone()).chain(images.iter().map(|image| image.id.on_nodes()));
    let machines = instances::made_of(cx.db(), names).await?;
    let mut versions: HashMap<TemplateId, Vec<Image>> = HashMap::new();
    for image in image::shown(cx, at, images, (&purpose::SERVICE, &machines, &nodes)).await? {
        if let Some(template) = image.template_id {
            versions.entry(template).or_default().push(image);
        }
    }
    let view = |row: store::Row| {
        let versions = versions.remove(&row.id).unwrap_or_default();
        let own = machines.get(&row.name).copied().unwrap_or(0);
        TemplateView {
            id: row.id,
            machines: own + versions.iter().map(|image| image.machines).sum::<i64>(),
            nodes: nodes.iter().filter(|node| node.templates.contains(&row.name)).map(|node| node.name.clone()).collect(),
            key: row.name,
            name: row.title,
            description: row.description,
            source: row.source,
            hidden: row.hidden,
            retired_at: row.retired_at.map(Timestamp),
            versions,
        }
    };
    let shown = rows.into_iter().map(view).filter(|one| one.source == TemplateSource::Built || !one.versions.is_empty());
    Ok(shown.collect())
}
