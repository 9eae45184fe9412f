//! What a customer's message costs, by the marks of the project: from a signed webhook to its commit, and to the answers that have gone
//! out. `cargo xtask bench` runs it with the others.
//!
//! `cargo bench -p tests --bench pipeline` prints what it finds; the last line is one JSON object. `-- --quick` measures less.

mod accept;
mod bare;
mod customers;
mod deliver;
mod gate;
mod graph;
mod processor;
mod redis;

use std::sync::Arc;

use serde_json::{Map, Value, json};
use servers::redis::RedisServer;
use store::{Journal, Options, Store};
use tempfile::TempDir;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
struct Effort {
    /// Conversations that are open together.
    conversations: usize,
    /// Contacts in the store that is large.
    stored: usize,
    /// How often a thousand of them go through the dialog.
    repetitions: usize,
    /// What `redis-benchmark` asks.
    requests: usize,
    /// Conversations that are answered.
    answered: usize,
}

const QUICK: Effort = Effort { conversations: 2_000, stored: 20_000, repetitions: 3, requests: 50_000, answered: 2_000 };
const WHOLE: Effort = Effort { conversations: 10_000, stored: 1_000_000, repetitions: 10, requests: 300_000, answered: 20_000 };

#[tokio::main(worker_threads = 2)]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, redis, graph] = arguments.as_slice()
        && flag == bare::FLAG
    {
        return bare::serve(redis, graph).await;
    }
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let effort = if has("--quick") { QUICK } else { WHOLE };
    let only = |part: &str| ["accept", "grown", "embedded", "deliver"].iter().all(|other| !has(other)) || has(part);
    let mut figures = Map::new();
    if only("accept") {
        accept::on_redis(&effort, &mut figures).await;
    }
    if only("grown") {
        accept::grown(&effort, &mut figures).await;
    }
    if only("embedded") {
        accept::embedded(&effort, &mut figures).await;
    }
    if only("deliver") {
        deliver::measure(&effort, &mut figures).await;
    }
    println!("{}", json!(figures));
}

async fn connect(redis: &RedisServer) -> (Arc<dyn Store>, TempDir) {
    let folder = tempfile::tempdir().expect("the system's folder for temporary files can be written");
    let options = Options { journal: Journal::Folder(folder.path().to_owned()), ..Options::default() };
    (store::connect(&redis.url(), &options).await.expect("a Redis that was just started"), folder)
}

fn rounded(figure: f64) -> Value {
    json!((figure * 1_000.0).round() / 1_000.0)
}
