//! What is kept of a browser: families and networks, never the header itself.

use serde_json::json;
use testkit::{Engine, both_engines, covers};

use crate::world::{PASSWORD, World};

/// Browsers of many kinds, old and new, and programs that are none.
const AGENTS: [&str; 20] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
    "Opera/9.80 (Windows NT 6.1; WOW64) Presto/2.12.388 Version/12.18",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "curl/8.7.1",
    "fairhold-cli",
    "python-requests/2.32",
    "PlayStation 4 9.00",
    "",
];

both_engines!(a_browser_is_kept_as_families_only, |engine| async move {
    covers!(109, 110, 111);
    let world = World::ready(engine).await;
    let ada = world.customer("ada@example.org", "Ada Adams").await;
    let unique = "CANARY-7f3a9c";
    for agent in AGENTS {
        // A mark of this one browser, where fingerprints have theirs: behind the family.
        let header = format!("{agent} {unique}/4.2");
        let visitor = world.visitor();
        let body = json!({ "email": "ada@example.org", "password": PASSWORD });
        let request = visitor.request(reqwest::Method::POST, "/v1/sessions").header("user-agent", header).json(&body);
        let answer = visitor.send_patiently(request).await;
        assert_eq!(answer.status, 201, "{agent}: {answer:?}");
    }
    let history = ada.get("/v1/sign-ins?limit=200").await.json;
    let items = history["items"].as_array().unwrap();
    // The session that asks was begun by a program that says nothing of itself.
    let (silent, items): (Vec<_>, Vec<_>) = items.iter().partition(|one| one["device"].is_null());
    assert_eq!((silent.len(), items.len()), (1, AGENTS.len()), "{history}");
    for one in &items {
        assert!(["desktop", "mobile", "other"].contains(&one["device"].as_str().unwrap()), "{one}");
        let systems = ["windows", "macos", "linux", "chromeos", "android", "ios", "other"];
        assert!(systems.contains(&one["system"].as_str().unwrap()), "{one}");
        // A family of words, and at most one number: the major version.
        let browser = one["browser"].as_str().unwrap_or_default();
        assert!(!browser.contains(['.', '/', ';', '(']) && !browser.contains("7f3a9c"), "{browser}");
        assert_eq!(one["network"], "127.0.0.0/24");
    }
    for kind in ["desktop", "mobile", "other"] {
        assert!(items.iter().any(|one| one["device"] == kind), "no {kind} among the agents");
    }
    let sessions = ada.get("/v1/sessions?limit=200").await.json;
    assert!(!sessions.to_string().contains("7f3a9c") && !sessions.to_string().contains("Mozilla"), "{sessions}");
    if engine == Engine::Sqlite {
        let database = world.stop().await;
        for file in walk(database.folder()) {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.windows(unique.len()).any(|window| window == unique.as_bytes()), "{} holds the header", file.display());
        }
    }
});

/// Every file below `folder`.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(walk(&path)) } else { files.push(path) }
    }
    files
}
