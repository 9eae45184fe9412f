//! What a model reads of a rehearsal, that is of a dialog test, a preview, a chat in the terminal: its own conversation, and no contact's.

use editor_preview::text;
use interpreter::rehearsal::Rehearsal;
use jiff::{Zoned, tz::TimeZone};
use steps::{
    contact::{Call, Session},
    fact::Fact,
    ids::EntryId,
};

use super::prompt::{From, Line};

/// The last messages of a rehearsal, as many as a call asks for, without those that were refused.
pub fn conversation(rehearsal: &Rehearsal, call: &Call) -> Vec<Line> {
    let history = match call {
        Call::AiReply(call) => call.history,
        Call::Summary(call) => call.history,
        _ => return Vec::new(),
    };
    let mut lines: Vec<(Option<EntryId>, Line)> = Vec::new();
    for fact in &rehearsal.facts {
        match fact {
            Fact::Received { message, .. } => {
                lines.push((None, Line { from: From::Customer, text: text::draw_content(&message.content) }));
            }
            Fact::Queued { entry, message, .. } => {
                lines.push((Some(*entry), Line { from: From::Business, text: text::draw(message) }));
            }
            Fact::Replaced { entry, message } => {
                let line = lines.iter_mut().rev().find(|(queued, _)| *queued == Some(*entry));
                if let Some((_, line)) = line {
                    line.text = text::draw(message);
                }
            }
            Fact::SendFailed { entry, .. } => lines.retain(|(queued, _)| *queued != Some(*entry)),
            Fact::Echo { content, .. } => {
                lines.push((None, Line { from: From::Business, text: text::draw_content(content) }));
            }
            _ => {}
        }
    }
    let history = usize::try_from(history).unwrap_or(usize::MAX);
    let earlier = lines.len().saturating_sub(history);
    lines.into_iter().skip(earlier).map(|(_, line)| line).collect()
}

/// When it is in a rehearsal, where the bot is that runs.
pub fn now(rehearsal: &Rehearsal) -> Zoned {
    let version = rehearsal.session().and_then(Session::frame).map(|frame| &frame.version);
    let bot = version.and_then(|version| rehearsal.version(version));
    rehearsal.now.zoned(&bot.map_or(TimeZone::UTC, |bot| bot.zone.clone()))
}
