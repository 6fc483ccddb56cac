//! Signing in: throttling, rotation, ends.

use std::time::Duration;

use identity::session;
use kernel::agent::{Device, System};
use kernel::cx::RequestInfo;
use kernel::{Kind, PageQuery};
use testkit::{Engine, both_engines};

use crate::{EMAIL, PASSWORD, firefox, fresh, sign_in, signed_in, signed_up};

both_engines!(a_wrong_address_and_a_wrong_password_answer_alike, |engine: Engine| async move {
    let test = fresh(engine).await;
    signed_up(&test.cx, EMAIL, "Ada").await;
    let wrong = session::create(&test.cx, &sign_in(EMAIL, "violet tractor"), None).await.err().unwrap();
    let unknown = session::create(&test.cx, &sign_in("eve@example.org", PASSWORD), None).await.err().unwrap();
    assert_eq!((wrong.kind(), wrong.to_string()), (unknown.kind(), unknown.to_string()));
    assert_eq!(wrong.kind(), Kind::Unauthenticated);
});

both_engines!(ten_failures_close_the_door_for_a_while, |engine: Engine| async move {
    let test = fresh(engine).await;
    signed_up(&test.cx, EMAIL, "Ada").await;
    for _ in 0..10 {
        assert_eq!(session::create(&test.cx, &sign_in(EMAIL, "wrong"), None).await.err().unwrap().kind(), Kind::Unauthenticated);
    }
    let closed = session::create(&test.cx, &sign_in(EMAIL, PASSWORD), None).await.err().unwrap();
    assert_eq!(closed.kind(), Kind::Exhausted);
    assert_eq!(closed.wait(), Some(Duration::from_secs(15 * 60)));
    // An address without an account is counted the same, so the limit tells nothing either.
    for _ in 0..10 {
        session::create(&test.cx, &sign_in("eve@example.org", "wrong"), None).await.err().unwrap();
    }
    assert_eq!(session::create(&test.cx, &sign_in("eve@example.org", "wrong"), None).await.err().unwrap().kind(), Kind::Exhausted);
    test.clock.advance(Duration::from_secs(15 * 60));
    assert!(session::create(&test.cx, &sign_in(EMAIL, PASSWORD), None).await.is_ok());
});

both_engines!(one_address_cannot_try_many_accounts, |engine: Engine| async move {
    let test = fresh(engine).await;
    signed_up(&test.cx, EMAIL, "Ada").await;
    let cx = test.cx.for_request(RequestInfo { ip: Some("2001:db8::7".parse().unwrap()), ..RequestInfo::default() }, None);
    for number in 0..10 {
        session::create(&cx, &sign_in(&format!("p{number}@example.org"), "wrong"), None).await.err().unwrap();
    }
    assert_eq!(session::create(&cx, &sign_in(EMAIL, PASSWORD), None).await.err().unwrap().kind(), Kind::Exhausted);
    assert!(session::create(&test.cx, &sign_in(EMAIL, PASSWORD), None).await.is_ok(), "other addresses are not held up");
});

both_engines!(a_sign_in_replaces_the_browsers_session_and_lists_its_device, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    test.authority.become_person(ids.person_id, ids.organisation_id, ids.project_id);
    let before = signed_in(&test.cx, EMAIL).await;
    let info = RequestInfo { ip: Some("192.0.2.7".parse().unwrap()), agent: Some(firefox()), ..RequestInfo::default() };
    let cx = test.cx.for_request(info, None);
    let after = session::create(&cx, &sign_in(EMAIL, PASSWORD), Some(&before)).await.unwrap().secret;
    assert_ne!(before, after);

    let page = session::list(&test.cx, &test.scope().await, &PageQuery::default(), Some(&after)).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let shown = &page.items[0];
    assert_eq!((shown.browser.as_deref(), shown.network.as_deref(), shown.current), (Some("Firefox 141"), Some("192.0.2.0/24"), true));
    assert_eq!((shown.system, shown.device), (Some(System::Linux), Some(Device::Desktop)));
    session::delete(&test.cx, &test.scope().await, session::Which::One(page.items[0].id)).await.unwrap();
    let again = session::delete(&test.cx, &test.scope().await, session::Which::Current(&after)).await.unwrap_err();
    assert_eq!(again.kind(), Kind::NotFound);
});
