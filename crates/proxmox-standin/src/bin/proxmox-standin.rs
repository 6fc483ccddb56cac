//! Serves a stand-in for a cluster until it is ended. Its first line tells, as JSON, where its nodes answer, with which
//! certificates, and who may ask.

use proxmox_standin::{SECRET, StandIn, TOKEN, stranger};
use serde_json::json;

#[tokio::main]
async fn main() {
    let cluster = StandIn::start().await;
    {
        // Somebody made a machine on it before it was enrolled.
        let mut guest = stranger("pve2");
        let config = [("name", "ticket-desk"), ("memory", "1024"), ("cores", "2"), ("scsi0", "local-lvm:vm-100-disk-0,size=4G"), ("serial0", "socket")];
        guest.config = config.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        guest.power_on();
        cluster.lock().guests.insert(100, guest);
    }
    let addresses: Vec<_> = cluster
        .addresses
        .iter()
        .map(|(address, print)| json!({ "host": address.ip().to_string(), "port": address.port(), "fingerprint": print.to_string() }))
        .collect();
    println!("{}", json!({ "addresses": addresses, "token_id": TOKEN, "token_secret": SECRET }));
    std::future::pending::<()>().await;
}
