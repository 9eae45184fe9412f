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
