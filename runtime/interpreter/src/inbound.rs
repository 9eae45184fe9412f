//! A customer's message: seen before or stale, who wrote, what it opens, and who gets it: an interrupt, the bot that listens, an old
//! button's step, or a bot that it starts.

mod taps;

use serde_json::Value;
use std::{borrow::Cow, sync::Arc};
use steps::{
    bot::{Bot, OldTap},
    contact::{
        AnswerWait, FreeEntry, LastMessage, MAX_SEEN, OLD_TAP, Pending, Purpose, SEEN_DAYS, STALE_DAYS, Seen, Timer, Wait, Work,
    },
    event::{Content, Inbound, InboundMedia},
    expression::fold,
    fact::Fact,
    ids::{BotId, EntryId, SessionId, StepId},
    moment::{DAY, Moment},
    reply_id::{ReplyId, ShortReplyId},
    trace::Traced,
    trigger::On,
    turn::{Need, Turn},
};

use crate::{
    Receipt,
    machine::{End, Machine},
    start::{MAX_SESSIONS, Occasion, Start},
};

/// How many quick messages become one; the next one ends the wait.
const MAX_JOINED: usize = 20;

/// A longer text, in bytes, is no opt-out word.
const MAX_OPT_OUT_TEXT: usize = 80;

impl Machine<'_> {
    pub fn receive(&mut self, inbound: &Inbound) -> Result<(), Need> {
        let hash = inbound.id.short_hash();
        if self.is_repeat(hash) {
            self.ignore("this message was here before");
            return Ok(());
        }
        let stale = !self.is_new(hash, inbound.at);
        let number = self.turn.contact().number_among_several(&self.turn.state.number);
        self.turn.facts.push(Fact::Received { message: Box::new(inbound.clone()), stale, number });
        if stale {
            return Ok(());
        }
        if inbound.group.is_some() {
            self.ignore("a message in a group: bots leave groups alone");
            return Ok(());
        }
        crate::identity::learn(self.turn.contact_mut(), &inbound.from);
        let first_of_conversation = self.open(inbound)?;
        if !inbound.content.is_answer() {
            return Ok(());
        }
        self.remember(inbound);
        if inbound.standby {
            self.ignore("Meta's own AI agent has this conversation (standby): the bot keeps silent");
            return Ok(());
        }
        self.settle_by_reply(inbound);
        self.release_held();
        if self.opts_out(&inbound.content)? {
            self.forget_unheard();
            return Ok(());
        }
        self.arm_quiet_triggers();
        let call = self.ask_what_was_said(inbound);
        if self.human_has_it() || !self.waits_unheard(inbound, first_of_conversation, call)? {
            self.pass_on(inbound, first_of_conversation)?;
        }
        Ok(())
    }

    /// Gives a message to whoever has the conversation: a person, or the bots.
    pub fn pass_on(&mut self, inbound: &Inbound, first_of_conversation: bool) -> Result<(), Need> {
        if self.left_to_person(inbound, first_of_conversation) || self.join(inbound, first_of_conversation) {
            return Ok(());
        }
        self.route(inbound, first_of_conversation)
    }

    pub fn ignore(&mut self, reason: &str) {
        self.turn.trace.push(None, Traced::Ignored { reason: reason.to_owned() });
    }

    /// Exactly once: whether the message was here before. `hash`: of its id.
    pub fn is_repeat(&self, hash: u64) -> bool {
        self.turn.contact().seen.has(hash)
    }

    /// Remembers a message; false for one that is too old to know whether it was here.
    pub fn is_new(&mut self, hash: u64, at: Moment) -> bool {
        let now = self.now();
        // A clock that goes ahead must not make all that follows look old.
        let at = at.min(now);
        let contact = self.turn.contact_mut();
        let too_old = at < now.plus(-STALE_DAYS * DAY) || contact.seen_from.is_some_and(|from| at <= from);
        if too_old {
            self.ignore("too old: nobody knows any more whether it came before");
            return false;
        }
        while contact.seen.first().is_some_and(|oldest| oldest.1 <= now.plus(-SEEN_DAYS * DAY)) {
            contact.seen.forget_first();
        }
        for forgotten in contact.seen.push(&Seen(hash, at), MAX_SEEN) {
            contact.seen_from = contact.seen_from.max(Some(forgotten.1));
        }
        true
    }

    /// What a message opens: the window, a free entry point, a conversation, a lead. Tells whether it is the conversation's first.
    fn open(&mut self, inbound: &Inbound) -> Result<bool, Need> {
        let number = self.turn.state.number.clone();
        // The customer's time, cut to arrival if it lies ahead.
        let now = self.now();
        let at = inbound.at.min(now);
        let contact = self.turn.contact_mut();
        if !inbound.content.opens_window() {
            return Ok(false);
        }
        let conversation = contact.conversation_mut(&number);
        if conversation.last_customer.is_none_or(|last| at > last) {
            conversation.last_customer = Some(at);
            conversation.window_refused = false;
        }
        if inbound.referral.is_some() && conversation.free_entry.as_ref().is_none_or(|known| known.clicked < at) {
            conversation.free_entry = Some(FreeEntry { clicked: at, answered: None });
        }
        if !inbound.content.is_answer() {
            return Ok(false);
        }
        if !inbound.standby {
            conversation.waiting_since.get_or_insert(at);
        }
        let first = conversation.count == 0 || conversation.closed;
        if first {
            conversation.count += 1;
            conversation.began = Some(now);
            conversation.closed = false;
        }
        contact.unreachable = false;
        // A customer whose deal is closed opens a new one when they come back, but not by answering a bot's question after the sale.
        let comes_back = first && !contact.has_open_lead() && contact.sessions.is_empty();
        if contact.leads.is_empty() || comes_back {
            self.look_at_crm()?;
            // The CRM may have one that is open.
            if !self.turn.contact().has_open_lead() {
                steps::write::new_lead(&mut self.turn);
                self.give_owner()?;
            }
        }
        Ok(first)
    }

    /// A new contact's owner, in turn.
    fn give_owner(&mut self) -> Result<(), Need> {
        let owners = self.turn.environment().new_contact_owners.clone();
        if owners.is_empty() || self.turn.contact().owner.is_some() {
            return Ok(());
        }
        let index = match self.turn.counter("new_contact_owners") {
            Ok(number) => usize::try_from(number % owners.len() as u64).unwrap_or_default(),
            Err(steps::turn::Stop::Needs(need)) => return Err(need),
            Err(_) => 0,
        };
        let owner = owners[index].clone();
        let contact = self.turn.contact_mut();
        contact.owner = Some(owner.clone());
        if let Some(lead) = contact.lead_mut() {
            lead.owner = Some(owner.clone());
        }
        self.turn.facts.push(Fact::Assigned { on: "contact".into(), to: steps::who::Who::User(owner) });
        Ok(())
    }

    pub fn remember(&mut self, inbound: &Inbound) {
        let number = self.turn.state.number.clone();
        let conversation = self.turn.contact_mut().conversation_mut(&number);
        conversation.last_message = Some(Box::new(LastMessage {
            id: inbound.id.clone(),
            content: inbound.content.clone(),
            tapped: None,
            referral: inbound.referral.clone(),
            product: inbound.product.clone(),
        }));
    }

    /// Messages that were kept until the customer writes go out now.
    fn release_held(&mut self) {
        let (now, number) = (self.now(), self.turn.state.number.clone());
        if !self.turn.contact().pending.iter().any(|pending| matches!(&pending.work, Work::Send(send) if send.held)) {
            return;
        }
        for pending in &mut self.turn.contact_mut().pending {
            if let Work::Send(send) = &mut pending.work
                && send.held
                && send.number == number
            {
                send.held = false;
                send.due = now;
            }
        }
    }

    /// Opt-out words end every session and are told to the triggers.
    pub fn opts_out(&mut self, content: &Content) -> Result<bool, Need> {
        let text = match content {
            Content::Text { text } => text,
            Content::Media(InboundMedia { transcript: Some(text), .. }) => text,
            // A template's own button without an id of ours: its title is what the customer said.
            Content::Tap { id, title, .. } if id.parse::<ReplyId>().is_err() && id.parse::<ShortReplyId>().is_err() => title,
            _ => return Ok(false),
        };
        if text.len() > MAX_OPT_OUT_TEXT {
            return Ok(false);
        }
        let said = fold(text);
        if !self.turn.environment().is_opt_out_word(&said) || self.listener_knows(&said)? {
            return Ok(false);
        }
        self.opted(false);
        let number = self.turn.state.number.clone();
        let sessions = &self.turn.contact().sessions;
        let sessions: Vec<SessionId> =
            sessions.iter().filter(|session| session.number == number).map(|session| session.id).collect();
        for session in sessions {
            self.end_session(session, &End { outcome: "opt_out".into(), status: "stopped" });
        }
        self.drop_unsent(None);
        self.drop_nudges();
        self.fire(&Occasion::OptOut, None)?;
        Ok(true)
    }

    /// Forgets what would speak to a customer who said no: quick messages that wait, and triggers that wait for silence.
    fn drop_nudges(&mut self) {
        let number = self.turn.state.number.clone();
        let bots = self.bots;
        let waits_for_silence = |bot: &BotId, trigger: usize| {
            let trigger = bots.live(bot).and_then(|bot| bot.document.triggers.get(trigger));
            trigger.is_some_and(|trigger| matches!(trigger.on, On::Silence { .. } | On::WindowClosing { .. }))
        };
        self.turn.contact_mut().pending.retain(|pending| match &pending.work {
            Work::Timer(Timer { purpose: Purpose::Join { number: of, .. }, .. }) => *of != number,
            Work::Timer(Timer { purpose: Purpose::Start { bot, trigger, number: of, .. }, .. }) => {
                *of != number || !waits_for_silence(bot, *trigger)
            }
            _ => true,
        });
    }

    /// Whether the word is one of the options that the customer was just shown: "sair" may be a menu's last row.
    fn listener_knows(&mut self, said: &str) -> Result<bool, Need> {
        let Some(session) = self.listener() else { return Ok(false) };
        let Some(bot) = self.focus(session)? else { return Ok(false) };
        let knows = matches!(self.turn.frame().and_then(|frame| frame.wait.as_ref()), Some(Wait::Answer(_)))
            && bot.step(&self.turn.step).is_some_and(|step| names(&Value::Object(step.source().clone()), said));
        self.unfocus();
        Ok(knows)
    }

    pub fn unfocus(&mut self) {
        let state = self.turn.state_mut();
        state.session = None;
        state.bot = None;
    }

    pub fn opted(&mut self, opted_in: bool) {
        if self.turn.contact().opted_in != Some(opted_in) {
            self.turn.contact_mut().opted_in = Some(opted_in);
            self.turn.facts.push(Fact::OptedIn { opted_in });
        }
    }

    pub fn listener(&self) -> Option<SessionId> {
        let contact = self.turn.contact();
        let listener = contact.conversation(&self.turn.state.number)?.listener?;
        contact.session(listener).map(|session| session.id)
    }

    /// Quick messages become one: gathers a text where a bot wants that. Anything but a text runs what was gathered first.
    fn join(&mut self, inbound: &Inbound, first: bool) -> bool {
        let Content::Text { .. } = &inbound.content else { return false };
        let listener = self.listener().and_then(|session| self.turn.contact().session(session)?.frames.first().cloned());
        let join = match listener {
            Some(frame) => self.bots.version(&frame.version).and_then(|bot| bot.document.defaults.join),
            None => self.bots.live_bots().filter_map(|bot| bot.document.defaults.join).max(),
        };
        let Some(join) = join.filter(|join| join.millis() > 0) else { return false };
        let (now, number) = (self.now(), self.turn.state.number.clone());
        let due = now.plus(join.millis());
        let contact = self.turn.contact_mut();
        for pending in &mut contact.pending {
            if let Work::Timer(Timer { due: running, purpose: Purpose::Join { number: of, messages, .. } }) = &mut pending.work
                && *of == number
            {
                if messages.len() >= MAX_JOINED {
                    return false;
                }
                *running = due;
                messages.push(inbound.clone());
                return true;
            }
        }
        let id = EntryId(contact.take_id());
        let purpose = Purpose::Join { number, messages: vec![inbound.clone()], first };
        contact.pending.push(Pending { id, session: None, work: Work::Timer(Timer { due, purpose }) });
        true
    }

    /// What was gathered of quick messages, as one.
    fn take_joined(&mut self) -> Option<(Inbound, bool)> {
        let number = self.turn.state.number.clone();
        let pending = &mut self.turn.contact_mut().pending;
        let place = pending.iter().position(
            |pending| matches!(&pending.work, Work::Timer(Timer { purpose: Purpose::Join { number: of, .. }, .. }) if *of == number),
        )?;
        match pending.remove(place).work {
            Work::Timer(Timer { purpose: Purpose::Join { messages, first, .. }, .. }) => Some((joined(messages)?, first)),
            _ => None,
        }
    }

    /// Quick messages whose time has come.
    pub fn run_joined(&mut self, messages: Vec<Inbound>, first: bool) -> Result<(), Need> {
        let Some(message) = joined(messages) else { return Ok(()) };
        self.remember(&message);
        if self.left_to_person(&message, first) {
            return Ok(());
        }
        self.route(&message, first)
    }

    /// A message that its session left.
    pub fn take_over(&mut self, inbound: &Inbound) -> Result<(), Need> {
        if self.left_to_person(inbound, false) {
            return Ok(());
        }
        self.remember(inbound);
        self.route(inbound, false)
    }

    /// Whether a person has the conversation: no bot takes the message, and each that wanted it is told so.
    fn left_to_person(&mut self, inbound: &Inbound, first_of_conversation: bool) -> bool {
        if !self.human_has_it() {
            return false;
        }
        let candidates = self.candidates(inbound, first_of_conversation);
        self.refuse_all(&candidates, &[], "human");
        self.ignore("an agent has the conversation");
        true
    }

    /// Who gets a message.
    fn route(&mut self, inbound: &Inbound, first_of_conversation: bool) -> Result<(), Need> {
        if let Some((earlier, first)) = self.take_joined() {
            self.remember(&earlier);
            self.route(&earlier, first)?;
            self.remember(inbound);
        }
        let mut candidates = self.candidates(inbound, first_of_conversation);
        let (place, inbound) = match self.tapped_place(inbound)? {
            Some(place) => self.in_newer_version(place, inbound)?,
            None => (None, Cow::Borrowed(inbound)),
        };
        let inbound = &*inbound;
        match place {
            Some(mut place) => {
                self.find_session(&mut place);
                if self.listener() != Some(place.session) || !self.waits_at(&place) {
                    if let Some(bot) = self.turn.contact().session(place.session).and_then(|session| self.restarts(session)) {
                        self.outrank(&candidates, std::slice::from_ref(&place.bot.id));
                        return self.restart(place.session, &bot, inbound);
                    }
                    let lives = self.turn.contact().session(place.session).is_some();
                    if !lives && self.start_first(&mut candidates, inbound, |candidate| candidate.takes_forms)? {
                        return Ok(());
                    }
                    self.outrank(&candidates, std::slice::from_ref(&place.bot.id));
                    return self.old_tap(&place, inbound);
                }
            }
            None => {
                if self.start_first(&mut candidates, inbound, |candidate| candidate.interrupts)? {
                    return Ok(());
                }
            }
        }
        if let Some(session) = self.listener() {
            let found = self.turn.contact().session(session);
            let bots: Vec<BotId> = found.into_iter().flat_map(|found| &found.frames).map(|frame| frame.bot.clone()).collect();
            // Before it takes the message, for that may be its end.
            let bot = found.and_then(|found| self.bots.version(&found.frame()?.version)).cloned();
            if let Some(bot) = found.and_then(|found| self.restarts(found)) {
                self.outrank(&candidates, &bots);
                return self.restart(session, &bot, inbound);
            }
            if self.deliver(session, inbound)? {
                self.outrank(&candidates, &bots);
                self.took(inbound, bot.as_deref());
                return Ok(());
            }
        }
        self.unfocus();
        if !self.start_first(&mut candidates, inbound, |_| true)? {
            self.ignore("no bot listens, and no trigger matches");
        }
        Ok(())
    }

    /// A bot took the message: it can be marked as read.
    pub fn took(&mut self, inbound: &Inbound, bot: Option<&Bot>) {
        let defaults = bot.map(|bot| &bot.document.defaults);
        if defaults.and_then(|defaults| defaults.mark_read).unwrap_or(true) {
            let typing = defaults.and_then(|defaults| defaults.typing).unwrap_or(false);
            let number = self.turn.state.number.clone();
            self.receipt = Some(Receipt { number, message_id: inbound.id.clone(), typing });
        }
    }
}

/// Whether a step's options have this title or synonym.
fn names(step: &Value, said: &str) -> bool {
    let is_said = |value: &Value| value.as_str().is_some_and(|text| fold(text) == said);
    match step {
        Value::Object(keys) => keys.iter().any(|(key, value)| match key.as_str() {
            "title" => is_said(value),
            "synonyms" => value.as_array().is_some_and(|synonyms| synonyms.iter().any(is_said)),
            _ => names(value, said),
        }),
        Value::Array(values) => values.iter().any(|value| names(value, said)),
        _ => false,
    }
}

/// Quick messages as one: their texts line by line, under the last one's id and time.
fn joined(messages: Vec<Inbound>) -> Option<Inbound> {
    let lines: Vec<&str> = messages.iter().filter_map(|message| message.content.text()).collect();
    let text = lines.join("\n");
    let referral = messages.iter().find_map(|message| message.referral.clone());
    let last = messages.into_iter().next_back()?;
    Some(Inbound { content: Content::Text { text }, referral: last.referral.clone().or(referral), ..last })
}
