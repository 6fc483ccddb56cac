//! A line to QEMU's machine protocol: connect, one or a few commands, hang up.
//!
//! QEMU serves one client at a time and keeps the next waiting, so a line is held no longer than it is used.

use std::{io, path::Path, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};

/// How long QEMU may think about a command. It answers in milliseconds unless the host is starved.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why QEMU did not do what it was told.
#[derive(Debug)]
pub(crate) enum QmpError {
    /// Nobody listens: QEMU does not run, or has not come so far.
    NobodyThere,
    /// The line was cut or stayed silent after the command: it may have taken effect.
    Cut(String),
    /// QEMU said no.
    Refused(String),
}

/// An open line, past the greeting.
pub(crate) struct Qmp {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
}

impl Qmp {
    /// Connects to the socket at `path` and greets.
    pub(crate) async fn connect(path: &Path) -> Result<Self, QmpError> {
        let stream = match UnixStream::connect(path).await {
            Ok(stream) => stream,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Err(QmpError::NobodyThere);
            }
            Err(error) => return Err(QmpError::Cut(error.to_string())),
        };
        let (reader, writer) = stream.into_split();
        let mut line = Self { lines: BufReader::new(reader).lines(), writer };
        line.message(|message| message.get("QMP").cloned()).await?;
        line.execute("qmp_capabilities", json!({})).await?;
        Ok(line)
    }

    /// Executes one command and returns what it returned.
    pub(crate) async fn execute(&mut self, command: &str, arguments: Value) -> Result<Value, QmpError> {
        let request = format!("{}\n", json!({ "execute": command, "arguments": arguments }));
        self.writer.write_all(request.as_bytes()).await.map_err(|error| QmpError::Cut(error.to_string()))?;
        self.message(|message| {
            let refusal = message.get("error").map(|error| Err(error_text(error)));
            refusal.or_else(|| message.get("return").map(|value| Ok(value.clone())))
        })
        .await?
        .map_err(QmpError::Refused)
    }

    /// The first message that `wanted` takes; events in between are passed over.
    async fn message<T>(&mut self, wanted: impl Fn(&Value) -> Option<T>) -> Result<T, QmpError> {
        let answer = timeout(PATIENCE, async {
            loop {
                let line = match self.lines.next_line().await {
                    Ok(Some(line)) => line,
                    Ok(None) => return Err(QmpError::Cut("QEMU hung up".to_owned())),
                    Err(error) => return Err(QmpError::Cut(error.to_string())),
                };
                if let Some(found) = serde_json::from_str(&line).ok().as_ref().and_then(&wanted) {
                    return Ok(found);
                }
            }
        });
        answer.await.unwrap_or_else(|_| Err(QmpError::Cut("QEMU did not answer in time".to_owned())))
    }
}

fn error_text(error: &Value) -> String {
    error.get("desc").and_then(Value::as_str).unwrap_or("QEMU gave no reason").to_owned()
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// A QEMU that says `answers`, one after each line it hears, after its greeting.
    async fn against(answers: &'static [&'static str]) -> (tempfile::TempDir, Result<Value, QmpError>) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("qmp");
        let listener = UnixListener::bind(&path).unwrap();
        let serve = async {
            let (reader, mut writer) = listener.accept().await.unwrap().0.into_split();
            let mut heard = BufReader::new(reader).lines();
            writer.write_all(b"{\"QMP\": {\"version\": {}}}\n").await.unwrap();
            for answer in answers {
                heard.next_line().await.unwrap();
                writer.write_all(answer.as_bytes()).await.unwrap();
            }
        };
        let ask = async { Qmp::connect(&path).await?.execute("query-status", json!({})).await };
        let (_, answer) = tokio::join!(serve, ask);
        (dir, answer)
    }

    #[tokio::test]
    async fn events_between_are_passed_over() {
        let answers = &["{\"return\": {}}\n", "{\"event\": \"RESUME\"}\n{\"return\": {\"status\": \"running\"}}\n"];
        let (_dir, answer) = against(answers).await;
        assert_eq!(answer.unwrap(), json!({ "status": "running" }));
    }

    #[tokio::test]
    async fn a_refusal_keeps_its_text() {
        let (_dir, answer) = against(&["{\"return\": {}}\n", "{\"error\": {\"desc\": \"no such device\"}}\n"]).await;
        assert!(matches!(answer, Err(QmpError::Refused(text)) if text == "no such device"));
    }

    #[tokio::test]
    async fn a_line_cut_after_the_command_is_not_a_refusal() {
        let (_dir, answer) = against(&["{\"return\": {}}\n"]).await;
        assert!(matches!(answer, Err(QmpError::Cut(_))));
    }

    #[tokio::test]
    async fn a_missing_socket_means_nobody_there() {
        assert!(matches!(Qmp::connect(Path::new("/nonexistent/qmp")).await, Err(QmpError::NobodyThere)));
    }
}
