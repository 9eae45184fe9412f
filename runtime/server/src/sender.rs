//! Begins what a commit claimed, and brings each result back as an event: sends, calls, receipts.
//!
//! A result that can't be committed is tried again until the claim runs out; then the entry is due, and a turn settles it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use interpreter::{
    Receipt,
    outbox::{CLAIM, Claimed, SEND_DEADLINE},
};
use jiff::tz::TimeZone;
use steps::{
    asked::{Asked, Asker},
    crm::{Later, Written},
    event::{Answered, CallResult, Delivery, Event, EventKind, SendOutcome, Status},
    ids::{ContactId, EventId, NumberId},
    moment::Moment,
};
use tokio::time::Instant;
use whatsapp::errors;

use crate::{
    app::App,
    caller::{self, CallOrder},
    channel::{Channel, Ends, Send, sandbox_id},
    crm, metrics as names,
    process::{Whom, process},
};

/// Receipts under way at the same time; more are left out.
pub const MAX_RECEIPTS: usize = 64;
/// Pauses between tries to commit a result.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// How long after its claim work may begin, and still end before the claim does.
const MAX_DELAY: i64 = CLAIM - SEND_DEADLINE;

/// Begins what was claimed at that moment. Returns at once; a stop waits for it.
pub fn begin(app: &Arc<App>, contact: &ContactId, claimed: Vec<Claimed>, at: Moment) {
    let delay = app.now().since(at);
    if !claimed.is_empty() && delay > MAX_DELAY {
        // A machine that slept, or a store that was slow: others may be at it by now. Whoever finds it due goes on.
        tracing::warn!(contact.id = %contact, "what was claimed for contact {contact} is left, for its claim ends too soon");
        return;
    }
    let ends = Ends::after(CLAIM - delay, at.plus(delay));
    for work in claimed {
        let (app, contact) = (app.clone(), contact.clone());
        // Counted from the commit on, not from whenever the task first runs.
        metrics::gauge!(names::UNDER_WAY).increment(1.0);
        app.clone().tasks.spawn(async move {
            do_work(&app, contact, work, ends).await;
            metrics::gauge!(names::UNDER_WAY).decrement(1.0);
        });
    }
}

async fn do_work(app: &Arc<App>, contact: ContactId, work: Claimed, ends: Ends) {
    let begun = Instant::now();
    match work {
        Claimed::Send { entry, queued, number, to, message, reply_to, attempt, tries, bulk } => {
            // The contact counts those before.
            let attempt = attempt + 1;
            let reply_to = reply_to.as_ref();
            let order = Send { contact: &contact, entry, queued, to: &to, message: &message, reply_to, tries, bulk, ends };
            // A panic here would come again with every try: it is an answer, too.
            let sent = AssertUnwindSafe(send(app, &number, &order)).catch_unwind().await;
            let outcome = sent.unwrap_or_else(|_| SendOutcome::Refused(errors::new(errors::NO_CODE, FAILED)));
            metrics::counter!(names::SENDS, "outcome" => word(&outcome)).increment(1);
            metrics::histogram!(names::SEND_DURATION).record(begun.elapsed().as_secs_f64());
            let mut events = vec![Event {
                id: EventId::new(format!("sent:{entry}:{}:{attempt}", queued.0)),
                number: number.clone(),
                kind: EventKind::Sent { entry, queued: Some(queued), attempt: Some(attempt), outcome: outcome.clone() },
            }];
            // Nobody tells of a delivery on the sandbox, so what is accepted is delivered.
            if let (Some(Channel::Sandbox), SendOutcome::Accepted { message_id, .. }) = (app.channels.get(&number), outcome) {
                let status = Status {
                    message_id,
                    state: Delivery::Delivered,
                    at: app.now(),
                    entry: Some(entry),
                    queued: Some(queued),
                    error: None,
                    pricing: None,
                };
                let id = EventId::new(format!("delivered:{entry}:{}", queued.0));
                events.push(Event { id, number, kind: EventKind::Status(status) });
            }
            report(app, contact, &events, begun).await;
        }
        Claimed::Call { entry, asker, call, queued, idempotency_key } => {
            let id = EventId::new(format!("called:{idempotency_key}"));
            let now = app.now().zoned(&zone(app, asker.as_ref()));
            let order = CallOrder { contact: contact.clone(), call, now, idempotency_key };
            let made = AssertUnwindSafe(caller::make(app, order)).catch_unwind().await;
            let failed = |_| CallResult::Failed { name: "failed".to_owned(), text: FAILED.to_owned() }.into();
            let Answered { result, asked } = made.unwrap_or_else(failed);
            let asked = asked.map(|asked| Box::new(Asked { asker, ..*asked }));
            let kind = EventKind::Called { entry, queued: Some(queued), result, asked };
            let event = Event { id, number: app.default_number(), kind };
            report(app, contact, &[event], Instant::now()).await;
        }
        Claimed::Write { entry, attempt, order } => {
            let made = AssertUnwindSafe(crm::write(app, &contact, &order, attempt)).catch_unwind().await;
            let failed = |_| Written { later: Some(Later { reason: FAILED.to_owned(), after: None }), ..Written::default() };
            let (queued, written) = (order.queued, made.unwrap_or_else(failed));
            let id = EventId::new(format!("written:{entry}:{}:{attempt}", queued.0));
            let kind = EventKind::Written { entry, queued, written };
            report(app, contact, &[Event { id, number: app.default_number(), kind }], Instant::now()).await;
        }
    }
}

/// Where the bot is that asks.
fn zone(app: &App, asker: Option<&Asker>) -> TimeZone {
    let bots = app.bots.load();
    let bot = asker.and_then(|asker| bots.live(&asker.bot));
    bot.map_or(TimeZone::UTC, |bot| bot.zone.clone())
}

async fn send(app: &Arc<App>, number: &NumberId, order: &Send<'_>) -> SendOutcome {
    match app.channels.get(number) {
        Some(Channel::Graph(graph)) => {
            let outcome = graph.send(order, app.together(), &app.clock).await;
            app.connection.answered(number, &outcome, app.now());
            outcome
        }
        Some(Channel::Sandbox) => {
            SendOutcome::Accepted { message_id: sandbox_id(order.contact, order.entry), wa_id: None, user_id: None }
        }
        None => {
            let text = format!("number {number} is not in the settings any more");
            SendOutcome::Refused(errors::new(NUMBER_MISSING, &text))
        }
    }
}

/// What is told where the server itself failed; the log says where.
const FAILED: &str = "the server failed on this; its log says where";

/// The business's number does not exist (Cloud API, Error codes).
const NUMBER_MISSING: i64 = 33;

fn word(outcome: &SendOutcome) -> &'static str {
    match outcome {
        SendOutcome::Accepted { .. } => "accepted",
        SendOutcome::Refused(_) => "refused",
        SendOutcome::Deferred { .. } => "deferred",
        SendOutcome::Postponed { .. } => "postponed",
        SendOutcome::Unknown => "unknown",
    }
}

/// Commits a result.
async fn report(app: &Arc<App>, contact: ContactId, events: &[Event], begun: Instant) {
    let until = begun + Duration::from_millis(u64::try_from(CLAIM).unwrap_or_default());
    let whom = Whom::Contact(contact.clone());
    let mut pause = PAUSE;
    loop {
        // A future inside of itself needs a box: a result's commit claims the next send.
        let result = Box::pin(process(app, &whom, events)).await;
        let Err(error) = result else { return };
        if Instant::now() + pause > until {
            tracing::error!(contact.id = %contact, %error, "a result of contact {contact} was not committed: {error}");
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Sends receipts, if there is room for them.
pub fn acknowledge(app: &Arc<App>, receipts: Vec<Receipt>) {
    // Marking the last one as read marks those before it.
    let Some(receipt) = receipts.into_iter().last() else { return };
    if !matches!(app.channels.get(&receipt.number), Some(Channel::Graph(_))) || app.is_stopping() {
        return;
    }
    let Ok(permit) = app.receipts.clone().try_acquire_owned() else { return };
    let app = app.clone();
    app.clone().tasks.spawn(async move {
        if let Some(Channel::Graph(graph)) = app.channels.get(&receipt.number) {
            graph.acknowledge(&receipt.message_id, receipt.typing).await;
        }
        drop(permit);
    });
}

/// A customer's message came in: it uses up the number's pace.
pub fn received(app: &App, number: &NumberId) {
    if let Some(Channel::Graph(graph)) = app.channels.get(number) {
        graph.pace().received(app.together(), 1);
    }
}

/// Lets the numbers of an account rest or go on, as Meta says that the account was restricted or reinstated.
pub fn rest(app: &App, account: &str, until: Moment) {
    for channel in app.channels.values() {
        if let Channel::Graph(graph) = channel
            && (account.is_empty() || graph.account().is_empty() || graph.account() == account)
        {
            graph.rest_until(until);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use serde_json::json;
    use steps::{event::Identity, ids::EntryId, message::Message};

    use super::*;
    use crate::{
        app::{Parts, system_random},
        caller::Caller,
        settings::{Flags, Settings},
        testing::{Graph, NOW, Server, accepted, messages, network, text},
    };

    const ANA: &str = "5511987654321";

    async fn after_a_message(graph: &Graph) -> Server {
        let server = Server::connected(&graph.address).await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "Oi")])).await, 200);
        server.settle().await;
        server
    }

    fn error(code: i64) -> String {
        json!({ "error": { "message": "no", "code": code } }).to_string()
    }

    /// What still waits to be sent: attempts, and milliseconds until it is due.
    async fn pending(server: &Server) -> Vec<(u32, i64)> {
        let found = server.app.store.list_contacts(None, 1).await.unwrap();
        let stored = server.app.store.load(&found[0]).await.unwrap().unwrap();
        let contact: steps::contact::Contact = serde_json::from_slice(&stored.value).unwrap();
        let sends = contact.pending.iter().filter_map(|pending| match &pending.work {
            steps::contact::Work::Send(send) => Some((send.attempts, send.due.since(server.app.now()))),
            _ => None,
        });
        sends.collect()
    }

    #[tokio::test]
    async fn a_refusal_for_good_is_told_and_not_repeated() {
        let graph = Graph::start(|_| (400, error(131_026))).await;
        let server = after_a_message(&graph).await;
        assert_eq!(graph.bodies().len(), 1);
        assert_eq!(pending(&server).await, []);
        assert_eq!(server.transcript(ANA).await[1], "out: You said Oi (failed)");
        let alerts = server.get("/api/v1/alerts").await.json();
        assert_eq!((alerts.as_array().map(Vec::len), &alerts[0]["code"]), (Some(1), &json!(131_026)), "{alerts}");
        assert!(alerts[0]["remedy"].as_str().is_some_and(|remedy| remedy.starts_with("Check the number")), "{alerts}");
        // What was to be tried again, and failed for good, does not promise a further try.
        assert!(crate::alerts::remedy(130_429).starts_with("It is not tried again"));
    }

    #[tokio::test]
    async fn a_refusal_for_now_is_tried_again_later() {
        let graph = Graph::start(|_| (429, error(130_429))).await;
        let server = after_a_message(&graph).await;
        assert_eq!(graph.bodies().len(), 1);
        let pending = pending(&server).await;
        assert!(matches!(pending[..], [(_, after)] if after >= 60_000), "{pending:?}");
    }

    #[tokio::test]
    async fn what_nobody_knows_the_end_of_waits_to_be_settled() {
        for answer in ["", "<html>", "{\"messages\":[{\"id\":\"wam"] {
            let graph = Graph::start(move |_| (502, answer.to_owned())).await;
            let server = after_a_message(&graph).await;
            assert_eq!(graph.bodies().len(), 1, "{answer}");
            assert_eq!(pending(&server).await.len(), 1, "{answer}");
        }
    }

    #[tokio::test]
    async fn without_a_connection_nothing_went_out() {
        let server = Server::connected("http://127.0.0.1:1").await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "Oi")])).await, 200);
        server.settle().await;
        let pending = pending(&server).await;
        assert!(matches!(pending[..], [(_, after)] if after >= 60_000), "{pending:?}");
    }

    #[tokio::test]
    async fn a_token_that_was_revoked_is_not_tried_again_and_again() {
        let graph = Graph::start(|place| if place == 0 { (401, error(190)) } else { (200, accepted(place)) }).await;
        let server = after_a_message(&graph).await;
        assert_eq!(server.webhook(&messages(&[text("wamid.2", ANA, "?")])).await, 200);
        server.settle().await;
        assert_eq!(graph.bodies().len(), 1);
    }

    #[tokio::test]
    async fn a_server_that_stops_begins_nothing_new() {
        let graph = Graph::accepting().await;
        let server = Server::connected(&graph.address).await;
        server.app.stop.cancel();
        assert_eq!(server.webhook(&messages(&[text("wamid.1", ANA, "Oi")])).await, 200);
        server.settle().await;
        assert_eq!(graph.bodies().len(), 0);
        assert_eq!(server.get("/readyz").await.status, 503);
        assert_eq!(server.get("/healthz").await.status, 200);
    }

    /// A server that slept longer than its claim: by now others may be at it.
    #[tokio::test]
    async fn what_was_claimed_long_ago_is_left() {
        let graph = Graph::accepting().await;
        let server = Server::connected(&graph.address).await;
        let claimed = |entry: u32| Claimed::Send {
            entry: EntryId(entry),
            queued: NOW,
            number: server.app.default_number(),
            to: Identity { phone: Some(format!("+{ANA}")), ..Identity::default() },
            message: Message::Text { text: "Oi".into() },
            reply_to: None,
            attempt: 0,
            tries: 0,
            bulk: false,
        };
        let contact = ContactId::new("c1");
        begin(&server.app, &contact, vec![claimed(1)], NOW.plus(-MAX_DELAY - 1));
        server.settle().await;
        assert_eq!(graph.bodies().len(), 0);
        begin(&server.app, &contact, vec![claimed(1)], NOW.plus(-MAX_DELAY));
        server.settle().await;
        assert_eq!(graph.bodies().len(), 1);
    }

    /// The same, but it slept while the send waited for its number's pace.
    #[tokio::test]
    async fn what_waited_past_its_claim_is_not_sent() {
        let graph = Graph::accepting().await;
        let server = Server::connected(&graph.address).await;
        let message = Message::Text { text: "Oi".into() };
        let (contact, to) = (ContactId::new("c1"), Identity { phone: Some(format!("+{ANA}")), ..Identity::default() });
        let of = |ends| Send {
            contact: &contact,
            entry: EntryId(1),
            queued: NOW,
            to: &to,
            message: &message,
            reply_to: None,
            tries: 0,
            bulk: false,
            ends,
        };
        let number = server.app.default_number();
        let late = send(&server.app, &number, &of(Ends::after(0, server.app.now()))).await;
        assert!(matches!(late, SendOutcome::Postponed { after: 0, .. }), "{late:?}");
        assert_eq!(graph.bodies().len(), 0);
        // A machine that was suspended: its steady clock stood still.
        let before = server.app.now().plus(-CLAIM);
        let suspended = send(&server.app, &number, &of(Ends::after(CLAIM, before))).await;
        assert!(matches!(suspended, SendOutcome::Postponed { after: 0, .. }), "{suspended:?}");
        assert_eq!(graph.bodies().len(), 0);
        let in_time = send(&server.app, &number, &of(Ends::after(CLAIM, server.app.now()))).await;
        assert!(matches!(in_time, SendOutcome::Accepted { .. }), "{in_time:?}");
    }

    /// The failure of an earlier try comes when another is under way or waits.
    #[tokio::test]
    async fn a_late_failure_does_not_count_for_the_present_try() {
        let graph = Graph::start(|_| (429, error(130_429))).await;
        let server = after_a_message(&graph).await;
        let before = pending(&server).await;
        assert_eq!(before[0].0, 1, "it was tried once");
        let found = server.app.store.list_contacts(None, 1).await.unwrap();
        let stored = server.app.store.load(&found[0]).await.unwrap().unwrap();
        let contact: steps::contact::Contact = serde_json::from_slice(&stored.value).unwrap();
        let (whom, entry) = (Whom::Contact(contact.id.clone()), contact.pending[0].id);
        for (attempt, counted) in [(1, 1), (2, 2)] {
            let kind = EventKind::Sent { entry, queued: None, attempt: Some(attempt), outcome: SendOutcome::Unknown };
            let event = Event { id: EventId::new(format!("sent:{attempt}")), number: server.app.default_number(), kind };
            process(&server.app, &whom, &[event]).await.unwrap();
            assert_eq!(pending(&server).await[0].0, counted);
        }
    }

    struct Panics;

    impl Caller for Panics {
        fn call(&self, _: CallOrder) -> Pin<Box<dyn Future<Output = Answered> + std::marker::Send + '_>> {
            Box::pin(async { panic!("told to") })
        }
    }

    #[tokio::test]
    async fn a_call_that_panics_has_failed_and_is_not_made_again() {
        const CALLS: &str = r#"{
            "triggers": [{"on": "message", "any": true}],
            "start": "call",
            "steps": {
                "call": {"type": "http", "url": "https://crm.example/", "failed": "sorry"},
                "sorry": {"type": "message", "text": "Sorry"}
            }
        }"#;
        let settings = Settings::read("", "test", |_| None, &Flags::default()).unwrap();
        let (store, clock) = (store::memory(), Arc::new(|| NOW));
        let parts = Parts {
            settings,
            store,
            clock,
            random: system_random(),
            caller: Arc::new(Panics),
            knowledge: Arc::default(),
            graph: network(),
        };
        let server = Server::of(App::build(parts).await.unwrap());
        server.publish("calls", CALLS).await;
        let body = json!({ "from": "+5511987654321", "text": "Oi" });
        assert_eq!(server.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        server.settle().await;
        assert_eq!(server.transcript(ANA).await, ["in: Oi", "out: Sorry (delivered)"]);
    }
}
