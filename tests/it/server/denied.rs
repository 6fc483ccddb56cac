//! Every route, tried by somebody without a session and by a customer of another organisation.
//! Routes come from the OpenAPI document, so a new one is tried without anybody writing a test.

use std::collections::BTreeMap;

use kernel::PersonId;
use kernel::id::Id;
use reqwest::Method;
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Query;
use serde_json::{Value, json};
use testkit::{both_engines, covers};

use crate::world::{Browser, SSH_KEY, World};

/// Routes that need no session. This list only shrinks, or grows with a reviewer's eye on it.
const PUBLIC: &[&str] = &[
    "person_sign_up",
    "email_verification_complete",
    "email_verification_ask",
    "email_change_complete",
    "session_create",
    "password_reset_ask",
    "password_reset_complete",
    "invitation_view",
    "preference_unsubscribe",
    "setup_view",
    "setup_complete",
    "region_list",
    "size_list",
    "disk_price_view",
    "template_list",
    "quote_create",
    "policy_view",
    "policy_version_list",
    "policy_version_view",
    "trust_view",
    "certificate_view",
    "choices_view",
    "choices_update",
    "log_checkpoint",
    "log_key",
    "log_proof",
    "law_list",
    "request_statistics",
];

struct Route {
    name: String,
    method: Method,
    path: String,
}

fn routes() -> Vec<Route> {
    let document = serde_json::to_value(server::app::api().1).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes.push(Route {
                name: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
            });
        }
    }
    routes
}

async fn try_route(browser: &Browser, route: &Route, path: &str) -> crate::world::Answer {
    let mut request = browser.request(route.method.clone(), path);
    if route.method != Method::GET {
        request = request.json(&json!({}));
    }
    browser.send(request).await
}

both_engines!(nobody_gets_in_without_a_session, |engine| async move {
    let world = World::ready(engine).await;
    let public: Vec<String> = routes().iter().map(|route| route.name.clone()).filter(|name| PUBLIC.contains(&name.as_str())).collect();
    for name in PUBLIC {
        assert!(public.iter().any(|one| one == name), "{name} is on the list of public routes but is no route any more");
    }
    let unknown = "0".repeat(25) + "1";
    for route in routes().iter().filter(|route| !PUBLIC.contains(&route.name.as_str())) {
        let path = route.path.replace("{id}", &format!("vm_{unknown}"));
        let answer = try_route(&world.visitor(), route, &path).await;
        assert!(matches!(answer.status, 401 | 404 | 400 | 422 | 426), "{} {} answered {} to a visitor", route.method, route.path, answer.status);
        assert!(answer.status != 422 || route.path.contains("console"), "{} looked at the body before the session", route.name);
    }
});

/// A notice of a policy change, as if there had been one.
async fn notice_for(world: &World, person: PersonId) -> String {
    let id: privacy::notice::NoticeId = world.cx.new_id();
    let row = Query::insert()
        .into_table("privacy_notice")
        .columns(["id", "person_id", "version", "channel", "at"])
        .values_panic([id.uuid().into(), person.uuid().into(), 1_i64.into(), "in_app".into(), world.cx.now().0.into()])
        .to_owned();
    world.cx.write(async |tx| tx.db().execute(&row).await.map(drop).map_err(Into::into)).await.unwrap();
    id.to_string()
}

/// Something that the reconciler found about a machine, as if it had.
async fn finding_about(world: &World, machine: &str) -> String {
    let (id, machine): (compute::finding::FindingId, compute::InstanceId) = (world.cx.new_id(), machine.parse().unwrap());
    let row = Query::insert()
        .into_table("compute_finding")
        .columns(["id", "kind", "instance_id", "since", "opens_at"])
        .values_panic([id.uuid().into(), "guest_gone".into(), machine.uuid().into(), 0_i64.into(), 0_i64.into()])
        .to_owned();
    world.cx.write(async |tx| tx.db().execute(&row).await.map(drop).map_err(Into::into)).await.unwrap();
    id.to_string()
}

both_engines!(another_customer_sees_and_changes_nothing, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let machine = world.machine(&ada, "ada-machine").await;
    let mallory = world.customer("mallory@example.net", "Mallory").await;

    let me = ada.get("/v1/me").await.json;
    let project = me["organisations"][0]["projects"][0]["id"].as_str().unwrap().to_owned();
    let organisation = me["organisations"][0]["id"].as_str().unwrap().to_owned();
    let first = async |path: &str| ada.get(path).await.json["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    // A thing of Ada's for every path that names one.
    let things: BTreeMap<&str, String> = BTreeMap::from([
        ("/v1/instances/{id}", machine.clone()),
        ("/v1/orders/{id}", first("/v1/orders").await),
        ("/v1/operations/{id}", first("/v1/operations").await),
        ("/v1/invoices/{id}", first("/v1/invoices").await),
        ("/v1/payments/{id}", first("/v1/payments").await),
        ("/v1/sessions/{id}", first("/v1/sessions").await),
        ("/v1/api-tokens/{id}", ada.post("/v1/api-tokens", &json!({ "name": "robot" })).await.text_at("/id").to_owned()),
        ("/v1/organisations/{id}", organisation.clone()),
        ("/v1/projects/{id}", project.clone()),
        ("/v1/members/{id}", me["id"].as_str().unwrap().to_owned()),
        ("/v1/invitations/{id}", ada.post("/v1/invitations", &json!({ "email": "guest@example.org", "role": "viewer" })).await.text_at("/id").to_owned()),
        ("/v1/privacy/exports/{id}", ada.post("/v1/privacy/exports", &json!({})).await.text_at("/id").to_owned()),
        ("/v1/privacy/notices/{id}", notice_for(&world, me["id"].as_str().unwrap().parse().unwrap()).await),
        ("/v1/sizes/{id}", first("/v1/sizes").await),
        ("/v1/nodes/{id}", world.owner().await.get("/v1/nodes").await.text_at("/items/0/id").to_owned()),
    ]);
    let request = ada.post("/v1/privacy/requests", &json!({ "kind": "enquiry", "text": "ada-machine" })).await.text_at("/id").to_owned();
    let snapshot = ada.post(&format!("/v1/instances/{machine}/snapshots"), &json!({ "name": "ada-machine" })).await.text_at("/id").to_owned();
    ada.until(&format!("/v1/snapshots/{snapshot}"), |snapshot| snapshot["state"] == "ready").await;
    let backup = ada.post(&format!("/v1/instances/{machine}/backups"), &json!({ "name": "ada-machine" })).await.text_at("/id").to_owned();
    ada.until(&format!("/v1/backups/{backup}"), |backup| backup["state"] == "ready").await;
    let ssh_key = ada.post("/v1/ssh-keys", &json!({ "name": "ada-machine", "ssh_public_key": SSH_KEY })).await.text_at("/id").to_owned();
    let upload = ada.request(Method::POST, "/v1/image-uploads").header("Upload-Length", 1_000).header("Upload-Metadata", "name YWRhLW1hY2hpbmU=");
    let image = ada.send(upload).await.text_at("/id").to_owned();
    let region = first("/v1/regions").await;
    let disk = ada.post("/v1/disks", &json!({ "name": "ada-machine", "size_gib": 1, "region_id": region })).await.text_at("/id").to_owned();
    let network = ada.post("/v1/networks", &json!({ "name": "ada-machine", "region_id": region })).await.text_at("/id").to_owned();
    let group = ada.post("/v1/security-groups", &json!({ "name": "ada-machine", "rules": [] })).await.text_at("/id").to_owned();
    let things: BTreeMap<&str, String> = things
        .into_iter()
        .chain([
            ("/v1/privacy/requests/{id}", request.clone()),
            ("/v1/operator/requests/{id}", request),
            ("/v1/snapshots/{id}", snapshot),
            ("/v1/backups/{id}", backup),
            ("/v1/operator/findings/{id}", finding_about(&world, &machine).await),
            ("/v1/operator/instances/{id}", machine.clone()),
            ("/v1/ssh-keys/{id}", ssh_key),
            ("/v1/images/{id}", image.clone()),
            ("/v1/image-uploads/{id}", image.clone()),
            ("/v1/operator/images/{id}", image.clone()),
            ("/v1/operator/image-uploads/{id}", image),
            ("/v1/operator/templates/{id}", first("/v1/templates").await),
            ("/v1/disks/{id}", disk),
            ("/v1/networks/{id}", network),
            ("/v1/security-groups/{id}", group),
            ("/v1/addresses/{id}", "adr_00000000000000000000000001".to_owned()),
            ("/v1/address-pools/{id}", "pol_00000000000000000000000001".to_owned()),
            ("/v1/operator/clusters/{id}", "clu_00000000000000000000000001".to_owned()),
            ("/v1/operator/holds/{id}", "hld_00000000000000000000000001".to_owned()),
            ("/v1/privacy/objections/{purpose}", "security".to_owned()),
        ])
        .collect();
    let secrets = [machine.as_str(), project.as_str(), organisation.as_str(), "ada@example.org", "Ada Adams", "ada-machine"];
    let before = ada.get(&format!("/v1/instances/{machine}")).await.json;

    for route in routes().iter().filter(|route| !PUBLIC.contains(&route.name.as_str())) {
        let mut path = route.path.clone();
        if route.path.contains('{') {
            let (_, id) = things
                .iter()
                .find(|(prefix, _)| route.path.starts_with(**prefix))
                .unwrap_or_else(|| panic!("{} names a thing that this test does not know; add one of Ada's to the list", route.path));
            path = path.replace("{id}", id).replace("{purpose}", id).replace("{host}", "simulated");
        }
        path = format!("{path}?project={project}&organisation={organisation}");
        let answer = try_route(&mallory, route, &path).await;
        let is_theirs = route.path.contains('{') || answer.status >= 400;
        assert!(!is_theirs || (400..500).contains(&answer.status), "{} {} answered {} to a stranger", route.method, route.path, answer.status);
        let text = answer.json.to_string();
        for secret in secrets {
            assert!(!text.contains(secret), "{} {} told a stranger {secret}", route.method, route.path);
        }
    }
    assert_eq!(ada.get(&format!("/v1/instances/{machine}")).await.json, before, "a stranger changed something");
});

both_engines!(a_customer_is_no_operator, |engine| async move {
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    for route in routes().iter().filter(|route| ["/v1/operator", "/v1/nodes", "/v1/address-pools"].iter().any(|begin| route.path.starts_with(begin))) {
        let answer = try_route(&ada, route, &route.path).await;
        assert!(matches!(answer.status, 403 | 404), "{} answered {} to a customer", route.path, answer.status);
    }
});

both_engines!(a_page_of_another_site_changes_nothing, |engine| async move {
    covers!(132);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    for route in routes().iter().filter(|route| !route.method.is_safe() && !route.path.contains('{') && !PUBLIC.contains(&route.name.as_str())) {
        let answer = try_route(&ada.without_csrf(), route, &route.path).await;
        assert!(matches!(answer.status, 401 | 403 | 404), "{} {} answered {} without the CSRF header", route.method, route.path, answer.status);
    }
});

both_engines!(unknown_addresses_and_methods_are_problems, |engine| async move {
    let world = World::ready(engine).await;
    let answer = world.visitor().get("/v1/no-such-thing").await;
    assert_eq!((answer.status, answer.json["status"].as_u64()), (404, Some(404)));
    assert!(answer.json["request_id"].is_string());
    let answer = world.visitor().delete("/v1/sizes").await;
    assert!(answer.json["detail"] != Value::Null, "{answer:?}");
});
