//! One address for several servers, as a load balancer gives it: each connection goes to one that takes it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Goes on until it is dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Balancer {
    /// Stands before these servers, which may die and come back.
    ///
    /// # Panics
    /// If this machine has no free port.
    pub async fn before(servers: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        Self { address, task: tokio::spawn(balance(listener, servers)) }
    }

    /// The address for webhooks.
    pub fn webhook_url(&self) -> String {
        format!("http://{}/webhooks/whatsapp", self.address)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn balance(listener: TcpListener, servers: Vec<SocketAddr>) {
    static TURN: AtomicUsize = AtomicUsize::new(0);
    while let Ok((mut client, _)) = listener.accept().await {
        let servers = servers.clone();
        tokio::spawn(async move {
            let first = TURN.fetch_add(1, Ordering::Relaxed);
            for place in 0..servers.len() {
                let server = servers[(first + place) % servers.len()];
                if let Ok(mut server) = TcpStream::connect(server).await {
                    // It ends when one of both does, which is what a crash looks like from outside.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}
