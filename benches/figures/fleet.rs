//! A fleet: ten thousand machines that run on four clusters, each of which is spoken to as a real one.

use std::sync::Arc;

use compute::Drivers;
use compute_proxmox::Proxmox;
use compute_proxmox::settings::{Settings, Token};
use kernel::id::Id;
use proxmox_standin::{SECRET, StandIn, TOKEN, stranger};
use sea_orm::{ConnectionTrait, Statement};

use crate::stand::Stand;

pub const MACHINES: usize = 10_000;
pub const CLUSTERS: usize = 4;
/// The first id of ours on each cluster.
const FIRST: u32 = 10_000;

pub struct Fleet {
    pub stand: Stand,
    pub clusters: Vec<StandIn>,
}

impl Fleet {
    pub async fn new() -> Self {
        let stand = Stand::with_machines(1).await;
        let drivers = stand.cx.extension::<Drivers>().expect("the server has drivers");
        let mut clusters = Vec::new();
        for number in 0..CLUSTERS {
            let cluster = StandIn::start().await;
            let driver = another(&stand, &cluster).await;
            // Clones are the same drivers.
            let _same = (*drivers).clone().with(&name(number), "local", Arc::new(driver));
            clusters.push(cluster);
        }
        compute::node::enrol(&stand.cx).await.expect("the clusters answer");
        let columns = columns(&stand).await;
        let ids: Vec<compute::InstanceId> = (0..MACHINES).map(|_| compute::InstanceId::from_uuid(stand.cx.new_uuid())).collect();
        stand
            .cx
            .write(async |tx| {
                for (id, place) in ids.iter().zip((0..CLUSTERS).cycle()) {
                    // As the one that was ordered, but running, and under a name of its own.
                    let values: Vec<String> = columns
                        .iter()
                        .map(|column| match column.as_str() {
                            "id" => "?".to_owned(),
                            "hostname_index" => "NULL".to_owned(),
                            "state" => "'running'".to_owned(),
                            "node_name" => format!("'{}'", name(place)),
                            "node_id" => format!("(SELECT id FROM compute_node WHERE name = '{}')", name(place)),
                            other => other.to_owned(),
                        })
                        .collect();
                    let sql = format!(
                        "INSERT INTO compute_instance ({}) SELECT {} FROM compute_instance WHERE state = 'ordered' LIMIT 1",
                        columns.join(", "),
                        values.join(", ")
                    );
                    tx.db().execute_raw(Statement::from_sql_and_values(tx.cx().database().backend(), sql, [id.uuid().into()])).await?;
                }
                Ok(())
            })
            .await
            .expect("the machines are there");
        for (number, id) in ids.iter().enumerate() {
            let mut guest = stranger("pve1");
            let tags = format!("fairhold;{id};fairhold.tiny");
            let config = [("name", "machine"), ("tags", &tags), ("memory", "256"), ("cores", "1"), ("scsi0", "local-lvm:vm-1-disk-0,size=2G")];
            guest.config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
            guest.power_on();
            let vmid = FIRST + u32::try_from(number / CLUSTERS).expect("a small number");
            clusters[number % CLUSTERS].lock().guests.insert(vmid, guest);
        }
        Self { stand, clusters }
    }
}

/// A driver with nothing in mind.
pub async fn another(stand: &Stand, cluster: &StandIn) -> Proxmox {
    let mapping = serde_json::json!({
        "ids": { "start": FIRST, "end": FIRST + 9_999 }, "storage": "local-lvm", "calls_per_second": 1000,
        "network": { "bridge": "vmbr0", "addresses": { "first": "10.0.1.1", "prefix": 16, "gateway": "10.0.0.1" } },
        "templates": { "tiny": { "kind": "clone", "vmid": 9000 } }
    });
    let mapping = serde_json::from_value(mapping).expect("a mapping");
    let settings = Settings { endpoints: cluster.endpoints(), token: Token::new(TOKEN, SECRET).expect("a token"), mapping };
    Proxmox::open(&stand.cx, settings).await.expect("a line to the cluster")
}

fn name(number: usize) -> String {
    format!("cluster-{number}")
}

async fn columns(stand: &Stand) -> Vec<String> {
    let sql = Statement::from_string(stand.cx.database().backend(), "SELECT name FROM pragma_table_info('compute_instance')");
    let rows = stand.cx.db().query_all_raw(sql).await.expect("the table's columns");
    rows.iter().map(|row| row.try_get("", "name").expect("a name")).collect()
}
