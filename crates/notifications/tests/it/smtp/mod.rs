//! A mail server that remembers what it was given and misbehaves on request.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does to one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Takes the message and breaks off without an answer.
    BreakOffAfterData,
    /// Takes the message and never answers.
    HangAfterData,
    /// Refuses the recipient for good.
    RefuseRecipient,
    /// Asks to come back later.
    Busy,
}

#[derive(Default)]
struct State {
    messages: Vec<String>,
    faults: VecDeque<Fault>,
}

/// A running server.
#[derive(Clone)]
pub struct Server {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let state = server.state.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, state.clone()));
            }
        });
        server
    }

    /// The next connections suffer `faults`, one each.
    pub fn misbehave(&self, faults: &[Fault]) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    /// The messages it was given, headers and all, whether it answered or not.
    pub fn messages(&self) -> Vec<String> {
        self.state.lock().unwrap().messages.clone()
    }
}

async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> Option<()> {
    let fault = state.lock().unwrap().faults.pop_front();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test ESMTP\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let answer = match line.get(..4).unwrap_or_default() {
            "EHLO" => "250-test\r\n250 8BITMIME\r\n",
            "MAIL" if fault == Some(Fault::Busy) => "451 try again later\r\n",
            "RCPT" if fault == Some(Fault::RefuseRecipient) => "550 no such mailbox\r\n",
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut message = String::new();
                while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                    message.push_str(&line);
                    message.push('\n');
                }
                state.lock().unwrap().messages.push(message);
                match fault {
                    Some(Fault::BreakOffAfterData) => return None,
                    Some(Fault::HangAfterData) => std::future::pending::<()>().await,
                    _ => {}
                }
                "250 taken\r\n"
            }
            _ => "250 fine\r\n",
        };
        write.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}
