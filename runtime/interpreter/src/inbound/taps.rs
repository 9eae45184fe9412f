//! Taps: which session, version, step and option a tapped button or a submitted form names, and what an old one does.

use super::*;
use crate::moves::has_option;

/// The option of a message that was tapped.
pub(super) struct TappedPlace {
    pub(super) bot: Arc<Bot>,
    pub(super) session: SessionId,
    pub(super) step: StepId,
    pub(super) key: String,
}

impl Machine<'_> {
    /// Which session, version, step and option a tap or form names; None: it names none that we know.
    pub(super) fn tapped_place(&mut self, inbound: &Inbound) -> Result<Option<TappedPlace>, Need> {
        let reply = match &inbound.content {
            Content::Tap { id, .. } => match (id.parse::<ReplyId>(), id.parse::<ShortReplyId>()) {
                (Ok(reply), _) => reply,
                (_, Ok(short)) => return self.card_place(&short),
                _ => return Ok(None),
            },
            Content::Form { token: Some(token), .. } => match Turn::flow_place(&self.turn.state, token) {
                Some(place) => place,
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let Some(bot) = self.version(&reply.version)? else { return Ok(None) };
        if bot.step(&reply.step).is_none() {
            return Ok(None);
        }
        Ok(Some(TappedPlace { bot, session: reply.session, step: reply.step, key: reply.key }))
    }

    /// The same place in the version that follows the tapped one, where the option is still there: with the message, which then names it
    /// there. None: its session went on without that option, and what was tapped counts as what it says.
    pub(super) fn in_newer_version<'i>(
        &mut self,
        place: TappedPlace,
        inbound: &'i Inbound,
    ) -> Result<(Option<TappedPlace>, Cow<'i, Inbound>), Need> {
        let Some(version) = self.newer_version(place.session, &place.bot) else {
            return Ok((Some(place), Cow::Borrowed(inbound)));
        };
        let newer = self.version(&version)?;
        let is_there = |newer: &Arc<Bot>| {
            let steps = place.bot.step(&place.step).zip(newer.step(&place.step));
            steps.is_some_and(|(before, after)| has_option(before, after, &place.key))
        };
        let Some(bot) = newer.filter(is_there) else {
            if self.turn.contact().session(place.session).is_none() {
                return Ok((Some(place), Cow::Borrowed(inbound)));
            }
            let mut said = inbound.clone();
            if let Content::Tap { id, .. } = &mut said.content {
                id.clear();
            }
            return Ok((None, Cow::Owned(said)));
        };
        let place = TappedPlace { bot, ..place };
        let mut named = inbound.clone();
        if let Content::Tap { id, .. } = &mut named.content {
            let (session, step, key) = (place.session, place.step.clone(), place.key.clone());
            *id = ReplyId { session, version, step, key }.to_string();
        }
        Ok((Some(place), Cow::Owned(named)))
    }

    pub(super) fn card_place(&mut self, short: &ShortReplyId) -> Result<Option<TappedPlace>, Need> {
        let of_session = self.turn.contact().session(short.session).and_then(|session| {
            let frame = session.frames.iter().rev().find(|frame| frame.version.as_str().starts_with(&short.version_prefix))?;
            Some(frame.version.clone())
        });
        let bot = match of_session {
            Some(version) => self.version(&version)?,
            None => match self.bots.version_by_prefix(&short.version_prefix) {
                Some(bot) => Some(bot.clone()),
                None if self.turn.supplied.missing_versions.contains(&short.version_prefix) => None,
                None => return Err(Need::VersionPrefix(short.version_prefix.clone())),
            },
        };
        Ok(bot.and_then(|bot| {
            let (step, definition) = bot.document.steps.get_index(short.step)?;
            let key = definition.behaviour.card_key(short.card, short.button)?;
            Some(TappedPlace { session: short.session, step: step.clone(), key, bot: bot.clone() })
        }))
    }

    /// A tap may name a session that is no more, or has another number since two contacts became one: where the one that listens waits
    /// at this very step, it is meant.
    pub(super) fn find_session(&self, place: &mut TappedPlace) {
        let named = self.turn.contact().session(place.session);
        let lives = named.is_some_and(|session| session.frames.iter().any(|frame| frame.version == place.bot.version));
        if let Some(listener) = self.listener().filter(|_| !lives) {
            let named = std::mem::replace(&mut place.session, listener);
            if !self.waits_at(place) {
                place.session = named;
            }
        }
    }

    pub(super) fn waits_at(&self, place: &TappedPlace) -> bool {
        let frame = self.turn.contact().session(place.session).and_then(|session| session.frame());
        frame.is_some_and(|frame| {
            frame.version == place.bot.version && frame.step == place.step && matches!(frame.wait, Some(Wait::Answer(_)))
        })
    }

    /// A tap on an old message: follows that option, goes where the bot says, or is ignored.
    pub(super) fn old_tap(&mut self, place: &TappedPlace, inbound: &Inbound) -> Result<(), Need> {
        let policy = place.bot.document.defaults.old_tap.clone().unwrap_or_default();
        if policy == OldTap::Ignore {
            self.ignore("a tap on an old message: `old_tap` is `ignore`");
            return Ok(());
        }
        let is_form = matches!(inbound.content, Content::Form { .. });
        let known = place.key.starts_with(steps::step::template::Template::STAND_IN)
            || place.key == steps::step::shared::choices::MORE
            || is_form
            || place.bot.step(&place.step).is_some_and(|step| step.behaviour.choice(&place.key).is_some());
        if !known {
            self.ignore("a tap on an option that its step does not have");
            return Ok(());
        }
        let lives = self.turn.contact().session(place.session).is_some();
        if !lives && self.turn.contact().sessions.len() >= MAX_SESSIONS {
            self.refuse(&place.bot.id, "too_many_sessions");
            return Ok(());
        }
        let session = self.rewind(place)?;
        if let OldTap::Goto { goto } = policy {
            self.focus(session)?;
            self.turn.branch(Some(&goto), "a tap on an old message");
            self.go(session, goto)?;
            self.took(inbound, Some(&place.bot));
            return Ok(());
        }
        self.claim_listening(session);
        self.deliver(session, inbound)?;
        self.took(inbound, Some(&place.bot));
        Ok(())
    }

    /// Brings a session back to the step whose option was tapped; a new one of that version where it has ended.
    pub(super) fn rewind(&mut self, place: &TappedPlace) -> Result<SessionId, Need> {
        let alive = self
            .turn
            .contact()
            .session(place.session)
            .and_then(|session| session.frames.iter().rposition(|frame| frame.version == place.bot.version));
        let session = match alive {
            Some(depth) => {
                self.clear_wait(place.session);
                if let Some(session) = self.turn.contact_mut().session_mut(place.session) {
                    session.frames.truncate(depth + 1);
                    session.forget_tool_calls();
                }
                place.session
            }
            None => {
                let variables = place.bot.document.initial_variables();
                self.new_session(&place.bot, &Start { on: OLD_TAP.into(), variables, ..Start::default() })
            }
        };
        if let Some(frame) = self.turn.contact_mut().session_mut(session).and_then(|session| session.frame_mut()) {
            frame.step = place.step.clone();
            frame.wait = Some(Wait::Answer(AnswerWait::default()));
        }
        Ok(session)
    }

    pub(super) fn claim_listening(&mut self, session: SessionId) {
        let number = self.turn.state.number.clone();
        if let Some(other) = self.listener().filter(|other| *other != session) {
            self.end_session(other, &End::new("replaced"));
        }
        self.turn.contact_mut().conversation_mut(&number).listener = Some(session);
    }
}
