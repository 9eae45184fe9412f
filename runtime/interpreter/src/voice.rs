//! Voice notes: a call finds out what was said in one, and the message runs with the call's result. What the customer writes meanwhile
//! waits behind it, so that all of it runs in the order in which it was accepted.

use steps::{
    contact::{Call, TranscribeCall, Unheard},
    event::{CallResult, Content, Inbound, InboundMedia},
    fact::Fact,
    ids::{EntryId, MessageId, SessionId},
    message::MediaKind,
    trace::Traced,
    turn::Need,
};

use crate::machine::Machine;

/// How many messages of a conversation wait for what was said before them. When more come, they run without.
pub const MAX_UNHEARD: usize = 20;
/// The most characters of a transcript: about twenty minutes of speech. A longer one would fill the contact.
pub const MAX_TRANSCRIPT: usize = 16_384;

impl Machine<'_> {
    /// Asks what was said in a message, where it is a recording that nobody has made into text.
    pub fn ask_what_was_said(&mut self, inbound: &Inbound) -> Option<EntryId> {
        let Content::Media(media) = &inbound.content else { return None };
        let speaks = matches!(media.kind, MediaKind::Voice | MediaKind::Audio) && media.transcript.is_none();
        if !speaks || !self.turn.environment().transcribes {
            return None;
        }
        let call = TranscribeCall {
            number: self.turn.state.number.clone(),
            message: inbound.id.clone(),
            media: media.clone(),
            language: self.turn.contact().language.clone().filter(|language| !language.is_empty()),
        };
        Some(self.queue_call(None, None, Call::Transcribe(call)))
    }

    /// Whether a message waits: for what was said in it (`call` finds out), or for one before it.
    pub fn waits_unheard(&mut self, inbound: &Inbound, first: bool, call: Option<EntryId>) -> Result<bool, Need> {
        let number = self.turn.state.number.clone();
        let unheard = &mut self.turn.contact_mut().conversation_mut(&number).unheard;
        if call.is_none() && unheard.is_empty() {
            return Ok(false);
        }
        unheard.push(Unheard { message: inbound.clone(), first, call });
        if unheard.len() > MAX_UNHEARD {
            unheard.iter_mut().for_each(|unheard| unheard.call = None);
            self.trace_not_understood("too many messages wait for what was said");
            self.run_heard()?;
        }
        Ok(true)
    }

    /// Whether the session's customer has written, and waits to be heard: no time runs out for them meanwhile.
    pub fn is_still_to_hear(&self, session: SessionId) -> bool {
        let conversation = self.turn.state.conversation();
        conversation.is_some_and(|conversation| conversation.listener == Some(session) && !conversation.unheard.is_empty())
    }

    /// Forgets what waits to be heard: it is said to nobody any more. The transcripts come all the same, for people to read.
    pub fn forget_unheard(&mut self) {
        let number = self.turn.state.number.clone();
        if let Some(conversation) = self.turn.contact_mut().conversations.get_mut(&number) {
            conversation.unheard.clear();
        }
    }

    /// What was said in a recording: its message runs, and what waited for it.
    pub fn transcribed(&mut self, entry: EntryId, call: TranscribeCall, result: &CallResult) -> Result<(), Need> {
        self.turn.state_mut().number = call.number.clone();
        let heard = match transcript(result) {
            Ok(text) => {
                self.turn.trace.push(None, Traced::Understood { text: text.to_owned() });
                let content = Content::Media(InboundMedia { transcript: Some(text.to_owned()), ..call.media });
                let (message, number) = (call.message.clone(), self.turn.contact().number_among_several(&call.number));
                self.turn.facts.push(Fact::Transcribed { message, content: Box::new(content.clone()), number });
                Some(content)
            }
            Err(why) => {
                self.trace_not_understood(&why);
                None
            }
        };
        let conversation = self.turn.contact_mut().conversation_mut(&call.number);
        if let Some(unheard) = conversation.unheard.iter_mut().find(|unheard| unheard.call == Some(entry)) {
            unheard.call = None;
            if let Some(content) = heard {
                unheard.message.content = content;
            }
            return self.run_heard();
        }
        match heard {
            Some(content) => self.heard_late(&call.message, content),
            None => Ok(()),
        }
    }

    /// A message that ran without its text, or that a person has, turns out to say something.
    fn heard_late(&mut self, id: &MessageId, content: Content) -> Result<(), Need> {
        let number = self.turn.state.number.clone();
        // A no is a no, whoever has the conversation.
        self.opts_out(&content)?;
        let last = self.turn.contact_mut().conversation_mut(&number).last_message.as_mut();
        if let Some(last) = last.filter(|last| last.id == *id) {
            last.content = content;
        }
        Ok(())
    }

    /// Runs what waited, as far as nothing before it is still to be heard.
    fn run_heard(&mut self) -> Result<(), Need> {
        let number = self.turn.state.number.clone();
        loop {
            let unheard = &mut self.turn.contact_mut().conversation_mut(&number).unheard;
            if unheard.first().is_none_or(|next| next.call.is_some()) {
                return Ok(());
            }
            let Unheard { message, first, .. } = unheard.remove(0);
            self.unfocus();
            self.turn.state_mut().number = number.clone();
            // Each message is a turn of its own to the guard against loops.
            self.steps.clear();
            self.remember(&message);
            if !self.opts_out(&message.content)? {
                self.pass_on(&message, first)?;
            }
        }
    }

    fn trace_not_understood(&mut self, why: &str) {
        self.turn.trace.push(None, Traced::NotUnderstood { why: why.to_owned() });
    }
}

/// The text of a transcript, or why there is none.
fn transcript(result: &CallResult) -> Result<&str, String> {
    let text = match result {
        CallResult::Text { text } => text.as_deref().unwrap_or_default().trim(),
        CallResult::Failed { text, .. } => return Err(text.clone()),
        _ => return Err("the result of another kind of call".to_owned()),
    };
    match text.chars().count() {
        0 => Err("nothing was said in it".to_owned()),
        length if length > MAX_TRANSCRIPT => Err(format!("its text has {length} characters, and {MAX_TRANSCRIPT} are the most")),
        _ => Ok(text),
    }
}
