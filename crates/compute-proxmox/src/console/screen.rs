//! Signs in to a guest's VNC server (RFC 6143), so that whoever looks at the screen needs no password and never sees one.

use std::io;
use std::time::Duration;

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, copy_bidirectional};
use tokio::time::timeout;

use super::Socket;

const VERSION: &[u8; 12] = b"RFB 003.008\n";
/// RFC 6143 §7.2: security types.
const NO_SECURITY: u8 = 1;
const VNC_PASSWORD: u8 = 2;
const SIGNED_IN_WITHIN: Duration = Duration::from_secs(10);
const ROOM: usize = 64 * 1024;

/// Signs in over `socket`, and gives a stream on which the server asks for nothing any more.
pub(crate) async fn open(socket: Socket, password: &str) -> io::Result<DuplexStream> {
    let mut server = socket.into_stream();
    timeout(SIGNED_IN_WITHIN, sign_in(&mut server, password)).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let (ours, mut viewer) = tokio::io::duplex(ROOM);
    tokio::spawn(async move {
        // A viewer that goes away in between has nobody to be told.
        if greet(&mut viewer).await.is_ok() {
            copy_bidirectional(&mut viewer, &mut server).await.ok();
        }
    });
    Ok(ours)
}

async fn sign_in(server: &mut (impl AsyncRead + AsyncWrite + Unpin), password: &str) -> io::Result<()> {
    let mut version = [0; 12];
    server.read_exact(&mut version).await?;
    if !version.starts_with(b"RFB 003.") {
        return Err(io::Error::other("it does not speak RFB 3"));
    }
    server.write_all(VERSION).await?;
    let count = server.read_u8().await?;
    if count == 0 {
        return Err(refusal(server).await);
    }
    let mut kinds = vec![0; usize::from(count)];
    server.read_exact(&mut kinds).await?;
    if kinds.contains(&VNC_PASSWORD) {
        server.write_u8(VNC_PASSWORD).await?;
        let mut challenge = [0; 16];
        server.read_exact(&mut challenge).await?;
        server.write_all(&answer(challenge, password)).await?;
    } else if kinds.contains(&NO_SECURITY) {
        server.write_u8(NO_SECURITY).await?;
    } else {
        return Err(io::Error::other(format!("it asks for security of another kind: {kinds:?}")));
    }
    if server.read_u32().await? == 0 { Ok(()) } else { Err(refusal(server).await) }
}

/// Why the server does not go on, in its own words.
async fn refusal(server: &mut (impl AsyncRead + Unpin)) -> io::Error {
    let length = server.read_u32().await.unwrap_or(0).min(1024);
    let mut words = vec![0; usize::try_from(length).unwrap_or(0)];
    match server.read_exact(&mut words).await {
        Ok(_) if !words.is_empty() => io::Error::other(String::from_utf8_lossy(&words).into_owned()),
        _ => io::Error::other("it refused"),
    }
}

/// RFC 6143 §7.2.2: the challenge, encrypted with the password as key, whose bits are mirrored in each byte.
fn answer(mut challenge: [u8; 16], password: &str) -> [u8; 16] {
    let mut key = [0_u8; 8];
    for (place, byte) in key.iter_mut().zip(password.bytes()) {
        *place = byte.reverse_bits();
    }
    let cipher = Des::new(&key.into());
    for block in challenge.chunks_exact_mut(8) {
        if let Ok(block) = block.try_into() {
            cipher.encrypt_block(block);
        }
    }
    challenge
}

/// What the viewer is told instead: no security.
async fn greet(viewer: &mut DuplexStream) -> io::Result<()> {
    viewer.write_all(VERSION).await?;
    let mut version = [0; 12];
    viewer.read_exact(&mut version).await?;
    viewer.write_all(&[1, NO_SECURITY]).await?;
    if viewer.read_u8().await? != NO_SECURITY {
        return Err(io::Error::other("the viewer asks for security that was not offered"));
    }
    viewer.write_u32(0).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_what_vnc_servers_expect() {
        // A pair that was computed with an independent DES, password "password".
        let challenge: [u8; 16] = *b"\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff";
        assert_eq!(data_encoding::HEXLOWER.encode(&answer(challenge, "password")), "b7b9c87777661a7a2299733209bfdfce");
    }

    #[tokio::test]
    async fn a_viewer_needs_no_password() {
        let (mut ours, mut server) = tokio::io::duplex(256);
        let served = tokio::spawn(async move {
            server.write_all(b"RFB 003.008\n").await.unwrap();
            let mut version = [0; 12];
            server.read_exact(&mut version).await.unwrap();
            server.write_all(&[1, 2]).await.unwrap();
            assert_eq!(server.read_u8().await.unwrap(), 2);
            server.write_all(&[7; 16]).await.unwrap();
            let mut said = [0; 16];
            server.read_exact(&mut said).await.unwrap();
            assert_eq!(said, answer([7; 16], "secret12"));
            server.write_u32(0).await.unwrap();
        });
        sign_in(&mut ours, "secret12").await.unwrap();
        served.await.unwrap();
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_the_servers_words() {
        let (mut ours, mut server) = tokio::io::duplex(256);
        tokio::spawn(async move {
            server.write_all(b"RFB 003.008\n\x00\x00\x00\x00\x08too many").await.unwrap();
            let mut version = [0; 12];
            server.read_exact(&mut version).await.unwrap();
        });
        assert_eq!(sign_in(&mut ours, "x").await.unwrap_err().to_string(), "too many");
    }
}
