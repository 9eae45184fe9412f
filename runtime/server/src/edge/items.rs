//! What a webhook tells, sorted: events by contact, notices, and what could not be read.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use indexmap::IndexMap;
use interpreter::aliases;
use steps::{
    event::{Event, EventKind},
    ids::NumberId,
    moment::Moment,
};
use whatsapp::webhook::{Incoming, Item, Meaning, Notice, Quarantined};

use crate::{
    alerts::{self, Alert},
    app::App,
    media, metrics as names,
    problem::Problem,
    process::{Whom, process, record_dead},
    sender,
    settings::MetaApp,
};

/// Contacts of one webhook that are worked on at the same time.
const AT_ONCE: usize = 16;
/// Events of one contact that are committed together: a thousand of them would make a value that is slow to write.
const TOGETHER: usize = 50;

/// Takes all items. An error means that some of them were not committed: the webhook has to come again, and those that were are
/// recognised.
pub(super) async fn take(app: &Arc<App>, sender: &MetaApp, items: Vec<Item>) -> Result<(), Problem> {
    let count = |kind: &'static str| metrics::counter!(names::WEBHOOK_ITEMS, "kind" => kind).increment(1);
    let mut contacts: IndexMap<String, (Whom, Vec<Event>)> = IndexMap::new();
    for item in items {
        match item {
            Item::Event(incoming) if !is_ours(sender, &incoming.account, Some(&incoming.number.id)) => {
                count("foreign");
                tracing::warn!(
                    number.id = %incoming.number.id, account.id = %incoming.account,
                    "an event of number {} was left out: it is not among the numbers of the app that signed it", incoming.number.id
                );
            }
            Item::Event(incoming) => {
                count("event");
                app.connection.heard(&incoming.number, app.now());
                if matches!(incoming.event.kind, EventKind::Message(_)) {
                    sender::received(app, &incoming.number.id);
                }
                let (key, whom, event) = sorted(incoming);
                let (known, events) = contacts.entry(key).or_insert_with(|| (whom.clone(), Vec::new()));
                if may_create(&whom) && !may_create(known) {
                    *known = whom;
                }
                events.push(event);
            }
            Item::Notice(notice) if is_ours(sender, &notice.account, notice.number.as_ref()) => {
                count("notice");
                heed(app, notice).await;
            }
            Item::Notice(_) => count("foreign"),
            Item::Quarantined(quarantined) => {
                count("quarantined");
                let Quarantined { account, reason, raw } = quarantined;
                tracing::warn!(account.id = %account, "a part of a webhook could not be read, and is on the dead list: {reason}");
                record_dead(app, None, reason, raw).await?;
            }
        }
    }
    let process_all = |(whom, events): (Whom, Vec<Event>)| async move {
        for together in events.chunks(TOGETHER) {
            let done = process(app, &whom, together).await?;
            if let Some(contact) = &done.contact {
                media::remember(app, contact, together).await?;
            }
        }
        Ok::<_, Problem>(())
    };
    if contacts.len() == 1 {
        let Some((_, contact)) = contacts.into_iter().next() else { return Ok(()) };
        return process_all(contact).await;
    }
    stream::iter(contacts.into_values()).map(process_all).buffer_unordered(AT_ONCE).try_collect().await
}

/// Events count only if their number and account belong to the app whose secret fits.
fn is_ours(sender: &MetaApp, account: &str, number: Option<&NumberId>) -> bool {
    sender.numbers.iter().any(|ours| {
        let account_fits = ours.business_account_id.is_empty() || ours.business_account_id == account;
        account_fits && number.is_none_or(|number| ours.id == *number)
    })
}

/// Who an event belongs to, and under which key its contact is found again in this webhook.
fn sorted(incoming: Incoming) -> (String, Whom, Event) {
    let Incoming { customer, contact, event, .. } = incoming;
    if let Some(contact) = contact {
        return (format!("contact:{contact}"), Whom::Contact(contact), event);
    }
    // A customer is made by what they do, never by what became of a message.
    let create = matches!(event.kind, EventKind::Message(_) | EventKind::Echo { .. } | EventKind::MarketingPreference { .. });
    let key = aliases(&customer).into_iter().next().unwrap_or_else(|| event.id.to_string());
    (key, Whom::Named { identity: customer, create }, event)
}

fn may_create(whom: &Whom) -> bool {
    matches!(whom, Whom::Named { create: true, .. })
}

/// What the server itself does with a notice; people see the rest.
async fn heed(app: &Arc<App>, notice: Notice) {
    tracing::info!(account.id = %notice.account, field = %notice.field, "{}", notice.summary);
    let name = match &notice.meaning {
        Meaning::Stop => {
            sender::rest(app, &notice.account, Moment::MAX);
            "account_stopped"
        }
        Meaning::Resume => {
            sender::rest(app, &notice.account, Moment::default());
            "account_resumed"
        }
        Meaning::Error(_) => "number_error",
        Meaning::Template { status, category, .. } => {
            app.templates.changed();
            if status.as_deref().is_none_or(|status| status == "APPROVED") && category.is_none() {
                return;
            }
            "template_changed"
        }
        Meaning::Information => return,
    };
    let alert = Alert::of_account(app.now(), name, notice.summary);
    alerts::record(app, &alert).await;
}
