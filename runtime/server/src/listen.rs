//! The port: takes connections, and lets them go when the server stops. HTTP/1.1, as proxies speak it to what stands behind them.
//!
//! A connection has no say in when the server ends: a request's head must come in time, and at a stop a connection may finish what it is
//! at for a while, then it is cut.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// How long the head of a request may take, and how long a connection may rest between two. Longer than proxies keep theirs (nginx: 60
/// seconds), so that it is they who let go, and no request meets a connection that has just been closed.
const HEAD: Duration = Duration::from_secs(75);
/// Pause after an error that the next connection would meet too, such as too many open files.
const PAUSE: Duration = Duration::from_secs(1);

/// A port that takes connections.
pub struct Port {
    connections: TaskTracker,
    /// No new connection, no new request on those that are open.
    closing: CancellationToken,
    cut: CancellationToken,
}

impl Port {
    /// Begins to take connections.
    pub fn open(listener: TcpListener, router: Router) -> Self {
        let port = Port { connections: TaskTracker::new(), closing: CancellationToken::new(), cut: CancellationToken::new() };
        let (connections, closing, cut) = (port.connections.clone(), port.closing.clone(), port.cut.clone());
        port.connections.spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = closing.cancelled() => return,
                };
                match accepted {
                    Ok((stream, peer)) => {
                        connections.spawn(serve(stream, peer, router.clone(), closing.clone(), cut.clone()));
                    }
                    Err(error) if is_of_one_connection(error.kind()) => {}
                    Err(error) => {
                        tracing::error!(%error, "no connection can be taken for a moment: {error}");
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        });
        port
    }

    /// Takes no more connections. Those that are open may finish their request within this time.
    pub async fn close(self, within: Duration) {
        self.closing.cancel();
        self.connections.close();
        if tokio::time::timeout(within, self.connections.wait()).await.is_err() {
            self.cut.cancel();
            self.connections.wait().await;
        }
    }
}

fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

async fn serve(stream: TcpStream, peer: SocketAddr, router: Router, closing: CancellationToken, cut: CancellationToken) {
    // Requests know who calls.
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), service));
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                served = connection => served,
                () = cut.cancelled() => return,
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended: {error}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::Notify,
    };

    use super::*;

    /// A port with a page that waits, and a connection to it that has sent this.
    async fn connected(sent: &[u8], ready: &Arc<Notify>, go_on: &Arc<Notify>) -> (Port, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ready, go_on) = (ready.clone(), go_on.clone());
        let page = move || async move {
            ready.notify_one();
            go_on.notified().await;
            "done"
        };
        let port = Port::open(listener, Router::new().route("/", get(page)));
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        (port, stream)
    }

    async fn rest(mut stream: TcpStream) -> String {
        let mut text = String::new();
        // A connection that was cut may end with a reset.
        let _ = stream.read_to_string(&mut text).await;
        text
    }

    #[tokio::test]
    async fn half_a_head_does_not_hold_up_a_stop() {
        for sent in [&b""[..], b"P", b"GET / HTTP/1.1\r\nHost: loc"] {
            let (port, stream) = connected(sent, &Arc::default(), &Arc::default()).await;
            port.close(Duration::from_millis(20)).await;
            assert_eq!(rest(stream).await, "");
        }
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_before_the_port_closes() {
        let (ready, go_on) = (Arc::<Notify>::default(), Arc::<Notify>::default());
        let (port, stream) = connected(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", &ready, &go_on).await;
        ready.notified().await;
        let closing = tokio::spawn(port.close(Duration::from_secs(60)));
        go_on.notify_one();
        let answer = rest(stream).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
        closing.await.unwrap();
    }
}
