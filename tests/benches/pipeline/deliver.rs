//! From the webhook to the Graph API and back: the real program on Redis, with load, mock and Redis on the same cores.
//!
//! Each customer says the next thing when all that answers the last has come. The program sends, keeps pace, commits the results; and in
//! the second measurement takes three statuses of each message, too.

use std::{sync::Arc, time::Instant};

use axum::body::Body;
use hyper::{
    Request,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};
use servers::{postgres::PostgresServer, redis::RedisServer};
use tests::harness::Server;
use tokio::{
    net::TcpStream,
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use crate::{
    Effort,
    bare::BareServer,
    customers::{self, Customer, QUALIFICATION, SAYS, Webhook},
    graph::Graph,
    processor,
    redis::{self, EVERYSEC},
    rounded,
};

/// Customers who talk at the same time.
const AT_ONCE: usize = 256;
/// Connections that bring statuses.
const CONNECTIONS: usize = 32;
const STATUSES: [&str; 3] = ["sent", "delivered", "read"];

pub async fn measure(effort: &Effort, figures: &mut Map<String, Value>) {
    let bare = run_bare(effort.answered).await;
    bare.show("by a server that only makes the same requests");
    let plain = run(&Setting { servers: 1, on_postgres: false, statuses: false }, effort.answered).await;
    plain.show("without statuses");
    let with_statuses = run(&Setting { servers: 1, on_postgres: false, statuses: true }, effort.answered / 2).await;
    with_statuses.show("with three statuses a send");
    let one = run(&Setting { servers: 1, on_postgres: true, statuses: false }, effort.answered).await;
    one.show("one server, journal in PostgreSQL");
    let three = run(&Setting { servers: 3, on_postgres: true, statuses: false }, effort.answered).await;
    three.show("three servers, journal in PostgreSQL");
    figures.insert("redis_send_inbound_per_second".into(), json!(plain.rate.round()));
    figures.insert("redis_send_with_statuses_per_second".into(), json!(with_statuses.rate.round()));
    figures.insert("cpu_us_per_inbound".into(), json!(plain.whole().round()));
    figures.insert("cpu_us_server".into(), json!(plain.server.round()));
    figures.insert("cpu_us_redis".into(), json!(plain.redis.round()));
    figures.insert("cpu_us_load_and_mock".into(), json!(plain.load.round()));
    figures.insert("cpu_us_bare".into(), json!(bare.whole().round()));
    figures.insert("cpu_us_bare_server".into(), json!(bare.server.round()));
    figures.insert("redis_send_bare_per_second".into(), json!(bare.rate.round()));
    figures.insert("cpu_us_per_inbound_with_statuses".into(), json!(with_statuses.whole().round()));
    figures.insert("scaling_1_to_3_servers".into(), rounded(three.rate / one.rate));
}

/// What runs.
struct Setting {
    servers: usize,
    on_postgres: bool,
    /// Whether Meta tells what became of each send.
    statuses: bool,
}

/// A message's cost, in microseconds of processor time.
struct Measured {
    rate: f64,
    server: f64,
    redis: f64,
    load: f64,
}

impl Measured {
    fn whole(&self) -> f64 {
        self.server + self.redis + self.load
    }

    fn show(&self, what: &str) {
        let Measured { rate, server, redis, load } = self;
        println!(
            "answered, {what}: {rate:.0} a second; processor time of each: {:.0} µs (server {server:.0}, Redis {redis:.0}, load and mock {load:.0})",
            self.whole()
        );
    }
}

async fn run(setting: &Setting, conversations: usize) -> Measured {
    let redis = RedisServer::start(EVERYSEC);
    let journal = tempfile::tempdir().expect("the system's folder for temporary files can be written");
    let postgres = setting.on_postgres.then(PostgresServer::start);
    let (graph, address) = Graph::start().await;
    let mut started = Vec::new();
    for _ in 0..setting.servers {
        let folder = || journal.path().display().to_string();
        let journal = postgres.as_ref().map_or_else(folder, |postgres| postgres.url("postgres"));
        let setup = Server::with()
            .bot("qualification", serde_json::from_str(QUALIFICATION).expect("the bench's own bot"))
            .settings(&customers::settings(&format!("http://{address}")))
            .variable("SALESBOT_STORE", redis.url())
            .variable("SALESBOT_JOURNAL", journal)
            .variable("SALESBOT_LOG", "warn");
        started.push(setup.start_alone().await);
    }
    let load = Load { graph, servers: started.iter().map(Server::address).collect(), with_statuses: setting.statuses };
    let processes: Vec<u32> = started.iter().map(Server::process_id).collect();
    Arc::new(load).measure(&redis, &processes, conversations).await
}

/// The same exchanges with nothing between them.
async fn run_bare(conversations: usize) -> Measured {
    let redis = RedisServer::start(EVERYSEC);
    let (graph, address) = Graph::start().await;
    let server = BareServer::start(&redis.url(), &format!("http://{address}"));
    let address = server.address.parse().expect("it tells its address");
    let load = Load { graph, servers: vec![address], with_statuses: false };
    Arc::new(load).measure(&redis, &[server.process_id()], conversations).await
}

struct Load {
    graph: Arc<Graph>,
    servers: Vec<std::net::SocketAddr>,
    with_statuses: bool,
}

impl Load {
    /// Warms up, and measures these conversations.
    async fn measure(self: Arc<Self>, redis: &RedisServer, processes: &[u32], conversations: usize) -> Measured {
        self.clone().talk(0..AT_ONCE * 4).await;
        let used = || {
            let servers: f64 = processes.iter().map(|process| processor::of(&process.to_string())).sum();
            [servers, redis::cpu(redis), processor::own()]
        };
        let (before, begun) = (used(), Instant::now());
        self.talk(10_000..10_000 + conversations).await;
        let (seconds, after) = (begun.elapsed().as_secs_f64(), used());
        let messages = (conversations * SAYS.len()) as f64;
        let micros = |part: usize| (after[part] - before[part]) * 1e6 / messages;
        Measured { rate: messages / seconds, server: micros(0), redis: micros(1), load: micros(2) }
    }

    /// Has customers go through the dialog, so many at a time, each on a connection of their own.
    async fn talk(self: Arc<Self>, who: std::ops::Range<usize>) {
        let (statuses, brought) = mpsc::channel::<Webhook>(4_096);
        let brought = Arc::new(Mutex::new(brought));
        let mut tasks = JoinSet::new();
        for place in 0..CONNECTIONS {
            let (load, brought) = (self.clone(), brought.clone());
            tasks.spawn(async move {
                let mut connection = load.connect(place).await;
                loop {
                    let Some(status) = brought.lock().await.recv().await else { return };
                    post(&mut connection, status).await;
                }
            });
        }
        for place in 0..AT_ONCE {
            let (load, who, statuses) = (self.clone(), who.clone(), statuses.clone());
            tasks.spawn(async move {
                let mut connection = load.connect(place).await;
                for customer in who.skip(place).step_by(AT_ONCE).map(Customer) {
                    load.converse(customer, &mut connection, &statuses).await;
                }
            });
        }
        drop(statuses);
        while let Some(done) = tasks.join_next().await {
            done.expect("a task of this bench");
        }
    }

    async fn converse(&self, customer: Customer, connection: &mut SendRequest<Body>, statuses: &mpsc::Sender<Webhook>) {
        let (mut answers, mut button) = (self.graph.listen(customer), None);
        for (turn, (_, expected)) in SAYS.iter().enumerate() {
            post(connection, customer.says(turn, button.as_ref(), now())).await;
            for _ in 0..*expected {
                let accepted = answers.recv().await.expect("the mock runs as long as the bench");
                button = accepted.button.or(button);
                if self.with_statuses {
                    for state in STATUSES {
                        let status = customer.status(&accepted.wamid, state, &accepted.callback, now());
                        statuses.send(status).await.expect("somebody brings them");
                    }
                }
            }
        }
        self.graph.leave(customer);
    }

    async fn connect(&self, place: usize) -> SendRequest<Body> {
        let stream = TcpStream::connect(self.servers[place % self.servers.len()]).await.expect("a running server");
        stream.set_nodelay(true).expect("a connected stream");
        let (sender, connection) = handshake(TokioIo::new(stream)).await.expect("a running server");
        tokio::spawn(connection);
        sender
    }
}

async fn post(connection: &mut SendRequest<Body>, webhook: Webhook) {
    let request = Request::post("/webhooks/whatsapp")
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header("x-hub-signature-256", webhook.signature)
        .body(Body::from(webhook.body))
        .expect("a valid request");
    connection.ready().await.expect("a server that keeps connections");
    let response = connection.send_request(request).await.expect("a running server");
    assert_eq!(response.status(), 200, "a webhook was not accepted");
    axum::body::to_bytes(Body::new(response.into_body()), 64 * 1024).await.expect("an answer has an end");
}

fn now() -> i64 {
    salesbot::app::system_clock()().0
}
