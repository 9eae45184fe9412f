//! Sending within a turn: the ids of options, the decision by the window, and the guards: limits of the channel, opt-outs, too many sends.

use super::{Dispatched, Failure, OPTED_OUT_CODE, Outgoing, Stop, Turn, WINDOW_CLOSED_CODE, WINDOW_CLOSED_TEXT};
use crate::{
    contact::{Outside, Pending, PendingSend, SendCount, Work},
    event::{ChannelError, Reaction},
    fact::Fact,
    ids::{EntryId, SessionId, StepId},
    language, limits,
    message::{Message, TemplateMessage},
    moment::HOUR,
    reply_id::{ReplyId, ShortReplyId},
    state::State,
    trace::Traced,
    window,
};

/// Sends to one contact in an hour, where the bot says nothing else: a guard against loops that cost money.
pub const DEFAULT_SENDS_PER_HOUR: u32 = 100;

impl Turn<'_> {
    /// The id that comes back when the customer taps this option.
    pub fn reply_id(&self, key: &str) -> String {
        let (Some(session), Some(frame)) = (self.session_id(), self.frame()) else { return key.to_owned() };
        ReplyId { session, version: frame.version.clone(), step: self.step.clone(), key: key.to_owned() }.to_string()
    }

    /// The same for a card's button, which has room for 20 characters.
    pub fn short_reply_id(&self, card: usize, button: usize) -> String {
        let (Some(session), Some(frame), Some(bot)) = (self.session_id(), self.frame(), self.bot()) else {
            return format!("{card}.{button}");
        };
        let step = bot.document.steps.get_index_of(&self.step).unwrap_or_default();
        ShortReplyId { session, version_prefix: ShortReplyId::prefix(&frame.version), step, card, button }.to_string()
    }

    /// A token for a form: says where the answer belongs, and can't be guessed.
    pub fn flow_token(&self) -> String {
        let place = self.reply_id("form");
        format!("{place}.{}", flow_mark(&self.state, &place))
    }

    /// Where a form's answer belongs, if its token was made here for this contact.
    pub fn flow_place(state: &State, token: &str) -> Option<ReplyId> {
        let (place, mark) = token.rsplit_once('.')?;
        (flow_mark(state, place) == mark).then(|| place.parse().ok()).flatten()
    }

    /// Queues a message, as the window allows.
    ///
    /// # Errors
    /// `limit` when the message passes a limit of the Cloud API, `window_closed` when it may not go out and nothing stands in for it,
    /// `opted_out` for a template to a customer who doesn't want any. Too many sends in an hour end the session.
    pub fn send(&mut self, outgoing: Outgoing) -> Result<Dispatched, Stop> {
        let now = self.now();
        let window_open = self.state.conversation().is_some_and(|conversation| conversation.takes_free_form(now));
        let Outgoing { message, template, outside } = outgoing;
        if !message.is_free_form() {
            let entry = self.queue(message, None, outside, false)?;
            return Ok(Dispatched::Queued { entry, stand_in: false });
        }
        if window_open {
            let entry = self.queue(message, template, outside, false)?;
            return Ok(Dispatched::Queued { entry, stand_in: false });
        }
        if let Some(template) = template {
            let entry = self.queue(Message::Template(template), None, Outside::Fail, false)?;
            self.branch(None, "the customer service window is closed: the template goes out instead");
            return Ok(Dispatched::Queued { entry, stand_in: true });
        }
        match outside {
            Outside::Fail => {
                let error = ChannelError {
                    code: WINDOW_CLOSED_CODE,
                    name: "window_closed".to_owned(),
                    text: WINDOW_CLOSED_TEXT.to_owned(),
                    reaction: Reaction::Template,
                };
                let why = "the customer service window is closed, and the step has neither `template` nor `outside_window`";
                Err(self.refused(message, error, why.to_owned()))
            }
            Outside::Hold => {
                let entry = self.queue(message, None, Outside::Hold, true)?;
                Ok(Dispatched::Held { entry })
            }
            Outside::Skip => {
                self.branch(None, "the customer service window is closed: not sent (`outside_window: skip`)");
                Ok(Dispatched::Skipped)
            }
            Outside::Goto(step) => {
                self.branch(Some(&step), "the customer service window is closed");
                Ok(Dispatched::Goto(step))
            }
        }
    }

    fn queue(
        &mut self,
        message: Message,
        template: Option<TemplateMessage>,
        outside: Outside,
        held: bool,
    ) -> Result<EntryId, Stop> {
        if let Some(violation) = limits::violations(&message).into_iter().next() {
            return Err(Failure::new("limit", format!("`{}`: {}", violation.path, violation.message)).into());
        }
        if let Message::Template(template) = &message
            && let Some(text) = self.unwanted(template)
        {
            let (name, reaction) = ("opted_out".to_owned(), Reaction::Drop);
            let error = ChannelError { code: OPTED_OUT_CODE, name, text: text.clone(), reaction };
            return Err(self.refused(message, error, text));
        }
        self.count_send()?;
        self.count_price(&message)?;
        let now = self.now();
        let frame = self.frame().map_or(0, |frame| frame.id);
        let bulk = self.is_bulk();
        let number = self.state.number.clone();
        let (session, step, entry) = self.told(message.clone());
        self.trace.push(session, Traced::Sent { entry });
        let send = PendingSend {
            number,
            step,
            message,
            template,
            outside,
            queued: now,
            due: now,
            attempts: 0,
            tries: 0,
            claim: None,
            held,
            frame,
            settle_until: None,
            bulk,
        };
        if !held {
            let number = send.number.clone();
            self.contact_mut().answered(&number);
        }
        self.contact_mut().pending.push(Pending { id: entry, session, work: Work::Send(Box::new(send)) });
        Ok(entry)
    }

    /// Tells the journal of a message, and gives its entry's id.
    fn told(&mut self, message: Message) -> (Option<SessionId>, Option<StepId>, EntryId) {
        let (session, step) = (self.session_id(), self.session_id().map(|_| self.step.clone()));
        let entry = EntryId(self.contact_mut().take_id());
        self.facts.push(Fact::Queued { entry, message: Box::new(message), session, step: step.clone(), agent: None });
        (session, step, entry)
    }

    /// A message that the channel would refuse does not go there, and stands in the journal as one that failed, with the channel's code:
    /// whoever reads the conversation sees what the customer did not get. `why` is for the step's `failed`.
    fn refused(&mut self, message: Message, error: ChannelError, why: String) -> Stop {
        let (_, _, entry) = self.told(message);
        let failure = Failure { name: error.name.as_str().into(), text: why, code: Some(error.code) };
        self.facts.push(Fact::SendFailed { entry, error: Box::new(error) });
        failure.into()
    }

    /// Whether the customer does not wait for what is sent now: neither they began the session, nor have they written since.
    fn is_bulk(&self) -> bool {
        let Some(session) = self.session_id().and_then(|id| self.contact().session(id)) else { return false };
        let last = self.state.conversation().and_then(|conversation| conversation.last_customer);
        !session.trigger.by_customer() && last.is_none_or(|last| last < session.started)
    }

    /// Why the customer does not want this template: who opted out gets no marketing, and one whose category nobody knows may be that.
    fn unwanted(&mut self, template: &TemplateMessage) -> Option<String> {
        let known = self.environment().templates.get(&template.name).map(|languages| {
            let language = languages.iter().find(|known| language::same(&known.language, &template.language));
            language.or(languages.first()).map(|known| known.category.to_ascii_lowercase()).unwrap_or_default()
        });
        if self.contact().opted_in == Some(false) && !matches!(known.as_deref(), Some("utility" | "authentication")) {
            return Some(format!("the customer opted out, and template {:?} is marketing or may be", template.name));
        }
        // Where no template is known at all, nobody asked for them yet: that is no news.
        if known.is_none() && !self.environment().templates.is_empty() {
            let text = format!("template {:?} is not known to this account; it is sent all the same", template.name);
            self.branch(None, text.as_str());
            self.alert("template_unknown", text);
        }
        None
    }

    /// Adds what a message is expected to cost to its session.
    fn count_price(&mut self, message: &Message) -> Result<(), Stop> {
        let (now, environment) = (self.now(), self.state.environment.clone());
        let Some(session) = self.session_id().filter(|_| !environment.prices.is_empty()) else { return Ok(()) };
        let category = environment.category(message);
        let conversation = self.state.conversation();
        let open = conversation.is_some_and(|conversation| conversation.window_open(now));
        let free_entry = conversation.is_some_and(|conversation| conversation.free_entry_open(now));
        if !window::price(now, category, open, free_entry).charged {
            return Ok(());
        }
        let limit = self.bot().and_then(|bot| bot.document.limits.price_per_session);
        let Some(session) = self.contact_mut().session_mut(session) else { return Ok(()) };
        let spent = session.spent + environment.price(category);
        if let Some(limit) = limit.filter(|limit| spent > *limit) {
            let text = format!("this session's messages would cost {spent}, more than its `limits.price_per_session` of {limit}");
            return Err(Stop::Limit(Failure::new("price_per_session", text)));
        }
        session.spent = spent;
        Ok(())
    }

    fn count_send(&mut self) -> Result<(), Stop> {
        let limit = self.bot().and_then(|bot| bot.document.limits.sends_per_hour).unwrap_or(DEFAULT_SENDS_PER_HOUR);
        let hour = self.now().0.div_euclid(HOUR);
        let sends = &mut self.contact_mut().sends;
        if sends.hour != hour {
            *sends = SendCount { hour, count: 0 };
        }
        if sends.count >= limit {
            let text = format!("{limit} messages went to this contact within the hour; more would pass `limits.sends_per_hour`");
            return Err(Stop::Limit(Failure::new("sends_per_hour", text)));
        }
        sends.count += 1;
        Ok(())
    }
}

fn flow_mark(state: &State, place: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    hash.update(state.environment.token_key);
    hash.update(state.contact.id.as_str());
    hash.update([0]);
    hash.update(place.as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
