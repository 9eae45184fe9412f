//! Sessions whose bot is published anew: they go on in the new version where it has their steps, else stay, or begin anew. None is lost,
//! and none runs half in one version.

mod moving;
mod restarting;
mod succession;

use std::{slice, sync::Arc};

use interpreter::{Bots, Succession, Successor, rehearsal::Rehearsal};
use serde_json::{Value, json};
use steps::{bot::Bot, ids::Version, moment::Moment, trace::Traced};

use crate::story::{NOW, bots, by_word, rehearse, say};

/// A bot that its own name starts, at the step `start`.
fn by_name(id: &str, steps: Value) -> Arc<Bot> {
    by_word(id, json!({}), "start", steps)
}

/// `new` is live in place of `old`, whose sessions follow; `others` are live too.
fn published(old: &[&Arc<Bot>], new: &Arc<Bot>, how: Succession, at: Moment, others: &[&Arc<Bot>]) -> Bots {
    let mut bots = bots(&old.iter().chain(others).copied().chain([new]).cloned().collect::<Vec<_>>());
    let follows = |old: &&Arc<Bot>| (old.version.clone(), Successor { to: new.version.clone(), how, at });
    bots.set_successors(&new.id, old.iter().map(follows).collect());
    bots
}

fn moved(old: &Arc<Bot>, new: &Arc<Bot>) -> Bots {
    published(&[old], new, Succession::Move, NOW, &[])
}

/// Ana has begun with a bot.
fn begun(bot: &Arc<Bot>) -> Rehearsal {
    let mut rehearsal = rehearse(slice::from_ref(bot));
    say(&mut rehearsal, bot.id.as_str());
    rehearsal
}

fn last(rehearsal: &Rehearsal) -> &str {
    rehearsal.said.last().map(|said| said.message.text()).unwrap_or_default()
}

fn versions(rehearsal: &Rehearsal) -> Vec<Version> {
    rehearsal.contact.sessions.iter().flat_map(|session| &session.frames).map(|frame| frame.version.clone()).collect()
}

fn moves(rehearsal: &Rehearsal) -> usize {
    rehearsal.trace.iter().filter(|line| matches!(line.what, Traced::Moved { .. })).count()
}

fn ask(title: &str, bye: &str) -> Value {
    json!({
        "start": {"type": "message", "text": "What?", "buttons": [{"id": "buy", "title": title, "goto": "bye"}]},
        "bye": {"type": "message", "text": bye}
    })
}
