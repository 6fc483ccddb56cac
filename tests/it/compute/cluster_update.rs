//! What goes wrong with an enrolled cluster, and how it is mended: another certificate, a revoked token, silence; and a stale form.

use proxmox_standin::{SECRET, StandIn};
use serde_json::json;
use testkit::both_engines;

use super::cluster;
use crate::world::World;

both_engines!(another_certificate_is_refused_until_somebody_compared_it, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "stays").await;

    let known = standin.addresses[0].1.to_string();
    let presented = standin.renew_certificates();
    let finding = cluster::finding(&owner, "certificate_changed").await;
    assert_eq!((finding["node"].as_str(), finding["believed"].as_str()), (Some("vienna-1"), Some(known.as_str())), "{finding:#}");
    assert_eq!(finding["seen"], presented[0].to_string());
    assert!(finding["explanation"].as_str().unwrap().contains(&presented[0].to_string()), "both are shown");
    // Nothing is said of its machines, and nothing is sent there.
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json["state"], "running");
    let asked = standin.lock().requests.len();
    let survey = owner.post(&format!("{path}/check"), &json!({})).await;
    assert_eq!((survey.json["ready"].as_bool(), survey.json["addresses"][0]["trusted"].as_bool()), (Some(false), Some(false)), "{survey:?}");
    assert_eq!(standin.lock().requests.len(), asked, "the token was shown to somebody unknown");

    // Whoever accepts it types the fingerprint that the node shows.
    let repair = format!("/v1/operator/findings/{}/repair", finding["id"].as_str().unwrap());
    let refused = owner.post(&repair, &json!({ "repair": "accept_certificate", "confirm": known })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (422, vec!["confirm"]), "{refused:?}");
    let done = owner.post(&repair, &json!({ "repair": "accept_certificate", "confirm": presented[0].to_string() })).await;
    assert_eq!(done.status, 202, "{done:?}");
    let mended = owner.until(&path, |cluster| cluster["node"]["problem"].is_null()).await;
    assert_eq!(mended["addresses"][0]["fingerprint"], presented[0].to_string());
    assert_eq!(mended["version"], 2);

    // The second address still presents another one: a finding of its own, though the first one answers.
    let job = compute::JOBS.iter().find(|job| job.name == "compute.node.measure").unwrap();
    (job.run)(world.cx.clone()).await.unwrap();
    let seen = presented[1].to_string();
    let list =
        owner.until("/v1/operator/findings", |list| list["items"].as_array().is_some_and(|items| items.len() == 1 && items[0]["seen"] == seen.as_str())).await;
    assert_eq!(list["items"][0]["kind"], "certificate_changed");

    // Changing the address by hand settles it too.
    let mut addresses = mended["addresses"].clone();
    addresses[1]["fingerprint"] = json!(seen);
    let changed = owner.patch(&path, &json!({ "addresses": addresses, "version": 2 })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    owner.until("/v1/operator/findings", |list| list["items"].as_array().is_some_and(Vec::is_empty)).await;
    let stale = owner.patch(&path, &json!({ "addresses": addresses, "version": 2 })).await;
    assert_eq!(stale.status, 409, "{stale:?}");
});

both_engines!(a_revoked_token_is_told_and_a_new_one_mends_it, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "stays").await;

    standin.lock().revoked = true;
    let finding = cluster::finding(&owner, "token_refused").await;
    assert!(finding["explanation"].as_str().unwrap().contains("Authentication failed!"), "{finding:#}");
    assert_eq!(finding["repairs"].as_array().map(Vec::len), Some(0));
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json["state"], "running", "silence is no word about its machines");

    // The new token is tried at once: a refusal is remembered by the line that was refused, and the line is opened anew.
    standin.lock().revoked = false;
    let half = owner.patch(&path, &json!({ "token_id": "fairhold@pve!other" })).await;
    assert_eq!((half.status, half.wrong_fields()), (422, vec!["token_secret"]), "{half:?}");
    let changed = owner.patch(&path, &json!({ "token_secret": SECRET })).await;
    assert_eq!((changed.status, changed.json["version"].as_i64()), (200, Some(2)), "{changed:?}");
    owner.until("/v1/operator/findings", |list| list["items"].as_array().is_some_and(Vec::is_empty)).await;
    let stopped = ada.post(&format!("/v1/instances/{machine}/stop"), &json!({})).await;
    assert_eq!(stopped.status, 202, "{stopped:?}");
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "stopped").await;
});

both_engines!(a_cluster_that_is_away_comes_back_by_itself, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = cluster::machine(&world, &ada, "stays").await;

    standin.lock().away = true;
    owner.until(&path, |cluster| cluster["node"]["state"] == "down").await;
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json["state"], "running");
    // What was asked meanwhile is done when it is back.
    let stopped = ada.post(&format!("/v1/instances/{machine}/stop"), &json!({})).await;
    assert_eq!(stopped.status, 202, "{stopped:?}");
    standin.lock().away = false;
    owner.until(&path, |cluster| cluster["node"]["state"] == "ready").await;
    let operation = ada.operation(stopped.text_at("/id")).await;
    assert_eq!(operation["state"], "succeeded", "{operation:#}");
    ada.until(&format!("/v1/instances/{machine}"), |machine| machine["state"] == "stopped").await;
});

both_engines!(what_gives_machines_their_addresses_stays_while_there_are_any, |engine| async move {
    let (world, standin) = (World::ready(engine).await, StandIn::start().await);
    let owner = world.owner().await;
    let path = cluster::enrolled(&owner, &standin).await;
    let mut mapping = cluster::mapping();
    mapping["ids"] = json!({ "start": 6000, "end": 6999 });
    let changed = owner.patch(&path, &json!({ "mapping": mapping })).await;
    assert_eq!(changed.status, 200, "nothing is on it yet: {changed:?}");
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    cluster::machine(&world, &ada, "stays").await;
    let refused = owner.patch(&path, &json!({ "mapping": cluster::mapping() })).await;
    assert_eq!((refused.status, refused.wrong_fields()), (409, vec!["mapping"]), "{refused:?}");
    mapping["storage"] = json!("local");
    let changed = owner.patch(&path, &json!({ "mapping": mapping })).await;
    assert_eq!(changed.status, 200, "new guests go elsewhere: {changed:?}");
    let survey = owner.post(&format!("{path}/check"), &json!({})).await;
    assert!(survey.text_at("/problems/0").contains("local"), "the check tells what such a mapping is worth: {survey:?}");
});
