//! The policy's addresses: forms, versions, days, caches, and links between its pages.

use reqwest::Method;
use reqwest::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(every_version_and_every_day_has_an_address_and_the_hash_is_in_the_log, |engine| async move {
    covers!(135, 214);
    let world = World::ready(engine).await;
    let visitor = world.visitor();
    let published = visitor.get("/v1/policy/versions").await.json;
    assert_eq!((published[0]["number"].as_i64(), published[0]["in_force"].as_bool()), (Some(1), Some(true)));
    let day = published[0]["effective_at"].as_str().unwrap()[..10].to_owned();

    let view = visitor.get("/v1/policy/versions/1").await.json;
    let proof: audit::proof::ProofBundle = serde_json::from_value(view["proof"].clone()).unwrap();
    let key = visitor.text("/v1/log/key").await;
    let statement: serde_json::Value = serde_json::from_str(&proof.verify_with(&key).unwrap().statement.unwrap()).unwrap();
    for (format, media) in [("json", "application/json"), ("html", "text/html"), ("md", "text/markdown"), ("dpv", "application/ld+json")] {
        for which in [String::new(), "&version=1".to_owned(), format!("&at={day}")] {
            let path = format!("/v1/policy?format={format}{which}");
            let response = visitor.request(Method::GET, &path).send().await.unwrap();
            let head = response.headers().clone();
            assert!(head[CONTENT_TYPE].to_str().unwrap().starts_with(media), "{path}");
            let tag = head[ETAG].to_str().unwrap().trim_matches('"').to_owned();
            assert_eq!(statement["body"]["texts"][format], tag.as_str(), "{path}: the hash of what is served is in the log");
            let immutable = head[CACHE_CONTROL].to_str().unwrap().contains("immutable");
            assert_eq!(immutable, which.contains("version"), "{path}");
            let again = visitor.request(Method::GET, &path).header(IF_NONE_MATCH, &head[ETAG]).send().await.unwrap();
            assert_eq!(again.status(), 304, "{path}");
        }
    }
    let json = visitor.get("/v1/policy?version=1").await.json;
    let page = visitor.text("/privacy?version=1").await;
    assert_eq!(json["version"]["number"], 1);
    assert!(
        page.contains("Version 1, published") && page.contains(&json["version"]["digest"].as_str().unwrap()[..16]),
        "the page and the file are the same version"
    );
    for (path, status) in [("?at=2001-01-01", 404), ("?at=yesterday", 422), ("?version=99", 404), ("?version=1&at=2030-01-01", 422), ("?format=pdf", 422)] {
        assert_eq!(visitor.get(&format!("/v1/policy{path}")).await.status, status, "{path}");
    }
    for path in ["/privacy?version=99", "/privacy/versions/99"] {
        assert_eq!(visitor.get(path).await.status, 404, "{path}");
    }
    assert!(visitor.text("/privacy/versions/1").await.contains("It is the first version."));
});

both_engines!(the_pages_of_a_version_link_to_each_other_and_carry_one_hash, |engine| async move {
    covers!(17);
    let world = World::ready(engine).await;
    let visitor = world.visitor();
    let digest = visitor.get("/v1/policy").await.json["version"]["digest"].as_str().unwrap()[..16].to_owned();
    for (path, other) in [("/privacy", "/cookies?version=1"), ("/cookies", "/privacy?version=1")] {
        let page = visitor.text(path).await;
        assert!(page.contains(&digest), "{path} carries another hash");
        assert!(page.contains(&format!("href=\"{other}\"")), "{path} does not link to {other}");
        for link in page.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next()) {
            let status = visitor.get(&format!("/{}", link.split('#').next().unwrap())).await.status;
            // The console may not be built where tests run; its address is there.
            assert!(status == 200 || (link.starts_with("app") && status == 503) || link == "mark.svg", "{path} links to /{link}, which answers {status}");
        }
    }
});
