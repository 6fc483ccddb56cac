//! Public pages: rendered here, correct without JavaScript. Their content comes from the domains;
//! this module adds only the frame around it.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use kernel::http::Credentials;
use kernel::{Cx, Error, Result};
use minijinja::{AutoEscape, Environment, context, value::Value};
use privacy::choice;
use privacy::policy::{PageContent, PageKind};
use serde::Deserialize;

use crate::wiring::Installation;

const STYLE: &str = include_str!("site.css");
const FRAME: &str = include_str!("page.html");

pub(crate) fn routes() -> axum::Router<Cx> {
    axum::Router::new()
        .route("/", get(home))
        .route("/prices", get(prices))
        .route(PageKind::Privacy.path(), get(|state, asked| policy(PageKind::Privacy, state, asked)))
        .route(PageKind::Cookies.path(), get(|state, asked| policy(PageKind::Cookies, state, asked)))
        .route(PageKind::Retention.path(), get(|state, asked| policy(PageKind::Retention, state, asked)))
        .route(PageKind::SubProcessors.path(), get(|state, asked| policy(PageKind::SubProcessors, state, asked)))
        .route("/privacy/versions", get(versions))
        .route("/privacy/versions/{number}", get(changes))
        .route("/privacy/choices", get(choices))
        .route("/trust", get(trust))
        .route("/site.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], STYLE) }))
}

async fn home(State(cx): State<Cx>, uri: Uri, headers: HeaderMap) -> Response {
    let page = PageContent { title: "Home".to_owned(), html_body: include_str!("home.html").to_owned() };
    shown(framed(&cx, &uri, &headers, Ok(page)).await)
}

async fn prices(State(cx): State<Cx>, uri: Uri, headers: HeaderMap) -> Response {
    let page = async {
        let sizes: Vec<Value> = catalogue::size::visible(cx.db())
            .await?
            .into_iter()
            .map(|size| context! { name => size.name, cpus => size.cpus, memory_mib => size.memory_mib, disk_gib => size.disk_gib, monthly => size.monthly.to_string(), hourly => size.hourly.to_string() })
            .collect();
        Ok(PageContent { title: "Prices".to_owned(), html_body: filled(include_str!("prices.html"), context! { sizes })? })
    };
    shown(framed(&cx, &uri, &headers, page.await).await)
}

#[derive(Deserialize)]
struct Version {
    version: Option<i64>,
}

async fn policy(kind: PageKind, State(cx): State<Cx>, (uri, headers, Query(wanted)): (Uri, HeaderMap, Query<Version>)) -> Response {
    let page = privacy::policy::page(&cx, kind, wanted.version).await;
    shown(framed(&cx, &uri, &headers, page).await)
}

async fn versions(State(cx): State<Cx>, uri: Uri, headers: HeaderMap) -> Response {
    let page = privacy::policy::versions::list_page(&cx).await;
    shown(framed(&cx, &uri, &headers, page).await)
}

async fn changes(State(cx): State<Cx>, Path(number): Path<i64>, uri: Uri, headers: HeaderMap) -> Response {
    let page = privacy::policy::versions::changes_page(&cx, number).await;
    shown(framed(&cx, &uri, &headers, page).await)
}

#[derive(Deserialize)]
struct Saved {
    saved: Option<String>,
}

async fn choices(State(cx): State<Cx>, uri: Uri, headers: HeaderMap, credentials: Credentials, Query(saved): Query<Saved>) -> Response {
    let page = choice::page(&cx, &headers, &credentials, saved.saved.is_some()).await;
    shown(framed(&cx, &uri, &headers, page).await)
}

async fn trust(State(cx): State<Cx>, uri: Uri, headers: HeaderMap) -> Response {
    let page = privacy::promise::page(&cx).await;
    shown(framed(&cx, &uri, &headers, page).await)
}

/// Each page tells one visitor how their choices and their browser's signal are understood: no cache shares it with the next.
fn shown(page: Result<Html<String>>) -> Response {
    page.map_or_else(IntoResponse::into_response, |page| ([(header::CACHE_CONTROL, "private, no-cache")], page).into_response())
}

/// Before the set-up only one page is shown, whatever was asked for: it is not known yet who publishes.
async fn framed(cx: &Cx, uri: &Uri, headers: &HeaderMap, page: Result<PageContent>) -> Result<Html<String>> {
    let installation = cx.extension::<Installation>()?;
    let Some(operator) = identity::operator::particulars(cx.db()).await? else {
        let page = PageContent { title: "Set-up".to_owned(), html_body: include_str!("waiting.html").to_owned() };
        return frame(&page, context! { operator => "Fairhold", demo => installation.demo });
    };
    let now = choice::of_visitor(cx, headers).await?;
    let facts = context! {
        operator => operator.legal_name,
        address => operator.address,
        contact => operator.privacy_email,
        demo => installation.demo,
        signal => now.signal.is_some(),
        // The page of choices has the form itself; a signal of the browser is an answer already.
        ask_choices => !now.chosen && uri.path() != "/privacy/choices",
    };
    frame(&page?, facts)
}

fn frame(page: &PageContent, facts: Value) -> Result<Html<String>> {
    let body = Value::from_safe_string(page.html_body.clone());
    filled(FRAME, context! { title => page.title.clone(), body, ..facts }).map(Html)
}

fn filled(template: &str, facts: Value) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.render_str(template, facts).map_err(|error| Error::internal("a page cannot be rendered").caused_by(error))
}
