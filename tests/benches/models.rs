//! What slow models do to those who ask none: how long a quick bot takes from a webhook to its send, while nothing else happens and while
//! 200 conversations wait for models that take two seconds; and what that costs in memory.
//!
//! Both in one run against one server, by turns, so that the ratio holds from machine to machine and from one minute to the next.
//! `cargo xtask bench` runs it with the others; `cargo bench -p tests --bench models` prints what it finds, one JSON object as the last
//! line. `-- --quick` measures less.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use tests::{
    bots::bot,
    harness::{Server, Setup},
    mock::Mock,
};
use tokio::{net::TcpListener, time::Instant};

/// Conversations with AI steps, all at once. They begin evenly over the time of an answer, as customers do who don't know of each other:
/// the model is then asked 100 times a second throughout.
const SLOW: usize = 200;
/// How long the model takes.
const ANSWER: Duration = Duration::from_secs(2);
/// Quick messages come one by one, this far apart: with their answers half of what WhatsApp takes of a number in a second.
const APART: Duration = Duration::from_millis(50);
/// The number's pace counts what came in: so long after the slow ones have written it is whole again.
const SETTLED: Duration = Duration::from_secs(4);
/// How long an answer may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// Each turn begins with so many that do not count: connections are open then, and what the turn before left is done.
const WARM: usize = 20;

/// How often idle and loaded take turns, and how many quick messages each turn has.
struct Size {
    rounds: usize,
    messages: usize,
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let is_quick = std::env::args().any(|argument| argument == "--quick");
    let size = if is_quick { Size { rounds: 2, messages: 100 } } else { Size { rounds: 8, messages: 200 } };
    let asked = Arc::new(AtomicUsize::new(0));
    let mock = Mock::start().await;
    let server = setup(&model(Arc::clone(&asked)).await, &size).start(&mock).await;
    // Once without counting: code and pages are in memory then.
    quick(&mock, "+55117", size.messages).await;

    let before = server.resident_bytes();
    let (mut idle, mut loaded, mut during) = (Vec::new(), Vec::new(), 0);
    for round in 0..size.rounds {
        idle.extend(quick(&mock, &format!("+55118{round:02}"), size.messages).await);
        let (begun, asked_before) = (Instant::now(), asked.load(Ordering::Relaxed));
        for (customer, number) in slow(round).zip(0..) {
            tokio::time::sleep_until(begun + ANSWER * number / SLOW as u32).await;
            mock.customer(&customer).text("slow").deliver().await.expect("the server takes webhooks");
        }
        let all = asked_before + SLOW;
        server.until("every slow one has asked", async |_: &Server| (asked.load(Ordering::Relaxed) >= all).then_some(())).await;
        tokio::time::sleep(SETTLED).await;
        loaded.extend(quick(&mock, &format!("+55119{round:02}"), size.messages).await);
        during = server.resident_bytes().max(during);
        let answered = slow(round).filter(|customer| !mock.messages_to(customer).is_empty()).count();
        assert_eq!(answered, 0, "the slow ones were to wait all the while: ask the model more often");
        for customer in slow(round) {
            let sent = mock.wait_for_to(&customer, 1, DEADLINE).await.expect("each slow one is answered");
            assert_eq!(sent.len(), 1, "{customer} got more than one answer");
        }
        tokio::time::sleep(SETTLED).await;
    }
    let ratio = |percent| (percentile(&loaded, percent) / percentile(&idle, percent) * 1_000.0).round() / 1_000.0;
    let figures = json!({
        "model_quick_p50_idle_ms": percentile(&idle, 50),
        "model_quick_p50_loaded_ms": percentile(&loaded, 50),
        "model_quick_p50_ratio": ratio(50),
        "model_quick_p99_idle_ms": percentile(&idle, 99),
        "model_quick_p99_loaded_ms": percentile(&loaded, 99),
        "model_quick_p99_ratio": ratio(99),
        "model_calls": asked.load(Ordering::Relaxed),
        "model_rss_before_mb": megabytes(before),
        "model_rss_during_mb": megabytes(during),
        "model_rss_after_mb": megabytes(server.resident_bytes()),
    });
    println!("{figures}");
}

/// A bot that asks the model again and again, without a word to the customer meanwhile, for longer than the quick one is measured; and
/// in the same bot the quick way, which asks none.
fn setup(model: &str, size: &Size) -> Setup {
    let longest = SETTLED + APART * u32::try_from(WARM + size.messages).expect("few samples") * 2;
    let calls = longest.as_secs() / ANSWER.as_secs() + 1;
    let mut steps = json!({
        "sort": {"type": "condition", "branches": [{"when": "message.text == \"slow\"", "goto": "ask_1"}], "otherwise": "quick"},
        "quick": {"type": "message", "text": "At once."},
        "done": {"type": "message", "text": "At last."}
    });
    for number in 1..=calls {
        let next = if number == calls { "done".to_owned() } else { format!("ask_{}", number + 1) };
        let intent = json!({"name": "any", "description": "anything", "goto": next});
        steps[format!("ask_{number}")] = json!({"type": "ai_route", "intents": [intent], "otherwise": next, "failed": next});
    }
    let openai =
        format!("[openai]\nmodel = \"slow\"\nbase_url = {model:?}\nat_once = {SLOW}\nprompt_price = \"1\"\nanswer_price = \"2\"");
    Server::with().bot("clever", bot(steps)).settings(&openai)
}

fn slow(round: usize) -> impl Iterator<Item = String> {
    (0..SLOW).map(move |number| format!("+55116{round:02}{number:06}"))
}

/// A model's server that takes its time.
async fn model(asked: Arc<AtomicUsize>) -> String {
    async fn answer(State(asked): State<Arc<AtomicUsize>>) -> Json<Value> {
        asked.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(ANSWER).await;
        let message = json!({"role": "assistant", "content": "{\"intent\": \"any\"}"});
        Json(json!({"choices": [{"message": message}], "usage": {"prompt_tokens": 200, "completion_tokens": 9}}))
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
    let router = Router::new().route("/v1/chat/completions", post(answer)).with_state(asked);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// Customers who write one after the other, each once: milliseconds from the webhook to the send.
async fn quick(mock: &Mock, prefix: &str, samples: usize) -> Vec<f64> {
    let mut took = Vec::with_capacity(WARM + samples);
    let begun = Instant::now();
    for number in 0..WARM + samples {
        tokio::time::sleep_until(begun + APART * u32::try_from(number).expect("few samples")).await;
        let customer = format!("{prefix}{number:06}");
        let written = mock.clock().now();
        mock.customer(&customer).text("quick").deliver().await.expect("the server takes webhooks");
        let sent = mock.wait_for_to(&customer, 1, DEADLINE).await.expect("each quick one is answered");
        took.push(sent[0].at.duration_since(written).as_secs_f64() * 1_000.0);
    }
    took.split_off(WARM)
}

/// So many of a hundred take no longer.
fn percentile(took: &[f64], percent: usize) -> f64 {
    let mut sorted = took.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    (sorted[place] * 1_000.0).round() / 1_000.0
}

fn megabytes(bytes: u64) -> f64 {
    (bytes as f64 / 1_048_576.0 * 10.0).round() / 10.0
}
