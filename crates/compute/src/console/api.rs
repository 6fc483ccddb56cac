//! Console tickets over HTTP, and the WebSocket that carries a console's bytes both ways.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use compute_driver::ConsoleStream;
use futures::{SinkExt, StreamExt};
use kernel::http::{Json, Path};
use kernel::{Cx, Error, Result, Scope};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{ConsoleTicket, NewConsoleTicket};
use super::{open, ticket};
use crate::instance::InstanceId;
use crate::permissions::ConsoleTicketCreate;

/// The routes of this noun.
pub(crate) fn routes() -> OpenApiRouter<Cx> {
    OpenApiRouter::new().routes(routes!(console_ticket_create)).routes(routes!(console_open))
}

const PROTOCOL: &str = "fairhold.console";
const TICKET: &str = "ticket.";
/// Bytes of the guest that are under way to one viewer; a slow viewer holds up only themselves.
const BUFFER: usize = 16 * 1024;
/// Keys and pastes; more is refused.
const LARGEST_MESSAGE: usize = 64 * 1024;
/// Silence after which a ping finds out whether the viewer is still there.
const QUIET: Duration = Duration::from_secs(30);

/// Makes a ticket that opens a machine's console once.
#[utoipa::path(post, path = "/v1/instances/{id}/console-tickets", operation_id = "console_ticket_create", tag = "compute", params(("id" = InstanceId, Path)), request_body = NewConsoleTicket, responses((status = 201, body = ConsoleTicket)))]
async fn console_ticket_create(
    cx: Cx,
    at: Scope<ConsoleTicketCreate>,
    Path(id): Path<InstanceId>,
    Json(new): Json<NewConsoleTicket>,
) -> Result<(StatusCode, Json<ConsoleTicket>)> {
    Ok((StatusCode::CREATED, Json(ticket::create(&cx, &at, id, new).await?)))
}

/// A machine's console as a WebSocket. Offer the subprotocols `fairhold.console` and `ticket.<ticket>`.
/// Binary frames carry raw bytes for the serial line and RFB for the screen, both ways.
#[utoipa::path(get, path = "/v1/instances/{id}/console", operation_id = "console_open", tag = "compute", params(("id" = InstanceId, Path)), responses((status = 101, description = "The console's bytes follow.")))]
async fn console_open(cx: Cx, Path(id): Path<InstanceId>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Result<Response> {
    same_origin(&headers)?;
    let ticket = offered(&headers).ok_or_else(|| Error::denied("Offer the subprotocols fairhold.console and ticket.<ticket>."))?;
    let (_, stream) = open::open(&cx, id, &ticket).await?;
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(LARGEST_MESSAGE).write_buffer_size(BUFFER).max_write_buffer_size(4 * BUFFER + LARGEST_MESSAGE);
    Ok(upgrade.on_upgrade(move |socket| carry(socket, stream)))
}

/// Browsers send `Origin`; a page of somebody else may not use a person's console (RFC 6455 §10.2).
fn same_origin(headers: &HeaderMap) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return Ok(()) };
    let host = origin.split_once("://").map(|(_, host)| host);
    if host.is_some() && host == text(header::HOST) { Ok(()) } else { Err(Error::denied("This console belongs to another site.")) }
}

fn offered(headers: &HeaderMap) -> Option<String> {
    let lists = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).find_map(|one| one.trim().strip_prefix(TICKET)).map(str::to_owned)
}

/// Carries bytes until one side is gone. Dropping the line hangs up; the guest goes on.
async fn carry(socket: WebSocket, stream: Box<dyn ConsoleStream>) {
    let (mut viewer, mut typed) = socket.split();
    let (mut printed, mut keyboard) = tokio::io::split(stream);
    let from_guest = async {
        let mut buffer = vec![0_u8; BUFFER];
        loop {
            let message = match tokio::time::timeout(QUIET, printed.read(&mut buffer)).await {
                Ok(Ok(count)) if count > 0 => Message::Binary(buffer.get(..count).unwrap_or_default().to_vec().into()),
                Ok(_) => break "The machine has stopped.",
                Err(_) => Message::Ping(Vec::new().into()),
            };
            if viewer.send(message).await.is_err() {
                break "";
            }
        }
    };
    let from_viewer = async {
        while let Some(Ok(message)) = typed.next().await {
            let bytes = match message {
                Message::Binary(bytes) => bytes,
                Message::Text(text) => text.into(),
                Message::Close(_) => return "",
                Message::Ping(_) | Message::Pong(_) => continue,
            };
            if keyboard.write_all(&bytes).await.is_err() {
                return "The machine has stopped.";
            }
        }
        ""
    };
    let reason = tokio::select! {
        reason = from_guest => reason,
        reason = from_viewer => reason,
    };
    let code = if reason.is_empty() { close_code::NORMAL } else { close_code::AWAY };
    // The viewer may be gone already; then there is nobody to tell.
    viewer.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await.ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn another_site_may_not_open_a_console() {
        assert!(same_origin(&headers(&[("host", "cloud.example"), ("origin", "https://cloud.example")])).is_ok());
        assert!(same_origin(&headers(&[("host", "cloud.example")])).is_ok());
        for foreign in ["https://evil.example", "null", "https://cloud.example.evil.example", "https://cloud.example:8443"] {
            assert!(same_origin(&headers(&[("host", "cloud.example"), ("origin", foreign)])).is_err(), "{foreign}");
        }
    }

    #[test]
    fn the_ticket_is_found_among_the_protocols() {
        assert_eq!(offered(&headers(&[("sec-websocket-protocol", "fairhold.console, ticket.abc")])).as_deref(), Some("abc"));
        assert_eq!(offered(&headers(&[("sec-websocket-protocol", "fairhold.console")])), None);
    }
}
