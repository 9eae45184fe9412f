//! What Kommo told is kept until it has become events: a record each, in the order of its time. A worker takes one lead or contact after
//! the other, reads it as it is now, and brings it to its contact. While Kommo is out of order the records wait.
//!
//! A webhook that comes twice is one record, and news that are known already change nothing: so what is done twice is done once.

use std::{collections::HashSet, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use steps::{
    contact::{Contact, Work},
    crm::{CrmChange, CrmLead, CrmNews, CrmRun, Gone, Subject},
    event::{Event, EventKind, Identity, Trigger},
    ids::{ContactId, EventId},
    moment::{DAY, MINUTE, Moment, SECOND},
};
use store::{Outcome, PutRecord, Record, StoreError};

use super::{
    Kommo,
    names::Entity,
    reading::{Reader, Unread},
    webhook::{Happened, What},
    widget::Asked,
};
use crate::{
    alerts::{self, Alert},
    app::App,
    crm::{contact_alias, lead_alias},
    problem::Problem,
    process::{Rejected, Whom, find, process},
    records,
};

const KIND: &str = "kommo-inbox";
/// Records that are looked at at a time.
const BATCH: usize = 200;
/// How long a server has for one, before another one takes it.
const CLAIM: i64 = MINUTE;
/// The longest time between two looks: other servers may have died over what they took.
const LOOK: Duration = Duration::from_secs(5);
/// The pause where Kommo can't be read.
const PAUSE: i64 = 3 * SECOND;
/// What could not be read for so long is given up, and the team is told.
const GIVE_UP: i64 = 4 * DAY;

/// One record.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    arrived: Moment,
    /// A server has it, or it rests, until then.
    #[serde(default)]
    until: Moment,
    item: Item,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Happened(Happened),
    Widget(Asked),
}

impl Item {
    /// What must be done in order.
    fn of(&self) -> (Entity, u64) {
        match self {
            Item::Happened(happened) => (happened.entity, happened.id),
            Item::Widget(asked) => (asked.entity, asked.id),
        }
    }
}

impl From<Rejected> for Unread {
    fn from(error: Rejected) -> Self {
        Unread::Later(error.to_string())
    }
}

/// Keeps what happened; returns when it is durable.
pub async fn put(app: &Arc<App>, kommo: &Kommo, happened: Vec<Happened>) -> Result<(), Problem> {
    for happened in happened {
        let at = happened.at;
        keep(app, at, Item::Happened(happened)).await?;
    }
    kommo.arrived.notify_one();
    Ok(())
}

pub async fn put_widget(app: &Arc<App>, kommo: &Kommo, asked: Asked) -> Result<(), Problem> {
    keep(app, app.now().0.div_euclid(1_000), Item::Widget(asked)).await?;
    kommo.arrived.notify_one();
    Ok(())
}

/// The same thing of the same time has the same key, and is kept once.
async fn keep(app: &App, at: i64, item: Item) -> Result<(), StoreError> {
    let hash = digest(&SHA256, &records::json(&item)?);
    let entry = Entry { arrived: app.now(), until: Moment::default(), item };
    let key = format!("{:012}-{}", at.max(0), hex::encode(&hash.as_ref()[..12]));
    records::put(app, KIND, &key, 0, &entry).await.map(|_| ())
}

/// Works until the server stops.
pub async fn work(app: Arc<App>) {
    let Some(kommo) = app.crm.kommo() else { return app.stop.cancelled().await };
    loop {
        let pause = match look(&app, kommo).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::warn!(%error, "what Kommo told waits: {error}");
                LOOK
            }
        };
        tokio::select! {
            biased;
            () = app.stop.cancelled() => return,
            () = kommo.arrived.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Does what there is; tells when to look again.
async fn look(app: &Arc<App>, kommo: &Kommo) -> Result<Duration, StoreError> {
    let records = records::list(app, KIND, BATCH).await?;
    let is_full = records.len() == BATCH;
    let (mut blocked, mut pause) = (HashSet::new(), LOOK);
    for record in records {
        if app.is_stopping() {
            return Ok(LOOK);
        }
        let Ok(entry) = records::read::<Entry>(KIND, &record.key, &record.stored) else {
            records::remove(app, KIND, &record).await?;
            continue;
        };
        let of = entry.item.of();
        // What comes behind waits for what is before it.
        if blocked.contains(&of) || entry.until > app.now() {
            blocked.insert(of);
            pause = pause.min(Duration::from_millis(entry.until.since(app.now()).max(50).unsigned_abs()));
            continue;
        }
        let Some(taken) = claim(app, &record, &entry).await? else {
            blocked.insert(of);
            continue;
        };
        let done = match run(app, kommo, &entry.item).await {
            Err(Unread::Gone(gone)) => forget(app, gone).await,
            done => done,
        };
        match done {
            Ok(()) => records::remove(app, KIND, &taken).await?,
            // Nothing is gone any more when that was told.
            Err(Unread::Gone(_)) => records::remove(app, KIND, &taken).await?,
            Err(Unread::Never(reason)) => {
                tracing::info!("what Kommo told of {} {} leads to nothing: {reason}", of.0.word(), of.1);
                records::remove(app, KIND, &taken).await?;
            }
            Err(Unread::Later(reason)) if app.now().since(entry.arrived) > GIVE_UP => {
                let text =
                    format!("what Kommo told of {} {} is given up after {} days: {reason}", of.0.word(), of.1, GIVE_UP / DAY);
                alerts::record(app, &Alert::of_account(app.now(), "crm_gave_up", text)).await;
                records::remove(app, KIND, &taken).await?;
            }
            Err(Unread::Later(reason)) => {
                tracing::warn!("what Kommo told of {} {} waits: {reason}", of.0.word(), of.1);
                let rests = Entry { until: app.now().plus(PAUSE), ..entry };
                records::put(app, KIND, &taken.key, taken.stored.version, &rests).await?;
                blocked.insert(of);
                pause = pause.min(Duration::from_millis(PAUSE.unsigned_abs()));
            }
        }
    }
    Ok(if is_full { pause.min(Duration::from_millis(100)) } else { pause })
}

/// Takes a record, so that no other server does; None: one has.
async fn claim(app: &App, record: &Record, entry: &Entry) -> Result<Option<Record>, StoreError> {
    let claimed = Entry { until: app.now().plus(CLAIM), ..entry.clone() };
    let put = PutRecord {
        kind: KIND.to_owned(),
        key: record.key.clone(),
        expected_version: record.stored.version,
        value: Some(records::json(&claimed)?),
        expires: None,
        now: app.now().0,
    };
    Ok(match app.store.put_record(put).await? {
        Outcome::Committed { version } => {
            let mut taken = record.clone();
            taken.stored.version = version;
            Some(taken)
        }
        Outcome::Conflict { .. } => None,
    })
}

async fn run(app: &Arc<App>, kommo: &Kommo, item: &Item) -> Result<(), Unread> {
    let reader = Reader { app, kommo, gives_way: false };
    match item {
        Item::Happened(happened) => told(&reader, happened).await,
        Item::Widget(asked) => {
            let (lead, contact) = match asked.entity {
                Entity::Lead => {
                    let (lead, contacts) = reader.lead(asked.id).await?;
                    (Some(lead), reader.customer(&contacts).await?)
                }
                Entity::Contact => (None, reader.contact(asked.id).await?.0),
                Entity::Company => return Err(Unread::Never("no bot talks with a company".to_owned())),
            };
            let run = CrmRun { bot: asked.bot.clone(), data: asked.data.clone(), address: asked.return_url.clone() };
            let id = format!("crm:run:{}", hex::encode(digest(&SHA256, asked.return_url.as_bytes())));
            bring(app, id, CrmNews { lead, contact: Some(contact), run: Some(run), ..CrmNews::default() }, true).await
        }
    }
}

/// Makes events of what happened to a lead or contact.
async fn told(reader: &Reader<'_>, happened: &Happened) -> Result<(), Unread> {
    let (app, kommo) = (reader.app, reader.kommo);
    if happened.what == What::Delete {
        let id = happened.id.to_string().into();
        return Err(Unread::Gone(if happened.entity == Entity::Lead { Gone::Lead(id) } else { Gone::Contact(id) }));
    }
    if happened.entity == Entity::Contact {
        let (contact, _) = reader.contact(happened.id).await?;
        let news = CrmNews { contact: Some(contact), ..CrmNews::default() };
        // A contact that no bot knows yet starts none.
        return bring(app, format!("crm:contact:{}:{}", happened.id, happened.at), news, false).await;
    }
    let (lead, contacts) = reader.lead(happened.id).await?;
    let contact = reader.customer(&contacts).await?;
    let is_first = matches!(happened.what, What::Add | What::Status | What::Responsible);
    let news = CrmNews {
        contact: Some(contact),
        created: happened.what == What::Add,
        reassigned: happened.what == What::Responsible,
        previous: happened.from.map(|from| kommo.names().stage(from.pipeline, from.stage)),
        ..CrmNews::default()
    };
    for lead in states(kommo, happened, lead) {
        let id = format!("crm:lead:{}:{}:{}", happened.id, lead.updated, lead.stage);
        bring(app, id, CrmNews { lead: Some(lead), ..news.clone() }, is_first).await?;
    }
    Ok(())
}

/// Reads a lead or contact that is known here, without haste; what is different comes as news.
pub async fn look_at(app: &Arc<App>, (entity, id): (Entity, u64)) {
    let Some(kommo) = app.crm.kommo() else { return };
    let reader = Reader { app, kommo, gives_way: true };
    let happened = Happened { entity, id, what: What::Update, at: app.now().0.div_euclid(1_000), to: None, from: None };
    let done = match told(&reader, &happened).await {
        Err(Unread::Gone(gone)) => forget(app, gone).await,
        done => done,
    };
    if let Err(Unread::Later(reason) | Unread::Never(reason)) = done {
        tracing::debug!("a look at {} {id} of Kommo leads to nothing: {reason}", entity.word());
    }
}

/// Brings to whoever had it that Kommo does not have it any more.
async fn forget(app: &Arc<App>, gone: Gone) -> Result<(), Unread> {
    let (alias, id) = match &gone {
        Gone::Lead(id) => (lead_alias(id), format!("crm:gone:lead:{id}")),
        Gone::Contact(id) => (contact_alias(id), format!("crm:gone:contact:{id}")),
    };
    let Some(contact) = app.store.alias(&alias).await? else {
        return Err(Unread::Never("it is gone, and nobody here had it".to_owned()));
    };
    let (contact, news) = (ContactId::new(contact), CrmNews { gone: Some(gone), ..CrmNews::default() });
    if let Some(kommo) = app.crm.kommo() {
        // The next message that begins something looks for another one.
        kommo.looks.forget(&contact);
    }
    process(app, &Whom::Contact(contact), &[event(id, news)]).await?;
    Ok(())
}

fn event(id: String, news: CrmNews) -> Event {
    Event {
        id: EventId::new(id),
        // By its contact's own number, where it has one.
        number: steps::ids::NumberId::new(""),
        kind: EventKind::Trigger(Trigger::Crm(Box::new(news))),
    }
}

/// The lead as the webhook tells it, where it has moved on since, and as it is.
fn states(kommo: &Kommo, happened: &Happened, lead: CrmLead) -> Vec<CrmLead> {
    let passed = happened.to.filter(|_| happened.at < lead.updated).and_then(|to| {
        let (pipeline, stage) = (kommo.names().pipeline(to.pipeline), kommo.names().stage(to.pipeline, to.stage));
        let has_left = (lead.pipeline.as_str(), lead.stage.as_str()) != (&pipeline, &stage);
        // A second earlier: of two writes of ours in one second the echo of the first is no move.
        let updated = happened.at - 1;
        has_left.then(|| CrmLead { pipeline: pipeline.into(), stage: stage.into(), updated, closed: false, ..lead.clone() })
    });
    passed.into_iter().chain([lead]).collect()
}

/// Brings news to the contact that they are about: the one that is known by the CRM's id, else by phone.
async fn bring(app: &Arc<App>, id: String, news: CrmNews, create: bool) -> Result<(), Unread> {
    let Some(contact) = &news.contact else { return Ok(()) };
    let lead = news.lead.as_ref().map(|lead| lead_alias(&lead.id));
    let names: Vec<String> = lead.into_iter().chain([contact_alias(&contact.id)]).collect();
    let mut known = None;
    for name in &names {
        known = known.or(app.store.alias(name).await?);
    }
    let whom = match (&known, contact.phones.first()) {
        (Some(known), _) => Whom::Contact(ContactId::new(known)),
        (None, Some(phone)) => Whom::Named {
            identity: Identity { phone: Some(phone.clone()), name: contact.name.clone(), ..Identity::default() },
            create,
        },
        (None, None) => return Err(Unread::Never("its contact has no phone number that WhatsApp could reach".to_owned())),
    };
    if let Some(lead) = &news.lead
        && is_being_made(app, &whom, &lead.id).await?
    {
        return Err(Unread::Later("a lead of its contact is being made, and may be this one".to_owned()));
    }
    let done = process(app, &whom, &[event(id, news)]).await?;
    if let Some(contact) = done.contact {
        for name in names {
            app.store.set_alias(&name, contact.as_str(), known.as_deref()).await?;
        }
    }
    Ok(())
}

/// Whether a lead that is not known here may be the one that a write is making: the news of it can be quicker than its answer.
async fn is_being_made(app: &Arc<App>, whom: &Whom, lead: &str) -> Result<bool, Unread> {
    let Some(id) = find(app, &as_known(whom)).await? else { return Ok(false) };
    let stored = app.store.load(id.as_str()).await?;
    let Some(contact) = stored.and_then(|stored| Contact::read(&stored.value).ok()) else { return Ok(false) };
    if contact.leads.iter().any(|known| known.crm_id() == Some(lead)) {
        return Ok(false);
    }
    let writes = contact.pending.iter().filter_map(|pending| match &pending.work {
        Work::Write(write) => Some(&write.changes),
        _ => None,
    });
    let waits = |id: &str| {
        writes.clone().flatten().any(|change| matches!(change, CrmChange::Value { of: Subject::Lead(of), .. } if of == id))
    };
    Ok(contact.leads.iter().any(|known| known.crm_id().is_none() && waits(&known.id)))
}

/// The same, and nobody is made.
fn as_known(whom: &Whom) -> Whom {
    match whom {
        Whom::Contact(contact) => Whom::Contact(contact.clone()),
        Whom::Named { identity, .. } => Whom::Named { identity: identity.clone(), create: false },
    }
}
