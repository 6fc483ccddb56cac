//! `GET` and `PUT /v1/privacy/choices` for programs, `POST /privacy/choices` for the form, and the
//! machine-readable statement that signals are honoured.

use axum::extract::Form;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use kernel::http::{Credentials, Header, Json, end_cookie, set_cookie};
use kernel::{Cx, Error, Kind, PersonId, Place, Result, Scope};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;

use super::{Choices, Recorded, Signal, allowed, cookie, store};
use crate::data_map;
use crate::permissions::{ChoiceUpdate, ChoiceView};

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new()
        .routes(utoipa_axum::routes!(choices_view, choices_update))
        .route("/privacy/choices", post(choices_form))
        .route("/.well-known/gpc.json", get(gpc))
}

/// What someone chooses.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewChoices {
    /// Measuring use.
    pub analytics: bool,
    /// Remembered preferences.
    pub functionality: bool,
    /// News and offers.
    pub marketing: bool,
    /// Go against the browser's signal, on purpose.
    #[serde(default)]
    pub overrides_signal: bool,
    /// Need not be said: what is strictly necessary cannot be turned off.
    #[serde(default)]
    pub necessary: Option<bool>,
}

/// The person behind the request; `None` for visitors.
async fn view_as(cx: &Cx, credentials: &Credentials) -> Result<Option<PersonId>> {
    if credentials.session.is_none() && credentials.bearer.is_none() {
        return Ok(None);
    }
    match Scope::<ChoiceView>::ask(cx, credentials, None, None).await {
        Ok(at) => Ok(at.actor().person()),
        Err(error) if error.kind() == Kind::Unauthenticated => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is allowed now
///
/// For a signed-in person what they have on record, for a visitor what their cookie says; in both
/// cases a `Sec-GPC: 1` or `DNT: 1` header turns everything optional off unless overridden.
#[utoipa::path(get, path = "/v1/privacy/choices", operation_id = "choices_view", tag = "privacy", responses((status = 200, body = Choices)))]
async fn choices_view(cx: Cx, credentials: Credentials, headers: HeaderMap) -> Result<Json<Choices>> {
    now(&cx, &credentials, &headers).await.map(Json)
}

/// What is allowed now: by the person's record, or by the visitor's cookie.
pub(super) async fn now(cx: &Cx, credentials: &Credentials, headers: &HeaderMap) -> Result<Choices> {
    let recorded = match view_as(cx, credentials).await? {
        Some(person) => store::of(cx, person).await?,
        None => cookie(headers).and_then(Recorded::read),
    };
    Ok(allowed(Signal::of(headers), recorded, &store::asked(cx).await?))
}

/// Choose
#[utoipa::path(put, path = "/v1/privacy/choices", operation_id = "choices_update", tag = "privacy", request_body = NewChoices, responses((status = 200, body = Choices)))]
async fn choices_update(cx: Cx, credentials: Credentials, headers: HeaderMap, Json(new): Json<NewChoices>) -> Result<Response> {
    let (now, cookies) = choose(&cx, &credentials, &headers, &new).await?;
    Ok((AppendHeaders(cookies), axum::Json(now)).into_response())
}

/// Records the choice where it belongs and gives the cookies to set: ours, and the ends of optional
/// ones that are not allowed any more.
async fn choose(cx: &Cx, credentials: &Credentials, headers: &HeaderMap, new: &NewChoices) -> Result<(Choices, Vec<Header>)> {
    let asked = store::asked(cx).await?;
    let version = crate::policy::store::newest_number(cx.db()).await?;
    let NewChoices { analytics, functionality, marketing, overrides_signal, necessary } = *new;
    if necessary == Some(false) {
        return Err(Error::invalid("necessary", "this cannot be turned off, because the pages would not work without it"));
    }
    let chosen = Recorded { analytics, functionality, marketing, overrides_signal, version };
    if view_as(cx, &Credentials { safe_method: true, ..credentials.clone() }).await?.is_some() {
        let at = Scope::<ChoiceUpdate>::ask(cx, credentials, None, None).await?;
        if let Place::Person { person } = at.place() {
            cx.write(async |tx| {
                store::record(&tx, person, &chosen).await?;
                audit::record(&tx, &at, person, "Changed the choices about optional data use").await
            })
            .await?;
        }
    }
    let now = allowed(Signal::of(headers), Some(chosen), &asked);
    let refused = cx.map().client_keys.iter().filter(|key| key.kind == "cookie" && !now.allow(key.purpose));
    let cookies = std::iter::once(set_cookie(&data_map::CHOICES, &chosen.write())).chain(refused.map(end_cookie)).collect();
    Ok((now, cookies))
}

/// What the form sends.
#[derive(Debug, Deserialize)]
struct ChoiceForm {
    all: String,
    analytics: Option<String>,
    functionality: Option<String>,
    marketing: Option<String>,
    r#override: Option<String>,
}

/// The form without scripts. Its sender is known by where the request comes from: a page of
/// another site may not choose for anybody.
async fn choices_form(cx: Cx, headers: HeaderMap, credentials: Credentials, Form(form): Form<ChoiceForm>) -> Result<Response> {
    if !same_origin(&headers) {
        return Err(Error::denied("Choices can only be changed on our own pages."));
    }
    let each = |box_: &Option<String>| form.all == "accept" || (form.all == "each" && box_.is_some());
    let new = NewChoices {
        analytics: each(&form.analytics),
        functionality: each(&form.functionality),
        marketing: each(&form.marketing),
        overrides_signal: form.all != "decline" && form.r#override.is_some(),
        necessary: None,
    };
    // Same origin is proof enough here, so the CSRF header that only scripts can send is not asked for.
    let (_, cookies) = choose(&cx, &Credentials { safe_method: true, ..credentials }, &headers, &new).await?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, "/privacy/choices?saved=1")], AppendHeaders(cookies)).into_response())
}

/// True when the browser says so: `Sec-Fetch-Site`, or `Origin` against `Host` where it is older.
fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        (None, None) => true,
    }
}

/// Global Privacy Control §4: the statement that the signal is honoured, dated by the policy's version.
async fn gpc(cx: Cx) -> Result<axum::Json<serde_json::Value>> {
    let at = crate::policy::store::newest(cx.db()).await?.map(|version| version.at.to_string());
    Ok(axum::Json(serde_json::json!({ "gpc": true, "lastUpdate": at.and_then(|at| at.split('T').next().map(str::to_owned)) })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_site_cannot_choose() {
        let of = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
        };
        assert!(same_origin(&of(&[("sec-fetch-site", "same-origin")])));
        assert!(!same_origin(&of(&[("sec-fetch-site", "cross-site")])));
        assert!(same_origin(&of(&[("origin", "https://a.example"), ("host", "a.example")])));
        assert!(!same_origin(&of(&[("origin", "https://b.example"), ("host", "a.example")])));
        assert!(!same_origin(&of(&[("origin", "null"), ("host", "a.example")])));
    }
}
