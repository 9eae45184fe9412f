//! From a signed webhook to the committed turn, on Redis and on the embedded store.
//!
//! Everything runs in this process, without a port: edge, turn, store. The sends that the turns cause are claimed, and answered between
//! the rounds, while the clock stands still.

use std::{
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};
use servers::redis::RedisServer;
use store::{Commit, Store, Stored};

use crate::{
    Effort, connect,
    customers::{Customer, SAYS, SENDS, Webhook},
    gate::Server,
    processor::own,
    redis::{self, Counters, EVERYSEC},
    rounded,
};

/// Requests under way on Redis, as in `redis-benchmark -c 50`.
const ON_REDIS: usize = 50;
/// The same on the embedded store, where commits that come together share a flush of the disk.
const EMBEDDED: usize = 256;
/// Conversations that warm up connections, scripts and caches.
const WARM: usize = 500;

/// Speed, latency and cost on Redis.
pub async fn on_redis(effort: &Effort, figures: &mut Map<String, Value>) {
    let redis = RedisServer::start(EVERYSEC);
    let (store, _folder) = connect(&redis).await;
    let server = Server::on(store.clone()).await;
    // Connections, scripts, caches.
    play(&server, 0..WARM, ON_REDIS).await;
    store.count_contacts().await.expect("a running Redis");

    let before = (Counters::of(&redis), redis::cpu(&redis), own());
    let first = 1_000;
    let played = play(&server, first..first + effort.conversations, ON_REDIS).await;
    let messages = effort.conversations * SAYS.len();
    let cost = Counters::of(&redis).since(before.0, messages);
    let micros = |seconds: f64| seconds * 1e6 / messages as f64;
    let (theirs, ours) = (micros(redis::cpu(&redis) - before.1), micros(own() - before.2));
    let rate = messages as f64 / played.as_secs_f64();
    let bound = redis::bound(&redis, effort.requests);
    println!("accepted on Redis: {rate:.0} a second; bound by redis-benchmark {bound:.0}, ratio {:.2}", rate / bound);
    println!(
        "with its {:.1} sends a message and the journal's way to SQLite, processor time: ours {ours:.0} µs, Redis {theirs:.0} µs",
        SENDS
    );
    println!("{:.1} commands, {:.2} round trips, {:.0} bytes of AOF a message", cost.commands, cost.round_trips, cost.aof);

    let late = paced(&server, 100_000, effort.conversations, rate * 0.7).await;
    println!("at 70 % of that rate: p50 {:.2} ms, p99 {:.2} ms", late.0, late.1);
    figures.insert("redis_commit_ratio_of_bound".into(), rounded(rate / bound));
    figures.insert("redis_accepted_per_second".into(), json!(rate.round()));
    figures.insert("redis_bound_per_second".into(), json!(bound.round()));
    figures.insert("redis_commit_p99_ms".into(), rounded(late.1));
    figures.insert("redis_commands_per_inbound".into(), rounded(cost.commands));
    figures.insert("redis_round_trips_per_inbound".into(), rounded(cost.round_trips));
    figures.insert("redis_aof_bytes_per_inbound".into(), json!(cost.aof.round()));
    figures.insert("redis_accept_cpu_us".into(), json!((ours + theirs).round()));
}

/// Memory, and the speed with many contacts stored against few.
pub async fn grown(effort: &Effort, figures: &mut Map<String, Value>) {
    let redis = RedisServer::start(EVERYSEC);
    let (store, _folder) = connect(&redis).await;
    let server = Server::on(store.clone()).await;
    play(&server, 0..WARM, ON_REDIS).await;
    let sample = store.load(Customer(0).contact().as_str()).await.expect("a running Redis").expect("it went through the dialog");

    // A thousand stored, each thousand another, for a contact that talks again and again grows.
    let few = thousands(&server, &store, &sample, effort.stored, effort.repetitions, true).await;
    let used = || ["used_memory_dataset", "used_memory"].map(|field| redis::info(&redis, "memory", field));
    store.count_contacts().await.expect("a running Redis");
    let before = used();
    let begun = Instant::now();
    fill(&store, &sample, 1_000..effort.stored).await;
    store.count_contacts().await.expect("a running Redis");
    let grown = used();
    let each = |place: usize| (grown[place] - before[place]) / (effort.stored - 1_000) as f64;
    println!(
        "{} contacts stored in {:.0} s: {:.0} bytes each, {:.0} with Redis's own tables",
        effort.stored,
        begun.elapsed().as_secs_f64(),
        each(0),
        each(1)
    );
    let many = thousands(&server, &store, &sample, 1_000, effort.repetitions, false).await;
    println!("messages a second with 1,000 stored: {few:.0}; with {}: {many:.0}; ratio {:.3}", effort.stored, many / few);
    figures.insert("redis_bytes_per_contact".into(), json!(each(0).round()));
    figures.insert("growth_1k_to_1m".into(), rounded(many / few));
    figures.insert("growth_stored".into(), json!(effort.stored));
}

/// Has a thousand contacts after the other go through the dialog. `is_alone`: they are stored before, and erased after it.
async fn thousands(
    server: &Server,
    store: &Arc<dyn Store>,
    sample: &Stored,
    first: usize,
    repetitions: usize,
    is_alone: bool,
) -> f64 {
    let mut spent = Duration::ZERO;
    for repetition in 0..repetitions {
        let who = first + repetition * 1_000..first + (repetition + 1) * 1_000;
        if is_alone {
            fill(store, sample, who.clone()).await;
        }
        spent += play(server, who.clone(), ON_REDIS).await;
        if is_alone {
            for place in who {
                store.erase(Customer(place).contact().as_str()).await.expect("a running Redis");
            }
        }
    }
    (repetitions * 1_000 * SAYS.len()) as f64 / spent.as_secs_f64()
}

/// Stores contacts like one that went through the dialog.
async fn fill(store: &Arc<dyn Store>, sample: &Stored, who: Range<usize>) {
    let text = String::from_utf8(sample.value.clone()).expect("a contact's value is JSON");
    let (digits, id) = (Customer(0).digits(), Customer(0).contact());
    let text: Arc<str> = text.into();
    each(who, ON_REDIS, move |place| {
        let (store, customer) = (store.clone(), Customer(place));
        let value = text.replace(&digits, &customer.digits()).replace(id.as_str(), customer.contact().as_str());
        async move {
            let contact = customer.contact();
            store.set_alias(&customer.alias(), contact.as_str(), None).await.expect("a running Redis");
            let key = contact.to_string();
            let commit = Commit { key, expected_version: 0, value: Some(value.into_bytes()), due: None, journal: Vec::new() };
            store.commit(commit).await.expect("a running Redis");
        }
    })
    .await;
}

/// Speed on the embedded store.
pub async fn embedded(effort: &Effort, figures: &mut Map<String, Value>) {
    let folder = tempfile::tempdir().expect("the system's folder for temporary files can be written");
    let store = store::open(folder.path()).expect("a new folder");
    let server = Server::on(store.clone()).await;
    play(&server, 0..WARM, EMBEDDED).await;
    let (flushes, sends) = (store.flushes(), server.graph.sends());
    let played = play(&server, 1_000..1_000 + effort.conversations, EMBEDDED).await;
    let messages = effort.conversations * SAYS.len();
    let rate = messages as f64 / played.as_secs_f64();
    let together = (messages as f64 + (server.graph.sends() - sends) as f64) / (store.flushes() - flushes) as f64;
    println!("accepted on the embedded store: {rate:.0} a second; {together:.0} commits share a flush");
    figures.insert("embedded_inbound_per_second".into(), json!(rate.round()));
}

/// Has customers go through the dialog: all get message 1, then all message 2; gives the time that their acceptance took.
async fn play(server: &Server, who: Range<usize>, at_once: usize) -> Duration {
    let mut spent = Duration::ZERO;
    for turn in 0..SAYS.len() {
        let webhooks = Arc::new(all_say(server, who.clone(), turn));
        let begun = Instant::now();
        let taken = webhooks.clone();
        each(0..webhooks.len(), at_once, move |place| {
            let (server, webhooks) = (server.clone(), taken.clone());
            async move { server.accept(&webhooks[place]).await }
        })
        .await;
        spent += begun.elapsed();
        server.settle().await;
    }
    spent
}

/// The same at a fixed rate, whatever the answers: milliseconds that half of the webhooks, and all but one in a hundred, took.
async fn paced(server: &Server, first: usize, conversations: usize, rate: f64) -> (f64, f64) {
    let mut took = Vec::new();
    for turn in 0..SAYS.len() {
        let webhooks = all_say(server, first..first + conversations, turn);
        let begun = tokio::time::Instant::now();
        let mut tasks = Vec::new();
        for (place, webhook) in webhooks.into_iter().enumerate() {
            let at = begun + Duration::from_secs_f64(place as f64 / rate);
            if at > tokio::time::Instant::now() {
                tokio::time::sleep_until(at).await;
            }
            let server = server.clone();
            tasks.push(tokio::spawn(async move {
                server.accept(&webhook).await;
                at.elapsed().as_secs_f64() * 1_000.0
            }));
        }
        for task in tasks {
            took.push(task.await.expect("a task of this bench"));
        }
        server.settle().await;
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100])
}

/// What all say at this place of the dialog.
fn all_say(server: &Server, who: Range<usize>, turn: usize) -> Vec<Webhook> {
    let now = server.app.now().0;
    who.map(Customer).map(|customer| customer.says(turn, server.graph.button_of(customer).as_ref(), now)).collect()
}

/// Does something for each of these, so many at a time.
async fn each<F>(range: Range<usize>, at_once: usize, work: impl Fn(usize) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    // Each in a task, so that all cores take part.
    let tasks = range.map(|place| tokio::spawn(work(place)));
    stream::iter(tasks).buffer_unordered(at_once).for_each(|done| async move { done.expect("a task of this bench") }).await;
}
