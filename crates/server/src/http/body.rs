//! Receives what is sent with a request, up to a limit.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use kernel::{Error, Result};

/// The media type of a piece of a file (tus 1.0).
const PIECE: &str = "application/offset+octet-stream";
/// Largest request body.
const LIMIT: usize = 1024 * 1024;
/// How much more of a body that is too large is read and thrown away. Whoever is cut off while sending may never hear why.
const THROWN_AWAY: usize = 32 * 1024 * 1024;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Wraps the routes: they find the whole body, or are not asked.
pub(crate) async fn received(request: Request, next: Next) -> Response {
    // A piece of a file has no limit here: whoever takes one writes it down as it comes. Nothing else reads a body of this type.
    let is_piece = request.method() == Method::PATCH && request.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == PIECE);
    if is_piece {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match whole(body.into_data_stream()).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => error.into_response(),
    }
}

async fn whole(mut body: BodyDataStream) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|_| Error::invalid("", "the body ended too early"))?;
        bytes.extend_from_slice(&part);
        if bytes.len() > LIMIT {
            drop(bytes);
            // Whether its end is reached or not, the answer is the same.
            let _read = tokio::time::timeout(PATIENCE, throw_away(body)).await;
            return Err(Error::invalid("", format!("the body is too large: {} KiB are the most", LIMIT / 1024)));
        }
    }
    Ok(bytes)
}

async fn throw_away(mut body: BodyDataStream) {
    let mut left = THROWN_AWAY;
    while let Some(Ok(part)) = body.next().await {
        match left.checked_sub(part.len()) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn sent(parts: usize, size: usize) -> BodyDataStream {
        Body::from_stream(stream::iter((0..parts).map(move |_| Ok::<_, std::io::Error>(vec![7_u8; size])))).into_data_stream()
    }

    #[tokio::test]
    async fn a_body_arrives_whole_or_not_at_all() {
        assert_eq!(whole(sent(4, LIMIT / 4)).await.unwrap().len(), LIMIT);
        assert!(whole(sent(5, LIMIT / 4)).await.unwrap_err().to_string().contains("1024 KiB are the most"));
        // One that never ends is left.
        let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, std::io::Error>(vec![7_u8; 65_536]))).into_data_stream();
        assert!(whole(endless).await.is_err());
        let broken = stream::iter([Ok(vec![7_u8]), Err(std::io::Error::other("the line is cut"))]);
        assert!(whole(Body::from_stream(broken).into_data_stream()).await.unwrap_err().to_string().contains("too early"));
    }
}
