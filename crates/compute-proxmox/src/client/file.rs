//! Sending a file as a form with parts (RFC 7578). A large one is read as it goes out.

use std::path::Path;
use std::time::Duration;

use compute_driver::DriverError;
use futures::Stream;
use reqwest::Body;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use tokio::io::AsyncReadExt;

use super::connection::{Call, Client, upid_in};

/// Stands between the parts; the files that are sent hold no such line, and their length is told in any case.
const BOUNDARY: &str = "fairhold-7d1c0a5e93b24f86";
/// How much of the file is in memory at once.
const PIECE: usize = 256 * 1024;

impl Client {
    /// Sends `file` under `name` with the call's parameters before it, and waits for the task that puts it in its place.
    pub(crate) async fn send_file(&self, call: &Call, file: &Path, name: &str, patience: Duration) -> Result<(), DriverError> {
        let missing = |error: std::io::Error| DriverError::failed(format!("the image's file cannot be read: {error}"), "");
        let bytes = tokio::fs::metadata(file).await.map_err(missing)?.len();
        let (head, tail) = around(call, name);
        let length = bytes + (head.len() + tail.len()) as u64;
        self.send_form(call, length, || Body::wrap_stream(pieces(head.clone(), file.to_owned(), tail.clone())), patience).await
    }

    /// The same with bytes that are in memory and shall not lie in a file here.
    pub(crate) async fn send_bytes(&self, call: &Call, bytes: &[u8], name: &str, patience: Duration) -> Result<(), DriverError> {
        let (head, tail) = around(call, name);
        let form = [head.as_bytes(), bytes, tail.as_bytes()].concat();
        self.send_form(call, form.len() as u64, || Body::from(form.clone()), patience).await
    }

    async fn send_form(&self, call: &Call, length: u64, body: impl Fn() -> Body, patience: Duration) -> Result<(), DriverError> {
        let answer = self.send(call, |builder| {
            let typed = builder.timeout(patience).header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
            // Proxmox VE wants to know the length before the first byte.
            typed.header(CONTENT_LENGTH, length).body(body())
        });
        match upid_in(&answer.await?) {
            Some(upid) => Ok(self.wait(&upid, patience).await?),
            None => Ok(()),
        }
    }
}

fn around(call: &Call, name: &str) -> (String, String) {
    let part = |(field, value): &(String, String)| format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
    let fields: String = call.params.pairs().iter().map(part).collect();
    let file =
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n");
    (fields + &file, format!("\r\n--{BOUNDARY}--\r\n"))
}

enum Place {
    Head(String, std::path::PathBuf, String),
    File(tokio::fs::File, String),
    End,
}

fn pieces(head: String, file: std::path::PathBuf, tail: String) -> impl Stream<Item = std::io::Result<Vec<u8>>> + Send + 'static {
    futures::stream::try_unfold(Place::Head(head, file, tail), |place| async move {
        match place {
            Place::Head(head, file, tail) => Ok(Some((head.into_bytes(), Place::File(tokio::fs::File::open(file).await?, tail)))),
            Place::File(mut file, tail) => {
                let mut piece = Vec::with_capacity(PIECE);
                let read = (&mut file).take(PIECE as u64).read_to_end(&mut piece).await?;
                Ok(Some(if read > 0 { (piece, Place::File(file, tail)) } else { (tail.into_bytes(), Place::End) }))
            }
            Place::End => Ok(None),
        }
    })
}
