//! What happened in a chat, for the person at the terminal.

use editor_preview::text::draw;
use interpreter::rehearsal::{Rehearsal, Said};
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use steps::{
    catalog::FindIn,
    contact::Call,
    fact::Fact,
    moment::{HOUR, MINUTE, Moment, SECOND},
    secrets::masked,
    who::Who,
};

use crate::cli::{
    Terminal,
    terminal::{BOT, indented},
    trace::{json as short, shortened},
};

pub(super) fn message(said: &Said, terminal: &Terminal<'_>) -> String {
    let text = indented(&draw(&said.message), 5);
    format!("{}  {}", terminal.paint(BOT, "bot"), text.trim_start())
}

/// What the customer does not see; None: what they do, and what is of no interest here.
pub(super) fn fact(fact: &Fact) -> Option<String> {
    Some(match fact {
        Fact::SessionEnded { bot, outcome, status, .. } if outcome == status => format!("({bot} has ended: {status})"),
        Fact::SessionEnded { bot, outcome, status, .. } => format!("({bot} has ended: {status}, {outcome})"),
        Fact::Replaced { .. } => "(the window had closed: its template went out)".to_owned(),
        Fact::SendFailed { error, .. } => format!("(the message failed: {} {})", error.code, error.name),
        Fact::LeadCreated { pipeline, stage, .. } => format!("(a lead was made{})", place(pipeline, stage)),
        Fact::LeadGone { lead } => format!("(lead {lead} is gone)"),
        Fact::StageChanged { pipeline, from, to, .. } => format!("(lead: from {from:?} to {to:?}{})", place(pipeline, "")),
        Fact::ItemChanged { item, name, quantity, .. } => match quantity {
            Some(quantity) => format!("(lead: {quantity} × {})", name.as_deref().unwrap_or(item)),
            None => format!("(lead: without {})", name.as_deref().unwrap_or(item)),
        },
        Fact::TagChanged { on, tag, added: true } => format!("({on}: tag {tag:?})"),
        Fact::TagChanged { on, tag, added: false } => format!("({on}: without tag {tag:?})"),
        Fact::Assigned { on, to } => format!("({on} goes to {})", short(&json!(to))),
        Fact::Task(task) => format!("(task, {}: {})", task.kind, shortened(&task.text)),
        Fact::TaskCompleted { task, .. } => format!("(task done, {}: {})", task.kind, shortened(&task.text)),
        Fact::SubscribersChanged { added, removed, .. } => {
            let named =
                |word: &str, who: &[Who]| who.iter().map(|who| format!("{word} {}", short(&json!(who)))).collect::<Vec<_>>();
            let changed = [named("with", added), named("without", removed)].concat();
            format!("(subscribers: {})", changed.join(", "))
        }
        Fact::Note { on, text, .. } => format!("(note on the {on}: {})", shortened(text)),
        Fact::Internal { text, .. } => format!("(to the team: {})", shortened(text)),
        Fact::OptedIn { opted_in } => format!("(marketing messages: {})", if *opted_in { "yes" } else { "no" }),
        Fact::HandedOver { to, summary } => {
            let to = to.as_ref().map(|to| format!(" to {}", short(&json!(to)))).unwrap_or_default();
            let summary = summary.as_ref().map(|summary| format!(": {}", shortened(summary))).unwrap_or_default();
            format!("(handed over{to}{summary})")
        }
        Fact::HandoffSummary { text } => format!("(summary for the agent: {})", shortened(text)),
        Fact::Echo { .. } => "(an agent has answered)".to_owned(),
        Fact::Released => "(given back to the bot)".to_owned(),
        Fact::Alert { name, text, .. } => format!("(the team is told: {name}: {})", shortened(text)),
        _ => return None,
    })
}

fn place(pipeline: &str, stage: &str) -> String {
    match (pipeline, stage) {
        ("", "") => String::new(),
        ("", stage) => format!(" in {stage:?}"),
        (pipeline, "") => format!(", pipeline {pipeline:?}"),
        (pipeline, stage) => format!(" in {stage:?}, pipeline {pipeline:?}"),
    }
}

fn searched(place: &FindIn) -> String {
    match place {
        FindIn::Catalog(id) => format!("in the catalogue {id}"),
        FindIn::Contacts => "among the contacts".to_owned(),
    }
}

/// A call that waits for `/reply`.
pub(super) fn call(call: &Call) -> String {
    let (what, example) = match call {
        Call::Http(call) => (format!("{} {}", call.method, shortened(&masked(&call.url))), "{\"status\": 200, \"json\": {}}"),
        Call::Find(call) => (
            format!("looks for {:?} {}", shortened(&call.value), searched(&call.place)),
            "{\"found\": {\"id\": \"…\", \"name\": \"…\"}} or {\"found\": null}",
        ),
        Call::AiReply(call) if !call.tools.is_empty() => {
            let tools: Vec<&str> = call.tools.iter().map(|tool| &*tool.name).collect();
            let what = format!("an AI is asked for an answer or one of {}", tools.join(", "));
            (what, "{\"text\": \"…\"} or {\"tool\": \"…\", \"arguments\": {}}")
        }
        Call::AiReply(_) => ("an AI is asked for an answer".to_owned(), "{\"text\": \"…\"}"),
        Call::AiRoute(_) => ("an AI is asked for the intent".to_owned(), "{\"intent\": \"…\"}"),
        Call::Summary(_) => ("an AI is asked for a summary".to_owned(), "{\"text\": \"…\"}"),
        Call::Transcribe(_) => ("it is asked what was said".to_owned(), "{\"text\": \"…\"}"),
        Call::AiExtract(_) => ("an AI is asked for values".to_owned(), "{\"fields\": {}}"),
    };
    format!("({what}; answer with /reply {example})")
}

pub(super) fn time(now: Moment, zone: &TimeZone) -> String {
    now.zoned(zone).strftime("%A, %Y-%m-%d %H:%M:%S %Z").to_string()
}

pub(super) fn state(rehearsal: &Rehearsal, zone: &TimeZone) -> String {
    let seconds = rehearsal.evaluate("window.seconds_left").ok().and_then(|value| value.as_i64()).filter(|seconds| *seconds > 0);
    let window =
        seconds.map_or_else(|| "closed".to_owned(), |seconds| format!("open for {}", span(seconds.saturating_mul(SECOND))));
    let bot = match (rehearsal.session().and_then(|session| session.frame()), &rehearsal.ended) {
        (Some(frame), _) => format!("at step {}{}", frame.step, if frame.wait.is_some() { ", waiting" } else { "" }),
        (None, Some(ended)) => format!("{} has ended: {}", ended.bot, ended.status),
        (None, None) => "not started".to_owned(),
    };
    let next =
        rehearsal.contact.due().map_or_else(|| "nothing".to_owned(), |due| format!("in {}", span(due.since(rehearsal.now))));
    let contact = &rehearsal.contact;
    let known = json!({
        "name": contact.name, "phone": contact.identity.phone, "email": contact.email, "language": contact.language,
        "tags": contact.tags, "fields": contact.fields, "opted_in": contact.opted_in, "owner": contact.owner,
    });
    let lead = contact.lead().map_or(Value::Null, |lead| json!(lead));
    format!(
        "time     {}\nwindow   {window}\nbot      {bot}\nnext     {next}\ncontact  {known:#}\nlead     {lead:#}",
        time(rehearsal.now, zone)
    )
}

/// A length of time for people: its two largest units.
fn span(millis: i64) -> String {
    let (hours, minutes, seconds) = (millis / HOUR, millis % HOUR / MINUTE, millis % MINUTE / SECOND);
    match (hours, minutes) {
        (48.., _) => format!("{} days", hours / 24),
        (1.., _) => format!("{hours} h {minutes} min"),
        (_, 1..) => format!("{minutes} min {seconds} s"),
        _ => format!("{seconds} s"),
    }
}
