//! The storage register against a crawl: what browsers are really told to keep, with which life and flags.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use testkit::{both_engines, covers};

use crate::world::{PASSWORD, World};

const PUBLIC: [&str; 9] = ["/", "/prices", "/privacy", "/privacy/versions", "/cookies", "/retention", "/sub-processors", "/privacy/choices", "/trust"];

/// A cookie as a browser is told of it: its flags by name, `Max-Age` among them.
fn read(header: &str) -> (String, BTreeMap<String, String>) {
    let mut parts = header.split("; ").map(|part| part.split_once('=').unwrap_or((part, "")));
    let (name, _) = parts.next().unwrap();
    (name.to_owned(), parts.map(|(flag, value)| (flag.to_owned(), value.to_owned())).collect())
}

/// Every cookie that is set on the way through the product, ends left out.
async fn crawl(world: &World) -> BTreeMap<String, BTreeMap<String, String>> {
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let mut requests = Vec::new();
    requests.extend(PUBLIC.map(|path| ada.request(Method::GET, path)));
    requests.extend(["/app", "/app/privacy", "/operator", "/demo/mailbox", "/v1/me", "/v1/policy", "/v1/docs"].map(|path| ada.request(Method::GET, path)));
    requests.push(world.visitor().request(Method::POST, "/v1/sessions").json(&json!({ "email": "ada@example.org", "password": PASSWORD })));
    let everything = json!({ "analytics": true, "functionality": true, "marketing": true });
    requests.push(ada.request(Method::PUT, "/v1/privacy/choices").json(&everything));
    requests.push(ada.request(Method::POST, "/privacy/choices").form(&[("all", "accept")]));
    requests.push(ada.request(Method::DELETE, "/v1/sessions/current"));
    let mut found = BTreeMap::new();
    for request in requests {
        let response = request.send().await.unwrap();
        // The console may not be built where tests run.
        assert!(matches!(response.status().as_u16(), 200..400 | 503), "{response:?}");
        for header in response.headers().get_all(SET_COOKIE) {
            let (name, flags) = read(header.to_str().unwrap());
            if flags["Max-Age"] != "0" {
                found.insert(name, flags);
            }
        }
    }
    found
}

both_engines!(the_cookie_policy_is_the_list_of_cookies_that_a_crawl_meets_with_their_lives, |engine| async move {
    covers!(55, 73, 99);
    let world = World::ready(engine).await;
    let found = crawl(&world).await;
    let policy = world.visitor().get("/v1/policy").await.json;
    let register = policy["policy"]["client_keys"].as_object().unwrap();
    let listed: BTreeSet<&String> = register.iter().filter(|(_, key)| key["kind"] == "cookie").map(|(name, _)| name).collect();
    assert_eq!(found.keys().collect::<BTreeSet<_>>(), listed, "met on the way, and listed");
    for (name, flags) in &found {
        let key = &register[name];
        assert_eq!(flags["Max-Age"], key["seconds"].to_string(), "{name}");
        assert_eq!((flags["Path"].as_str(), flags["SameSite"].as_str()), ("/", "Lax"), "{name}");
        assert!(flags.contains_key("HttpOnly") && !flags.contains_key("Domain"), "{name}: {flags:?}");
        assert!(policy["policy"]["purposes"].get(key["purpose"].as_str().unwrap()).is_some(), "{name} has no purpose");
        assert!(key["set_by"].is_null(), "{name}: nobody else sets anything");
    }
    let page = world.visitor().text("/cookies").await;
    for (name, key) in register {
        assert!(page.contains(&format!("<code>{name}</code>")) && page.contains(key["life"].as_str().unwrap()), "{name} is not on the page");
    }
});

both_engines!(a_first_visit_and_a_refusal_leave_only_what_is_necessary, |engine| async move {
    covers!(277);
    let world = World::ready(engine).await;
    let optional: Vec<String> = {
        let policy = world.visitor().get("/v1/policy").await.json;
        let keys = policy["policy"]["client_keys"].as_object().unwrap().clone();
        keys.into_iter().filter(|(_, key)| key["optional"] == Value::Bool(true)).map(|(name, _)| name).collect()
    };
    let document = serde_json::to_value(server::app::api().1).unwrap();
    let routes = document["paths"].as_object().unwrap().keys().filter(|path| !path.contains('{')).map(String::as_str);
    for path in routes.chain(PUBLIC) {
        let response = world.visitor().request(Method::GET, path).send().await.unwrap();
        assert!(response.headers().get(SET_COOKIE).is_none(), "{path} sets something at a first visit");
    }
    let refused = world.visitor().request(Method::POST, "/privacy/choices").form(&[("all", "decline")]).send().await.unwrap();
    for header in refused.headers().get_all(SET_COOKIE) {
        let (name, flags) = read(header.to_str().unwrap());
        assert!(!optional.contains(&name) || flags["Max-Age"] == "0", "{name} stays after a refusal");
    }
});

both_engines!(over_tls_the_session_is_bound_to_the_host_and_ends_when_idle_and_in_any_case, |engine| async move {
    covers!(78);
    let day = Duration::from_secs(24 * 3_600);
    let secure = World::over_tls(engine).await;
    let signed_in = secure.visitor().request(Method::POST, "/v1/sessions").json(&json!({ "email": "owner@keep.example", "password": PASSWORD }));
    let response = signed_in.send().await.unwrap();
    let (name, flags) = read(response.headers()[SET_COOKIE].to_str().unwrap());
    assert!(name.starts_with("__Host-"), "{name}");
    assert!(flags.contains_key("Secure") && flags.contains_key("HttpOnly") && !flags.contains_key("Domain"), "{flags:?}");
    assert_eq!((flags["SameSite"].as_str(), flags["Path"].as_str()), ("Lax", "/"));
    assert!(flags["Max-Age"].parse::<u64>().unwrap() <= 30 * day.as_secs());
    let register = secure.visitor().get("/v1/policy").await.json["policy"]["client_keys"].clone();
    assert!(register.get(&name).is_some() && register.get("fairhold_session").is_none(), "only the cookie of this installation is listed");

    let world = World::ready(engine).await;
    let idle = world.owner().await;
    world.clock.advance(day * 14 - Duration::from_secs(60));
    assert_eq!(idle.get("/v1/me").await.status, 200);
    world.clock.advance(day * 14 + Duration::from_secs(60));
    assert_eq!(idle.get("/v1/me").await.status, 401, "idle for a fortnight");
    let busy = world.owner().await;
    for _ in 0..4 {
        world.clock.advance(day * 7);
        assert_eq!(busy.get("/v1/me").await.status, 200);
    }
    world.clock.advance(day * 2 + Duration::from_secs(60));
    assert_eq!(busy.get("/v1/me").await.status, 401, "thirty days, however busy");
});

both_engines!(what_is_necessary_is_locked_and_says_why, |engine| async move {
    covers!(88);
    let world = World::ready(engine).await;
    let page = world.visitor().text("/privacy/choices").await;
    let locked = page.split("<fieldset>").nth(1).unwrap();
    assert!(locked.contains("checked disabled> Strictly necessary") && locked.contains("They cannot be turned off, because"), "{locked}");
    let (visitor, everything_off) = (world.visitor(), json!({ "analytics": false, "functionality": false, "marketing": false, "necessary": false }));
    let answer = visitor.send(visitor.request(Method::PUT, "/v1/privacy/choices").json(&everything_off)).await;
    assert_eq!((answer.status, answer.wrong_fields()), (422, vec!["necessary"]), "{answer:?}");
});
