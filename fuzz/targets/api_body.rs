//! Bodies of the API: whatever comes, every call answers with a status of its own making, an error says so as `application/problem+json`,
//! and nothing panics. The calls are those of the API's own description, so a new one is fuzzed by itself.

#![no_main]

use std::{cell::RefCell, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request},
};
use libfuzzer_sys::fuzz_target;
use salesbot::{
    api,
    app::{App, Parts, system_random},
    bots,
    caller::NoCalls,
    graph_client::Network,
    router::router,
    settings::{Flags, Settings},
};
use steps::moment::Moment;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

/// 2026-03-02 10:00 UTC.
const NOW: Moment = Moment(1_772_445_600_000);
/// Inputs that one server takes: what they store is forgotten then.
const LIFE: u32 = 2_000;
const BOT: &str = include_str!("../seeds/bot/small.json");
const PHONE: &str = "+5511999999999";

/// A server in memory, and what can be asked of it.
struct Server {
    runtime: Runtime,
    app: Arc<App>,
    router: Router,
    calls: Vec<(Method, String)>,
    taken: u32,
}

impl Server {
    fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let settings = Settings::read("", "fuzz", |_| None, &Flags::default()).expect("the defaults are right");
        let graph = Arc::new(Network::new().expect("a client"));
        let (store, clock, random) = (store::memory(), Arc::new(|| NOW), system_random());
        let parts = Parts { settings, store, clock, random, caller: Arc::new(NoCalls), knowledge: Arc::default(), graph };
        let app = runtime.block_on(App::build(parts)).expect("a server in memory");
        let checked = bots::check("small", BOT, &app.environment.load());
        let bot = checked.bot.expect("the seed is right");
        runtime.block_on(bots::publish(&app, bot, BOT, None, false)).expect("a memory store takes it");
        app.set_ready();
        Server { runtime, router: router(app.clone()), app, calls: calls(), taken: 0 }
    }

    fn take(&mut self, call: u8, body: &[u8]) {
        let (method, path) = &self.calls[usize::from(call) % self.calls.len()];
        let request = Request::builder().method(method).uri(path).header("host", "localhost").header("content-type", "application/json");
        let mut request = request.body(Body::from(body.to_vec())).expect("a right request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4711))));
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("a router always answers");
            let status = response.status();
            let kind = response.headers().get("content-type").map(|kind| kind.as_bytes().to_vec()).unwrap_or_default();
            assert!(!status.is_server_error(), "{method} {path}: {status}");
            assert!(status.is_success() || kind == b"application/problem+json", "{method} {path}: {status}");
            // What the call began comes to its end.
            self.app.tasks.close();
            self.app.tasks.wait().await;
            self.app.tasks.reopen();
        });
        self.taken += 1;
    }
}

/// Every call that has a body, with names for what stands in its path.
fn calls() -> Vec<(Method, String)> {
    let description = serde_json::to_value(api::openapi()).expect("a description is JSON");
    let paths = description["paths"].as_object().expect("it has paths");
    let named = |path: &str| path.replace("{id}", "small").replace("{contact}", PHONE);
    let with_body = |(path, methods): (&String, &serde_json::Value)| {
        let methods = methods.as_object().cloned().unwrap_or_default();
        let path = named(path);
        methods.into_iter().filter(|(_, call)| !call["requestBody"].is_null()).map(move |(method, _)| {
            (Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"), path.clone())
        })
    };
    paths.iter().flat_map(with_body).collect()
}

thread_local! {
    static SERVER: RefCell<Server> = RefCell::new(Server::start());
}

fuzz_target!(|input: &[u8]| {
    let Some((call, body)) = input.split_first() else { return };
    SERVER.with_borrow_mut(|server| {
        if server.taken >= LIFE {
            *server = Server::start();
        }
        server.take(*call, body);
    });
});
