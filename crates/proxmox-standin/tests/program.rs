//! The program: its first line tells where it answers, and there it does.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value;

#[test]
fn its_first_line_tells_where_each_node_answers_and_who_may_ask() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_proxmox-standin")).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let addresses = said["addresses"].as_array().unwrap().clone();
    let answering = addresses.iter().filter(|address| {
        let port = u16::try_from(address["port"].as_u64().unwrap()).unwrap();
        address["fingerprint"].as_str().is_some_and(|print| print.len() >= 64) && TcpStream::connect((address["host"].as_str().unwrap(), port)).is_ok()
    });
    let answering = answering.count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!((answering, addresses.len() > 1), (addresses.len(), true));
    assert!(said["token_id"].as_str().unwrap().contains('!') && !said["token_secret"].as_str().unwrap().is_empty());
}
