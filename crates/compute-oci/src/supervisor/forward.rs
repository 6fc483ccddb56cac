//! The port on the host that leads to the container's SSH server.

use std::net::Ipv4Addr;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

/// Where SSH servers listen.
const SSH: u16 = 22;

/// Leads everyone who connects to `listener` to the container's SSH server, for ever. Without one there they are hung up on.
pub(super) async fn serve(listener: TcpListener, address: Ipv4Addr) {
    loop {
        // Too many open files, for example: that passes.
        let Ok((mut caller, _)) = listener.accept().await else { continue };
        tokio::spawn(async move {
            if let Ok(mut server) = TcpStream::connect((address, SSH)).await {
                let _hung_up = copy_bidirectional(&mut caller, &mut server).await;
            }
        });
    }
}
