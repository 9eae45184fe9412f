//! Schedules by the clock: at its time a `schedule` trigger goes to every contact, and a turn decides who is in its audience.
//!
//! The next time of each trigger is a record, taken by compare-and-set: of several servers one runs it, and one that stops in between
//! leaves behind how far it came.

use std::{str::FromStr, sync::Arc, time::Duration};

use croner::Cron;
use serde::{Deserialize, Serialize};
use steps::{
    bot::Bot,
    event::{Event, EventKind, Trigger},
    ids::{ContactId, EventId},
    moment::{MINUTE, Moment},
    trigger::On,
};
use store::StoreError;

use crate::{
    app::App,
    process::{Whom, process},
    records,
};

const KIND: &str = "schedule";
/// The longest time between two looks: bots change, and other servers take over.
const LOOK: Duration = Duration::from_secs(15);
/// Contacts between two notes of how far a run came.
const BATCH: usize = 100;
/// A run that nobody has gone on with for so long is taken over.
const TAKE_OVER: i64 = 2 * MINUTE;
/// A time that was missed by more than this is left out: "good morning" in the afternoon helps nobody.
const TOO_LATE: i64 = 60 * MINUTE;

/// A trigger's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Plan {
    cron: String,
    zone: Option<String>,
    next: Moment,
    /// A run that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    run: Option<Run>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Run {
    at: Moment,
    /// The last contact that had its event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    /// When it was last gone on with.
    touched: Moment,
}

/// Works until the server stops.
pub async fn work(app: Arc<App>) {
    loop {
        let pause = match look(&app).await {
            Ok(next) => {
                let until = next.map_or(i64::MAX, |next| next.since(app.now()));
                LOOK.min(Duration::from_millis(u64::try_from(until).unwrap_or_default()))
            }
            Err(error) => {
                tracing::warn!(%error, "schedules wait: {error}");
                LOOK
            }
        };
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Runs what is due; gives when something is due next.
async fn look(app: &Arc<App>) -> Result<Option<Moment>, StoreError> {
    let bots: Vec<Arc<Bot>> = app.bots.load().live_bots().cloned().collect();
    let mut next = None;
    for bot in bots {
        for (place, trigger) in bot.document.triggers.iter().enumerate() {
            let On::Schedule { cron: Some(cron), .. } = &trigger.on else { continue };
            if app.is_stopping() {
                return Ok(None);
            }
            let due = one(app, &bot, place, cron).await?;
            next = next.into_iter().chain(due).min();
        }
    }
    Ok(next)
}

/// Looks at one trigger: plans it, runs it, goes on with it; gives when it is next due.
async fn one(app: &Arc<App>, bot: &Arc<Bot>, place: usize, cron: &str) -> Result<Option<Moment>, StoreError> {
    let key = format!("{}#{place}", bot.id);
    let now = app.now();
    let zone = bot.document.timezone.clone();
    let Some(upcoming) = next_time(cron, bot, now) else { return Ok(None) };
    let Some((plan, version)) = records::get::<Plan>(app, KIND, &key).await? else {
        let plan = Plan { cron: cron.to_owned(), zone, next: upcoming, run: None };
        records::put(app, KIND, &key, 0, &plan).await?;
        return Ok(Some(upcoming));
    };
    if (plan.cron.as_str(), &plan.zone) != (cron, &zone) {
        let plan = Plan { cron: cron.to_owned(), zone, next: upcoming, run: None };
        records::put(app, KIND, &key, version, &plan).await?;
        return Ok(Some(upcoming));
    }
    let run = match &plan.run {
        Some(run) if now.since(run.touched) < TAKE_OVER => return Ok(Some(run.touched.plus(TAKE_OVER))),
        Some(run) => Run { touched: now, ..run.clone() },
        None if plan.next > now => return Ok(Some(plan.next)),
        None => Run { at: plan.next, after: None, touched: now },
    };
    let is_fresh = plan.run.is_none();
    let plan = Plan { next: if is_fresh { upcoming } else { plan.next }, run: Some(run), ..plan };
    if !records::put(app, KIND, &key, version, &plan).await? {
        // Another server took it.
        return Ok(Some(plan.next));
    }
    if is_fresh && now.since(plan.run.as_ref().map_or(now, |run| run.at)) > TOO_LATE {
        tracing::warn!(bot.id = %bot.id, trigger = place, "a schedule of bot {} was missed, and is left out this time", bot.id);
        records::replace(app, KIND, &key, &Plan { run: None, ..plan }).await?;
        return Ok(Some(upcoming));
    }
    run_through(app, bot, place, &key, plan).await
}

/// Brings every contact the trigger, from where the run stands.
async fn run_through(
    app: &Arc<App>,
    bot: &Arc<Bot>,
    place: usize,
    key: &str,
    mut plan: Plan,
) -> Result<Option<Moment>, StoreError> {
    let Some(mut run) = plan.run.take() else { return Ok(Some(plan.next)) };
    tracing::info!(bot.id = %bot.id, trigger = place, "a schedule of bot {} begins", bot.id);
    loop {
        let contacts = app.store.list_contacts(run.after.as_deref(), BATCH).await?;
        let Some(last) = contacts.last().cloned() else { break };
        for contact in contacts {
            if app.is_stopping() {
                return Ok(None);
            }
            let event = Event {
                id: EventId::new(format!("schedule:{key}:{}", run.at.0)),
                number: app.default_number(),
                kind: EventKind::Trigger(Trigger::Schedule { bot: bot.id.clone(), trigger: place }),
            };
            let contact = ContactId::new(contact);
            if let Err(error) = process(app, &Whom::Contact(contact.clone()), &[event]).await {
                tracing::warn!(contact.id = %contact, %error, "contact {contact} is left out of a schedule: {error}");
            }
        }
        run = Run { after: Some(last), touched: app.now(), ..run };
        records::replace(app, KIND, key, &Plan { run: Some(run.clone()), ..plan.clone() }).await?;
    }
    records::replace(app, KIND, key, &plan).await?;
    Ok(Some(plan.next))
}

/// The first time after `now`, in the bot's zone. A pattern that is none was refused when the bot was checked.
fn next_time(cron: &str, bot: &Bot, now: Moment) -> Option<Moment> {
    let next = Cron::from_str(cron).ok()?.find_next_occurrence(&now.zoned(&bot.zone), false).ok()?;
    Some(Moment::from(next.timestamp()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use serde_json::json;
    use steps::moment::{DAY, HOUR};

    use super::*;
    use crate::testing::{NOW, Server, app_at};

    /// Every day at nine in Lisbon, to whoever is tagged.
    const MORNING: &str = r#"{
        "timezone": "Europe/Lisbon",
        "triggers": [{"on": "schedule", "cron": "0 9 * * *", "audience": "contact.tags.contains(\"vip\")"}],
        "start": "hello",
        "steps": {"hello": {"type": "message", "text": "Bom dia", "outside_window": "skip"}}
    }"#;
    const TAGGER: &str = r#"{
        "triggers": [{"on": "message", "keywords": ["vip"]}],
        "start": "tag",
        "steps": {"tag": {"type": "tags", "add": ["vip"]}}
    }"#;

    struct Servers {
        clock: Arc<AtomicI64>,
        store: Arc<dyn store::Store>,
    }

    impl Servers {
        fn new() -> Self {
            Servers { clock: Arc::new(AtomicI64::new(NOW.0)), store: store::memory() }
        }

        async fn start(&self) -> Server {
            let clock = self.clock.clone();
            let app = app_at("", self.store.clone(), Arc::new(move || Moment(clock.load(Ordering::Relaxed)))).await;
            let server = Server::of(app);
            server.publish("morning", MORNING).await;
            server.publish("tagger", TAGGER).await;
            server
        }

        fn advance(&self, millis: i64) {
            self.clock.fetch_add(millis, Ordering::Relaxed);
        }
    }

    async fn greetings(server: &Server, phone: &str) -> usize {
        let transcript = server.transcript(phone).await;
        transcript.iter().filter(|line| line.starts_with("out: Bom dia")).count()
    }

    #[tokio::test]
    async fn at_its_time_it_goes_to_its_audience_once() {
        let servers = Servers::new();
        let (one, other) = (servers.start().await, servers.start().await);
        for (phone, text) in [("+351911111111", "vip"), ("+351922222222", "Oi")] {
            let body = json!({ "from": phone, "text": text });
            assert_eq!(one.call("POST", "/api/v1/sandbox/messages", &body).await.status, 200);
        }
        let next = look(&one.app).await.unwrap().unwrap();
        assert_eq!(next.to_string(), "2025-11-21T09:00:00Z");
        servers.advance(next.since(NOW));
        for server in [&one, &other, &one] {
            look(&server.app).await.unwrap();
            server.settle().await;
        }
        assert_eq!(greetings(&one, "+351911111111").await, 1);
        assert_eq!(one.get("/api/v1/contacts/+351922222222/messages").await.json().as_array().map(Vec::len), Some(1));

        servers.advance(DAY - HOUR);
        assert_eq!(look(&other.app).await.unwrap(), Some(next.plus(DAY)));
    }

    #[tokio::test]
    async fn a_time_that_was_missed_by_hours_is_left_out() {
        let servers = Servers::new();
        let server = servers.start().await;
        let body = json!({ "from": "+351911111111", "text": "vip" });
        server.call("POST", "/api/v1/sandbox/messages", &body).await;
        let next = look(&server.app).await.unwrap().unwrap();
        servers.advance(next.since(NOW) + 3 * HOUR);
        assert_eq!(look(&servers.start().await.app).await.unwrap(), Some(next.plus(DAY)));
        assert_eq!(greetings(&server, "+351911111111").await, 0);
    }
}
