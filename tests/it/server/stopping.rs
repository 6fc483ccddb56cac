//! Told to stop: what was begun is answered, what comes then goes elsewhere.

use std::time::Duration;

use testkit::both_engines;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

both_engines!(a_request_under_way_is_answered_before_the_process_ends, |engine| async move {
    let world = World::ready(engine).await;
    let address = world.url.strip_prefix("http://").unwrap().to_owned();
    let body = format!("{{\"email\":\"late@example.org\",\"password\":\"{}\",\"name\":\"Late\",\"over_16\":true}}", crate::world::PASSWORD);
    let head =
        format!("POST /v1/sign-up HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n", body.len());
    let (first, second) = body.split_at(20);
    let mut slow = TcpStream::connect(&address).await.unwrap();
    slow.write_all(head.as_bytes()).await.unwrap();
    // Said when somebody begins to read the body: the request is in the server's hands (RFC 9110 §10.1.1).
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    slow.read_exact(&mut go_on).await.unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&go_on));
    slow.write_all(first.as_bytes()).await.unwrap();

    let stopping = tokio::spawn(world.stop());
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let mut refused = false;
    for _ in 0..100 {
        ticks.tick().await;
        refused = TcpStream::connect(&address).await.is_err();
        if refused {
            break;
        }
    }
    assert!(refused, "new connections are still taken");
    assert!(!stopping.is_finished(), "the server ended with a request in its hands");
    slow.write_all(second.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let database = stopping.await.unwrap();
    drop(database);
});
