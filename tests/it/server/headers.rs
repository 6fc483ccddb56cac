//! Headers on every answer, and what browsers are told.

use testkit::{both_engines, covers};

use crate::world::World;

both_engines!(pages_forbid_scripts_of_others_and_framing, |engine| async move {
    let world = World::ready(engine).await;
    for path in ["/", "/prices", "/privacy", "/v1/sizes", "/nothing-here"] {
        let answer = world.visitor().get(path).await;
        let policy = answer.headers.get("content-security-policy").unwrap_or_else(|| panic!("{path}")).to_str().unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("script-src 'self' 'unsafe-inline'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
});

both_engines!(public_pages_work_without_scripts_and_set_nothing, |engine| async move {
    covers!(57, 124);
    let world = World::ready(engine).await;
    for path in ["/", "/prices", "/privacy", "/cookies", "/retention", "/sub-processors", "/privacy/choices", "/trust"] {
        let response = world.visitor().request(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert!(response.headers().get("set-cookie").is_none(), "{path} sets a cookie before a choice");
        assert_eq!(response.headers()["cache-control"], "private, no-cache", "{path} would be shared, with somebody's choices in it");
        let body = response.text().await.unwrap();
        assert!(!body.contains("<script"), "{path} needs a script");
        assert!(body.contains("Keep Hosting GmbH"), "{path} does not say who publishes it");
        assert!(!body.contains("{{") && !body.contains("{%"), "{path} has an unresolved placeholder");
    }
});

both_engines!(signals_of_the_browser_are_honoured_in_the_first_answer, |engine| async move {
    covers!(125, 133);
    let world = World::ready(engine).await;
    for signal in ["Sec-GPC", "DNT"] {
        let answer = world.visitor().request(reqwest::Method::GET, "/").header(signal, "1").send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("asks not to be tracked"), "{signal}");
    }
    assert_eq!(world.visitor().get("/.well-known/gpc.json").await.json["gpc"], true);
});

both_engines!(nothing_is_published_before_the_set_up, |engine| async move {
    covers!(131);
    let world = World::empty(engine).await;
    for path in ["/", "/privacy", "/prices", "/trust"] {
        assert!(world.visitor().text(path).await.contains("not set up yet"), "{path}");
    }
    assert_eq!(world.visitor().get("/v1/setup").await.json["needed"], true);
});
