//! Sessions that go on in another version of their bot, or begin anew in it, where it was published so ([`crate::Successor`]).
//!
//! Moving is lazy: whatever event reaches a contact, its sessions are looked at first. A session moves with all its frames of that bot
//! or not at all, so that it never runs half in one version and half in the other, and it stays where a step of it is gone, is another
//! kind of step now, or waits for other things. A process that has not heard of a publication keeps the session where it is, which is
//! harmless: the next one moves it.

use std::sync::Arc;

use serde_json::Value;
use steps::{
    bot::Bot,
    contact::{Frame, RESTART, Session, Wait},
    event::Inbound,
    fact::Fact,
    ids::{BotId, SessionId, Version},
    step::{Step, shared::choices::MORE},
    trace::Traced,
    turn::Need,
};

use crate::{
    bots::Succession,
    machine::{End, Machine},
    start::Start,
};

/// The key of a form in its token.
const FORM: &str = "form";

/// The first of a session's frames that can't go on in the version `new`; None: all can. `old` gives the versions that they are in.
pub fn stays<'s>(
    frames: impl IntoIterator<Item = &'s Frame>,
    new: &Bot,
    old: impl Fn(&Version) -> Option<Arc<Bot>>,
) -> Option<&'s Frame> {
    frames.into_iter().find(|frame| !old(&frame.version).is_some_and(|old| fits(frame, &old, new)))
}

fn fits(frame: &Frame, old: &Bot, new: &Bot) -> bool {
    let (Some(before), Some(after)) = (old.step(&frame.step), new.step(&frame.step)) else { return false };
    let waits_alike = || match &frame.wait {
        Some(Wait::First(_)) => awaited(before) == awaited(after) && has_timeout(before, old) == has_timeout(after, new),
        _ => true,
    };
    before.kind == after.kind && waits_alike()
}

/// What a `wait` waits for, in the order that its session counts them in: the lengths of delays may change.
fn awaited(step: &Step) -> Vec<&str> {
    fn kind(awaited: &Value) -> &str {
        let key = awaited.as_object().and_then(|keys| keys.keys().next());
        awaited.as_str().or(key.map(String::as_str)).unwrap_or_default()
    }
    match step.source().get("for") {
        Some(Value::Array(ways)) => ways.iter().map(|way| way.get("for").map_or("", kind)).collect(),
        Some(one) => vec![kind(one)],
        None => Vec::new(),
    }
}

fn has_timeout(step: &Step, bot: &Bot) -> bool {
    bot.document.defaults.timeout.is_some() || step.behaviour.waiting().is_some_and(|waiting| waiting.timeout.is_some())
}

/// Whether a tap on an option of a step means the same option in another version of it. An option without an id is named by its place,
/// which says nothing where its title is another one.
pub(crate) fn has_option(before: &Step, after: &Step, key: &str) -> bool {
    if before.kind != after.kind {
        return false;
    }
    if key == MORE || key == FORM {
        return true;
    }
    match (before.behaviour.choice(key), after.behaviour.choice(key)) {
        (Some(before), Some(after)) => before.id.is_some() || before.title == after.title,
        _ => false,
    }
}

impl Machine<'_> {
    /// Brings the contact's sessions to the versions that follow theirs.
    pub fn move_sessions(&mut self) -> Result<(), Need> {
        if !self.bots.has_successors() {
            return Ok(());
        }
        let sessions: Vec<SessionId> = self.turn.contact().sessions.iter().map(|session| session.id).collect();
        sessions.into_iter().try_for_each(|session| self.move_session(session))
    }

    fn move_session(&mut self, id: SessionId) -> Result<(), Need> {
        let Some(session) = self.turn.contact().session(id) else { return Ok(()) };
        let mut targets: Vec<(BotId, Version)> = session.frames.iter().filter_map(|frame| self.moves_to(frame)).collect();
        targets.sort();
        targets.dedup();
        for (bot, to) in targets {
            self.move_frames(id, &bot, &to)?;
        }
        Ok(())
    }

    /// The bot and version that a frame is to go on in.
    fn moves_to(&self, frame: &Frame) -> Option<(BotId, Version)> {
        let successor = self.bots.successor(&frame.bot, &frame.version)?;
        (successor.how == Succession::Move).then(|| (frame.bot.clone(), successor.to))
    }

    fn move_frames(&mut self, id: SessionId, bot: &BotId, to: &Version) -> Result<(), Need> {
        let Some(session) = self.turn.contact().session(id) else { return Ok(()) };
        let target = Some((bot.clone(), to.clone()));
        let frames: Vec<(usize, &Frame)> =
            session.frames.iter().enumerate().filter(|(_, frame)| self.moves_to(frame) == target).collect();
        let Some(new) = self.version(to)? else { return Ok(()) };
        let mut old = Vec::new();
        for (_, frame) in &frames {
            // Without the version that it began in nobody knows what it waits for.
            let Some(version) = self.version(&frame.version)? else { return Ok(()) };
            old.push(version);
        }
        let known = |version: &Version| old.iter().find(|bot| bot.version == *version).cloned();
        if stays(frames.iter().map(|(_, frame)| *frame), &new, known).is_some() {
            return Ok(());
        }
        let places: Vec<usize> = frames.into_iter().map(|(place, _)| place).collect();
        for (place, old) in places.into_iter().zip(old) {
            let frame = self.turn.contact_mut().session_mut(id).and_then(|session| session.frames.get_mut(place));
            let Some(frame) = frame else { continue };
            let from = std::mem::replace(&mut frame.version, to.clone());
            // What the new version declares for the first time begins as it says; all else is what it became.
            for (name, value) in new.document.initial_variables() {
                if !old.document.variables.contains_key(&name) {
                    frame.vars.entry(name).or_insert(value);
                }
            }
            self.turn.trace.push(Some(id), Traced::Moved { bot: bot.clone(), from, to: to.clone() });
        }
        self.turn.facts.push(Fact::SessionMoved { session: id, bot: bot.clone(), version: to.clone() });
        Ok(())
    }

    /// The live bot that begins anew in a session's place at the customer's next message.
    pub fn restarts(&self, session: &Session) -> Option<Arc<Bot>> {
        let frame = session.frames.first()?;
        let successor = self.bots.successor(&frame.bot, &frame.version)?;
        let is_meant = successor.how == Succession::Restart && session.started < successor.at;
        is_meant.then(|| self.bots.live(&frame.bot).cloned()).flatten()
    }

    /// Ends a session of an older version, and begins its bot anew. The message that brought this answers nothing.
    pub fn restart(&mut self, id: SessionId, bot: &Arc<Bot>, inbound: &Inbound) -> Result<(), Need> {
        let number = self.turn.state.number.clone();
        // Who waits to listen goes on waiting: the new session takes the old one's place.
        let queue = std::mem::take(&mut self.turn.contact_mut().conversation_mut(&number).queue);
        self.end_session(id, &End { outcome: "restarted".into(), status: "stopped" });
        self.unfocus();
        let variables = bot.document.initial_variables();
        self.start(bot, &Start { on: RESTART.into(), variables, ..Start::default() })?;
        self.turn.contact_mut().conversation_mut(&number).queue.extend(queue);
        self.call_next_listener(&number);
        self.took(inbound, Some(bot));
        Ok(())
    }

    /// The version in which an option of an older one is to be looked for: that which its session went on in, or which follows it.
    /// None: the option's own.
    pub fn newer_version(&self, session: SessionId, bot: &Bot) -> Option<Version> {
        let successor = self.bots.successor(&bot.id, &bot.version)?.to;
        match self.turn.contact().session(session) {
            Some(found) if found.frames.iter().any(|frame| frame.version == bot.version) => None,
            Some(found) => found.frames.iter().any(|frame| frame.version == successor).then_some(successor),
            None => Some(successor),
        }
    }
}
