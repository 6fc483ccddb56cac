//! The console's built files, embedded in the program: hashed files for a year, the page itself never cached.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../console/dist"]
#[allow_missing = true]
struct Console;

const YEAR: &str = "public, max-age=31536000, immutable";

/// The one page of the console; its router shows what the address means.
pub(crate) async fn console() -> Response {
    match Console::get("index.html") {
        Some(page) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], page.data).into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, "The console is not built. Run: make build").into_response(),
    }
}

/// A file of the build; its name holds a hash of its content.
pub(crate) async fn file(Path(path): Path<String>) -> Response {
    serve(&format!("assets/{path}"), YEAR)
}

/// The mark, for browsers' tabs.
pub(crate) async fn mark() -> Response {
    serve("mark.svg", "public, max-age=3600")
}

fn serve(path: &str, cache: &'static str) -> Response {
    match Console::get(path) {
        Some(file) => ([(header::CONTENT_TYPE, file.metadata.mimetype()), (header::CACHE_CONTROL, cache)], file.data).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
