//! The routes: statuses, cookies, and errors at their field.

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use testkit::{Engine, Test, both_engines};
use tower::ServiceExt;

use crate::{EMAIL, PASSWORD, fresh, signed_up};

async fn send(test: &Test, method: &str, path: &str, body: &str) -> Response<Body> {
    let (router, _) = (identity::module().routes)().split_for_parts();
    let request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned())).unwrap();
    router.with_state(test.cx.clone()).oneshot(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 100_000).await.unwrap().to_vec()).unwrap()
}

both_engines!(a_sign_up_answers_alike_for_new_and_known_addresses, |engine: Engine| async move {
    let test = fresh(engine).await;
    let body = format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}","name":"Ada","over_16":true}}"#);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = send(&test, "POST", "/v1/sign-up", &body).await;
        answers.push((answer.status(), answer.headers().clone(), text(answer).await));
    }
    assert_eq!(answers[0].0, StatusCode::ACCEPTED);
    assert_eq!(answers[0], answers[1]);
});

both_engines!(a_sign_in_sets_the_cookie_and_shows_the_person, |engine: Engine| async move {
    let test = fresh(engine).await;
    let ids = signed_up(&test.cx, EMAIL, "Ada").await;
    let answer = send(&test, "POST", "/v1/sessions", &format!(r#"{{"email":"{EMAIL}","password":"{PASSWORD}"}}"#)).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-fairhold_session=") && cookie.contains("; HttpOnly; Secure; SameSite=Lax"), "{cookie}");
    let me = text(answer).await;
    assert!(me.contains(&ids.person_id.to_string()) && me.contains(r#""staff_role":null"#) && me.contains(r#""role":"owner""#), "{me}");
    let csrf_length = me.split(r#""csrf_token":""#).nth(1).unwrap().split('"').next().unwrap().len();
    assert_eq!(csrf_length, 43);
});

both_engines!(wrong_input_names_its_field, |engine: Engine| async move {
    let test = fresh(engine).await;
    for (path, body, field) in [
        ("/v1/sign-up", r#"{"email":"ada@","password":"violet tractor hums again","name":"Ada","over_16":true}"#, "email"),
        ("/v1/sign-up", r#"{"email":7}"#, "email"),
        ("/v1/email-verifications", r#"{"token":"used"}"#, "token"),
        ("/v1/password-resets/complete", r#"{"token":"used","password":"violet tractor hums again"}"#, "token"),
        ("/v1/email-verifications/resend", r#"{"email":"ada"}"#, "email"),
    ] {
        let answer = send(&test, "POST", path, body).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        let problem = text(answer).await;
        assert!(problem.contains(&format!(r#""errors":[{{"field":"{field}""#)), "{path}: {problem}");
    }
    let setup = send(&test, "GET", "/v1/setup", "").await;
    assert_eq!(text(setup).await, r#"{"needed":true,"demo":false}"#);
});
