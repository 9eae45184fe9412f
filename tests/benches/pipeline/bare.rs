//! What the exchanges of a message cost by themselves: a server of the same libraries that makes the same requests as the real one, to Redis
//! and to the Graph API, and does nothing between them. No turn, no journal, no signature, no pace: less can't be had with these libraries on
//! this machine, whatever the program does.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use axum::{Router, body::Bytes, extract::State, http::StatusCode, routing::post};
use redis::{Script, aio::MultiplexedConnection};
use reqwest::Client;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    customers::{Customer, SAYS},
    graph::value_of,
};

/// The argument that makes this program such a server; the addresses of Redis and of the Graph API follow.
pub const FLAG: &str = "bare-server";

/// About what a commit writes: a contact's packed value, and the note of its facts.
const VALUE: usize = 700;
const NOTE: usize = 350;

/// A server in a process of its own.
pub struct BareServer {
    process: Child,
    pub address: String,
}

impl BareServer {
    pub fn start(redis: &str, graph: &str) -> Self {
        let program = std::env::current_exe().expect("this program has a file");
        let mut process = Command::new(program)
            .args([FLAG, redis, graph])
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started once more");
        let mut address = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut address).expect("it tells its address");
        BareServer { process, address: address.trim().to_owned() }
    }

    pub fn process_id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

struct Bare {
    redis: MultiplexedConnection,
    commit: Script,
    client: Client,
    graph: String,
}

/// Serves until it is killed.
pub async fn serve(redis: &str, graph: &str) {
    let client = redis::Client::open(redis).expect("the address of a Redis");
    let bare = Bare {
        redis: client.get_multiplexed_async_connection().await.expect("a running Redis"),
        commit: Script::new("redis.call('XADD', KEYS[2], '*', 'n', ARGV[2]) return redis.call('SET', KEYS[1], ARGV[1])"),
        client: Client::builder().no_proxy().tcp_nodelay(true).build().expect("a client without special wishes"),
        graph: graph.to_owned(),
    };
    let router = Router::new().route("/webhooks/whatsapp", post(take)).with_state(Arc::new(bare));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
    println!("{}", listener.local_addr().expect("a bound listener has an address"));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it each answer may wait for 40 ms.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.expect("it serves until it is killed");
}

async fn take(State(bare): State<Arc<Bare>>, body: Bytes) -> StatusCode {
    let text = String::from_utf8_lossy(&body);
    let customer = value_of(&text, "from").and_then(Customer::of).expect("a message has a sender");
    let said = value_of(&text, "body");
    let answers = SAYS.iter().find(|(says, _)| *says == said).map_or(0, |(_, answers)| *answers);
    bare.commit(customer).await;
    tokio::spawn(async move {
        for _ in 0..answers {
            bare.send(customer).await;
            bare.commit(customer).await;
        }
    });
    StatusCode::OK
}

impl Bare {
    async fn commit(&self, customer: Customer) {
        let mut redis = self.redis.clone();
        let (value, note) = ("x".repeat(VALUE), "x".repeat(NOTE));
        let (key, stream) = (format!("bare:{}", customer.digits()), format!("bare:stream:{}", customer.0 % 64));
        let mut call = self.commit.key(key);
        let _: () = call.key(stream).arg(value).arg(note).invoke_async(&mut redis).await.expect("a running Redis");
    }

    async fn send(&self, customer: Customer) {
        let body = json!({
            "messaging_product": "whatsapp", "recipient_type": "individual", "to": customer.digits(), "type": "interactive",
            "interactive": { "type": "button", "body": { "text": "What do you need most?" }, "action": { "buttons": [
                { "type": "reply", "reply": { "id": "s2:1:need:sell", "title": "Sell more" } },
            ] } },
            "biz_opaque_callback_data": "s1:c140267ad554271b631b5:5",
        });
        let url = format!("{}/v23.0/100000/messages", self.graph);
        let request = self.client.post(url).bearer_auth("token").json(&body);
        let response = request.send().await.expect("the mock answers");
        response.bytes().await.expect("an answer has an end");
    }
}
