//! Hours of load: servers on Redis and PostgreSQL, customers who write at a steady rate, statuses, and a timer for each message.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::bots::bot;
use tests::chaos::phone;
use tests::harness::{Balancer, Server, is_quiet};
use tests::mock::{Mock, Number};
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};

use crate::verdict::{Sample, broken};

/// How long the bot waits for an answer that never comes.
const PATIENCE: Duration = Duration::from_secs(3);
/// A customer writes again after about so many seconds, when all is over that the last message brought about.
const RETURNS: u64 = 10;
/// Of so many customers who write one is new.
const NEW: u64 = 10;
/// Customers' messages a second that come to each of the business's numbers: with what answers them a third of what Meta allows one.
const A_NUMBER: u32 = 10;
/// Sends that the mock keeps: those of the last seconds are looked at.
const KEPT: usize = 20_000;
/// Pause between two looks at what was sent.
const LOOK: Duration = Duration::from_millis(500);
const MINUTE: Duration = Duration::from_secs(60);
const MB: u64 = 1_048_576;

/// How long and how hard.
pub struct Load {
    pub minutes: u32,
    /// Customers' messages a second.
    pub rate: u32,
    pub servers: usize,
}

/// Asks at each message, and reminds whoever does not write again in time.
fn patient() -> Value {
    let timeout = json!({"after": format!("{}s", PATIENCE.as_secs()), "goto": "remind"});
    bot(json!({
        "ask": {"type": "ask", "text": "What else?", "expect": "text", "outside_window": "hold", "timeout": timeout, "next": "ask"},
        "remind": {"type": "message", "text": "Are you there?"}
    }))
}

/// The customer who writes the message of this number: all of a group in turns, of whom each time some are new.
fn customer(message: u64, rate: u32) -> u64 {
    let group = (u64::from(rate) * RETURNS).max(NEW);
    message % group + message / group * (group / NEW)
}

/// What customers have sent so far.
#[derive(Default)]
struct Written {
    accepted: AtomicU64,
    /// Not taken in spite of all repetitions.
    given_up: AtomicU64,
}

/// The business's numbers.
fn numbers(rate: u32) -> Vec<Number> {
    (0..rate.div_ceil(A_NUMBER).max(1))
        .map(|place| Number::new(format!("{}", 100_000 + place), format!("1555{place:07}")))
        .collect()
}

/// The settings of those beside the first.
fn settings(numbers: &[Number]) -> String {
    numbers[1..].iter().map(|Number { id, .. }| format!("[[whatsapp.numbers]]\nphone_number_id = \"{id}\"\n")).collect()
}

/// Soaks, prints a row a minute, and tells whether all promises were kept.
pub async fn run(load: &Load) -> Result<bool> {
    let (redis, postgres) = (RedisServer::start("appendonly yes\nappendfsync everysec"), PostgresServer::start());
    let database = postgres.fresh_database().await;
    let numbers = numbers(load.rate);
    let mock = Mock::builder().numbers(numbers.clone()).limits(false).status_senders(8, 10).keep_last(KEPT);
    let mock = mock.retry(20, Duration::from_millis(50));
    let mock = Arc::new(mock.start().await.context("starting the mock")?);
    let mut servers = Vec::new();
    let setup = Server::with().bot("patient", patient()).settings(&settings(&numbers));
    for setup in setup.sharing(&redis.url(), &database, load.servers) {
        servers.push(setup.start_beside(&mock).await);
    }
    let balancer = Balancer::before(servers.iter().map(Server::address).collect()).await;
    mock.connect(&balancer.webhook_url()).await?;

    let count = numbers.len();
    println!("{} messages a second to {count} numbers for {} minutes, {} servers", load.rate, load.minutes, load.servers);
    println!("| minute | accepted | given up | 503 | servers MB | Redis MB | streams | SQL MB | contacts | latest timer ms |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    let written = Arc::new(Written::default());
    let writer = tokio::spawn(write(Arc::clone(&mock), numbers, load.rate, Arc::clone(&written)));
    let (mut timers, mut samples) = (Timers::default(), Vec::new());
    let mut minutes = interval_at(Instant::now() + MINUTE, MINUTE);
    for minute in 1..=load.minutes {
        loop {
            tokio::select! {
                _ = minutes.tick() => break,
                () = tokio::time::sleep(LOOK) => timers.look(&mock),
            }
        }
        let sample = Sample {
            resident: servers.iter().map(Server::resident_bytes).sum(),
            redis: used_memory(&redis),
            streams: (0..64).map(|lane| redis.ask::<u64>(&format!("XLEN sb:{{{lane}}}j"))).sum(),
            contacts: timers.asked.len() as u64,
            latest_ms: std::mem::take(&mut timers.latest_ms),
        };
        let mut refused = 0.0;
        for server in &servers {
            refused += server.metric("salesbot_webhooks_total", "\"503\"").await;
        }
        println!(
            "| {minute} | {} | {} | {refused} | {} | {:.1} | {} | {} | {} | {} |",
            written.accepted.load(Ordering::Relaxed),
            written.given_up.load(Ordering::Relaxed),
            sample.resident / MB,
            sample.redis as f64 / MB as f64,
            sample.streams,
            postgres.size(&database).await / MB,
            sample.contacts,
            sample.latest_ms,
        );
        samples.push(sample);
    }
    writer.abort();
    // What was written last is still answered, and its timers fire.
    tokio::time::sleep(PATIENCE * 2).await;
    for server in &servers {
        is_quiet(&mock, server).await;
    }
    timers.look(&mock);

    let mut broken = broken(&samples, load.rate);
    let counts = mock.counts();
    let repeated = counts.repeated;
    if repeated > 0 {
        broken.push(format!("{repeated} sends went out more than once"));
    }
    if timers.waiting() > 0 {
        broken.push(format!("{} timers never fired", timers.waiting()));
    }
    let (accepted, given_up) = (written.accepted.load(Ordering::Relaxed), written.given_up.load(Ordering::Relaxed));
    // Those that were on their way when the writer stopped may have been taken too.
    if timers.questions < accepted {
        broken.push(format!("{} of {accepted} accepted messages were not answered", accepted - timers.questions));
    }
    if given_up > 0 {
        broken.push(format!("{given_up} messages were not taken"));
    }
    match broken.as_slice() {
        [] => println!("\nAll promises were kept.\n"),
        broken => println!("\nBroken: {}\n", broken.join("; ")),
    }
    Ok(broken.is_empty())
}

/// Writes at a steady rate, however long the answers take.
async fn write(mock: Arc<Mock>, numbers: Vec<Number>, rate: u32, written: Arc<Written>) {
    let mut ticks = interval(Duration::from_secs(1) / rate.max(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for message in 0.. {
        ticks.tick().await;
        let place = usize::try_from(customer(message, rate)).unwrap_or_default();
        let to = &numbers[place % numbers.len()].id;
        let customer = mock.customer(&phone(place)).writing_to(to).expect("the mock has all these numbers");
        let (inbound, written) = (customer.text("hi"), Arc::clone(&written));
        tokio::spawn(async move {
            let is_taken = inbound.deliver().await.is_ok_and(|answers| answers.last() == Some(&StatusCode::OK));
            let count = if is_taken { &written.accepted } else { &written.given_up };
            count.fetch_add(1, Ordering::Relaxed);
        });
    }
}

/// When questions were asked, and how late their timers fired.
#[derive(Default)]
struct Timers {
    /// By customer: the question whose timer runs; none once it has fired.
    asked: HashMap<String, Option<Timestamp>>,
    questions: u64,
    latest_ms: i64,
    seen: u64,
}

impl Timers {
    /// Takes in what was sent since the last look.
    fn look(&mut self, mock: &Mock) {
        let (accepted, messages) = (mock.counts().accepted, mock.messages());
        let new = usize::try_from(accepted - self.seen).unwrap_or_default().min(messages.len());
        self.seen = accepted;
        for sent in &messages[messages.len() - new..] {
            let timer = self.asked.entry(sent.to.clone()).or_default();
            if sent.text() == "Are you there?" {
                if let Some(asked) = timer.take() {
                    let late = sent.at.duration_since(asked).as_millis() - PATIENCE.as_millis() as i128;
                    self.latest_ms = self.latest_ms.max(i64::try_from(late).unwrap_or(i64::MAX));
                }
            } else {
                self.questions += 1;
                *timer = Some(sent.at);
            }
        }
    }

    /// Questions whose timers have not fired.
    fn waiting(&self) -> usize {
        self.asked.values().flatten().count()
    }
}

fn used_memory(redis: &RedisServer) -> u64 {
    let info: String = redis.ask("INFO memory");
    info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok()).unwrap_or_default()
}
