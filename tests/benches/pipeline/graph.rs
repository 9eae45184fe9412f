//! A Graph API that costs as little as it can: it looks for the few words that it needs, accepts all, and tells what became of each send.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::body::{Body, to_bytes};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::customers::{Button, Customer};

/// More than any message of the dialog.
const MAX_BODY: usize = 64 * 1024;

/// A message that was accepted.
pub struct Accepted {
    pub wamid: String,
    /// `biz_opaque_callback_data`.
    pub callback: String,
    /// Its first button.
    pub button: Option<Button>,
}

/// Who hears of the messages to a customer.
type Listeners = Mutex<HashMap<usize, UnboundedSender<Accepted>>>;

#[derive(Default)]
pub struct Graph {
    listeners: Listeners,
    next: AtomicU64,
}

impl Graph {
    /// Listens on a port of its own, for as long as the program runs.
    pub async fn start() -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let graph = Arc::new(Graph::default());
        tokio::spawn(graph.clone().serve(listener));
        (graph, address)
    }

    /// The messages to a customer, from now on.
    pub fn listen(&self, customer: Customer) -> UnboundedReceiver<Accepted> {
        let (sender, receiver) = unbounded_channel();
        self.lock().insert(customer.0, sender);
        receiver
    }

    pub fn leave(&self, customer: Customer) {
        self.lock().remove(&customer.0);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, UnboundedSender<Accepted>>> {
        self.listeners.lock().expect("nobody panics with it")
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            // Without it each answer may wait for 40 ms.
            let _ = stream.set_nodelay(true);
            let graph = self.clone();
            let service = service_fn(move |request| {
                let graph = graph.clone();
                async move { Ok::<_, Infallible>(graph.take(request).await) }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    }

    async fn take(&self, request: Request<Incoming>) -> Response<Body> {
        if request.method() == "GET" {
            return Response::new(Body::from("{\"data\":[]}"));
        }
        let body = to_bytes(Body::new(request.into_body()), MAX_BODY).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&body);
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let wamid = format!("wamid.HBgNNTUxMTk5OTk5OTk5ORUCABEYEjQ{place:018X}AA==");
        let customer =
            value_of(&text, "to").and_then(|to| Customer::of(to.trim_start_matches('+'))).expect("a send has a recipient");
        let callback = value_of(&text, "biz_opaque_callback_data").unwrap_or_default().to_owned();
        let button = text.find("\"reply\":{").map(|place| {
            let reply = &text[place..];
            (value_of(reply, "id").unwrap_or_default().to_owned(), value_of(reply, "title").unwrap_or_default().to_owned())
        });
        let answer = format!(
            "{{\"messaging_product\":\"whatsapp\",\"contacts\":[{{\"input\":\"{0}\",\"wa_id\":\"{0}\"}}],\"messages\":[{{\"id\":\"{wamid}\"}}]}}",
            customer.digits()
        );
        if let Some(listener) = self.lock().get(&customer.0) {
            // Who does not listen any more need not hear.
            let _ = listener.send(Accepted { wamid, callback, button });
        }
        Response::builder().header("content-type", "application/json").body(Body::from(answer)).expect("a valid answer")
    }
}

/// The text at a key, in JSON without spaces and escapes around it.
pub fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let place = text.find(&format!("\"{key}\":\""))? + key.len() + 4;
    text[place..].split('"').next()
}
