//! Ordering machines: what there is, what it costs, and the order itself.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::api::Api;
use super::name::{named, pick};
use super::{progress, quota, show, terminal};
use crate::outcome::Outcome;

/// `fairhold catalogue`
pub async fn catalogue(api: &Api) -> Outcome {
    if api.json {
        let all = json!({ "sizes": api.read("/v1/sizes").await?, "templates": api.read("/v1/templates").await?, "regions": api.read("/v1/regions").await? });
        return show::json(&all);
    }
    api.list("/v1/sizes", show::SIZE).await?;
    api.list("/v1/templates", show::NAMED).await?;
    api.list("/v1/regions", show::NAMED).await
}

/// `fairhold order`
#[derive(Debug, Args)]
pub struct Order {
    /// Size, by id or name
    #[arg(long)]
    size: String,
    /// Template, by id or name
    #[arg(long, required_unless_present_any = ["backup", "image"])]
    template: Option<String>,
    /// Backup to make it from, by id or name, in place of a template
    #[arg(long, conflicts_with_all = ["template", "region"])]
    backup: Option<String>,
    /// Image of yours to make it from, by id or name, in place of a template
    #[arg(long, conflicts_with_all = ["template", "backup"])]
    image: Option<String>,
    /// Region, by id or name; the only one if there is one
    #[arg(long)]
    region: Option<String>,
    /// monthly or hourly
    #[arg(long, default_value = "hourly")]
    cycle: String,
    /// Host name of the machine
    #[arg(long)]
    hostname: String,
    /// File with your SSH public key
    #[arg(long)]
    ssh_key: PathBuf,
    /// File with what the machine carries out at its first boot, such as a script
    #[arg(long)]
    user_data: Option<PathBuf>,
    /// Private network that the machine is in, by id or name
    #[arg(long)]
    network: Option<String>,
    /// What says which traffic passes, by id or name; in a private network, and without one where machines have cards of their own
    #[arg(long)]
    security_group: Option<String>,
    /// Extra disk that the machine gets once it runs, as name:GiB; may be given several times
    #[arg(long, value_name = "NAME:GIB", value_parser = disk)]
    disk: Vec<(String, i32)>,
    /// Word that the machine is found by, as key or key:value; may be given several times
    #[arg(long)]
    tag: Vec<String>,
    /// How to pay
    #[arg(long, default_value = "test_succeeds")]
    pay_with: String,
    /// Order without asking
    #[arg(long)]
    yes: bool,
}

/// `data:20`
fn disk(text: &str) -> Result<(String, i32), String> {
    let read = text.rsplit_once(':').and_then(|(name, gib)| Some((name.to_owned(), gib.parse().ok()?)));
    read.ok_or_else(|| "write a name and a size in GiB, such as data:20".to_owned())
}

impl Order {
    pub async fn run(self, api: &Api) -> Outcome {
        let key = std::fs::read_to_string(&self.ssh_key)?;
        let user_data = self.user_data.map(std::fs::read_to_string).transpose()?;
        let size = pick(api, "/v1/sizes", Some(&self.size), "size").await?;
        let backup = match &self.backup {
            Some(backup) => Some(named(api, "/v1/backups", backup, "backup").await?),
            None => None,
        };
        let (template, region) = match (&backup, &self.image) {
            // The place where it is kept is the backup's.
            (Some(id), _) => {
                let backup = api.read(&format!("/v1/backups/{id}")).await?;
                (None, backup.pointer("/region/id").and_then(Value::as_str).unwrap_or_default().to_owned())
            }
            (None, Some(_)) => (None, pick(api, "/v1/regions", self.region.as_deref(), "region").await?),
            (None, None) => {
                let template = pick(api, "/v1/templates", self.template.as_deref(), "template").await?;
                (Some(template), pick(api, "/v1/regions", self.region.as_deref(), "region").await?)
            }
        };
        let choice = json!({ "size_id": size, "template_id": template, "region_id": region, "cycle": self.cycle });
        let quote = api.create("/v1/quotes", &choice).await?;
        if !api.json {
            show::one(&quote, &[("Net", "/net"), ("Tax", "/tax"), ("Total", "/gross"), ("Charged now", "/due_now")])?;
            if !self.disk.is_empty() {
                let all: i32 = self.disk.iter().map(|(_, gib)| gib).sum();
                let quote = api.create("/v1/disk-quotes", &json!({ "size_gib": all })).await?;
                show::one(&quote, &[("Extra disks, a month, by the hour", "/gross")])?;
            }
            quota::left(api).await?;
        }
        if !self.yes {
            terminal::confirm("Type yes to order: ", "yes")?;
        }
        let mut body = choice;
        let places =
            [("network_id", self.network, "/v1/networks", "network"), ("security_group_id", self.security_group, "/v1/security-groups", "security group")];
        for (field, wanted, path, what) in places {
            if let (Some(wanted), Value::Object(body)) = (wanted, &mut body) {
                body.insert(field.to_owned(), named(api, path, &wanted, what).await?.into());
            }
        }
        if let Value::Object(body) = &mut body {
            if let Some(backup) = backup {
                body.insert("backup_id".to_owned(), backup.into());
            }
            if let Some(image) = &self.image {
                body.insert("image_id".to_owned(), named(api, "/v1/images", image, "image").await?.into());
            }
            body.insert("hostname".to_owned(), self.hostname.into());
            body.insert("ssh_public_key".to_owned(), key.trim().into());
            body.insert("user_data".to_owned(), user_data.into());
            let disks: Vec<Value> = self.disk.iter().map(|(name, gib)| json!({ "name": name, "size_gib": gib })).collect();
            body.insert("disks".to_owned(), disks.into());
            body.insert("tags".to_owned(), self.tag.into());
            body.insert("payment_method".to_owned(), self.pay_with.into());
        }
        let order = api.create("/v1/orders", &body).await?;
        if let Some(operation) = order.get("operation_id").and_then(Value::as_str) {
            progress::follow(api, operation).await?;
        }
        let id = order.get("id").and_then(Value::as_str).unwrap_or_default();
        api.show(api.read(&format!("/v1/orders/{id}")).await?, show::ORDER)
    }
}
