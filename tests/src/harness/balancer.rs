//! One address for several servers, as a load balancer gives it: each connection goes to one of them, by chance.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::mock::chance::Chance;

/// Goes on until it is dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    servers: Arc<Mutex<Vec<SocketAddr>>>,
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
        let servers = Arc::new(Mutex::new(servers));
        Self { address, servers: Arc::clone(&servers), task: tokio::spawn(balance(listener, servers)) }
    }

    /// The address for webhooks.
    pub fn webhook_url(&self) -> String {
        format!("http://{}/webhooks/whatsapp", self.address)
    }

    /// From now on new connections go to these servers.
    pub fn set_servers(&self, servers: Vec<SocketAddr>) {
        *self.servers.lock().unwrap_or_else(PoisonError::into_inner) = servers;
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn balance(listener: TcpListener, servers: Arc<Mutex<Vec<SocketAddr>>>) {
    let chance = Chance::seeded(u64::from(listener.local_addr().map_or(0, |address| address.port())));
    while let Ok((mut client, _)) = listener.accept().await {
        let mut servers = servers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        chance.shuffle(&mut servers);
        tokio::spawn(async move {
            for server in servers {
                // One that is down refuses at once.
                if let Ok(mut server) = TcpStream::connect(server).await {
                    // It ends when one of both does, which is what a crash looks like from outside.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                    return;
                }
            }
        });
    }
}
