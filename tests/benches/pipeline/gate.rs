//! A server without a port, and a Graph API that answers when it is told to: what is measured is the way from a webhook to its commit,
//! and the sends that follow wait until the clock stands still.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, Response},
};
use salesbot::{
    app::{App, Parts, system_clock, system_random},
    bots,
    caller::NoCalls,
    graph_client::{self, Begun, GraphClient},
    router::router,
    settings::{Flags, Settings},
};
use serde_json::{Value, json};
use store::Store;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::customers::{self, Button, Customer, QUALIFICATION, Webhook};

/// A server on a store.
#[derive(Clone)]
pub struct Server {
    pub app: Arc<App>,
    pub graph: Arc<Gate>,
    router: Router,
}

impl Server {
    pub async fn on(store: Arc<dyn Store>) -> Self {
        let settings = customers::settings("http://127.0.0.1:1");
        let settings = Settings::read(&settings, "bench", |_| None, &Flags::default()).expect("the bench's own settings");
        let graph = Arc::new(Gate::default());
        let parts = Parts {
            settings,
            store,
            clock: system_clock(),
            random: system_random(),
            caller: Arc::new(NoCalls),
            knowledge: Arc::default(),
            graph: graph.clone(),
        };
        let app = App::build(parts).await.expect("a new store");
        app.set_ready();
        let checked = bots::check("qualification", QUALIFICATION, &app.environment.load());
        let bot = checked.bot.expect("the bench's own bot is right");
        bots::publish(&app, bot, QUALIFICATION, None, false).await.expect("a new store");
        Server { router: router(app.clone()), app, graph }
    }

    /// Takes a webhook, from the signature to the commit.
    pub async fn accept(&self, webhook: &Webhook) {
        let mut request = Request::post("/webhooks/whatsapp")
            .header("x-hub-signature-256", &webhook.signature)
            .body(Body::from(webhook.body.clone()))
            .expect("a valid request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        let response = self.router.clone().oneshot(request).await.expect("a router always answers");
        assert_eq!(response.status(), 200, "a webhook was not accepted");
    }

    /// Has all sends answered, until none is left.
    pub async fn settle(&self) {
        self.graph.open.send_replace(true);
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.tasks.reopen();
        self.graph.open.send_replace(false);
    }
}

/// A Graph API that takes all, and answers while it is open.
#[derive(Default)]
pub struct Gate {
    open: watch::Sender<bool>,
    /// By customer: the first button of the last message that had any.
    buttons: Mutex<HashMap<usize, Button>>,
    sends: AtomicU64,
}

impl Gate {
    pub fn button_of(&self, customer: Customer) -> Option<Button> {
        self.lock().get(&customer.0).cloned()
    }

    /// How many sends there were.
    pub fn sends(&self) -> u64 {
        self.sends.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Button>> {
        self.buttons.lock().expect("nobody panics with it")
    }
}

impl GraphClient for Gate {
    fn begin<'a>(&'a self, request: graph_client::Request<'a>) -> Begun<'a> {
        let body = request.body.unwrap_or(&Value::Null);
        let place = self.sends.fetch_add(1, Ordering::Relaxed);
        let button = &body["interactive"]["action"]["buttons"][0]["reply"];
        let customer = body["to"].as_str().and_then(|to| Customer::of(to.trim_start_matches('+')));
        if let (Some(customer), Some(id), Some(title)) = (customer, button["id"].as_str(), button["title"].as_str()) {
            self.lock().insert(customer.0, (id.to_owned(), title.to_owned()));
        }
        Box::pin(async move {
            // An error says that the bench is over.
            let _ = self.open.subscribe().wait_for(|open| *open).await;
            let id = format!("wamid.HBgNNTUxMTk5OTk5OTk5ORUCABEYEjQ{place:018X}AA==");
            let answer = json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] }).to_string();
            Ok(Response::new(answer).into())
        })
    }
}
