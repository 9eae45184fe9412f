//! The chat as it stands: bubbles in order, and what later events do to them (reactions, edits, deletions, delivery).
//!
//! It keeps what is drawn and nothing else. When a message is sent, what answers it and which time zone a clock time is told in are the
//! caller's; how a bubble looks is [`crate::face`]'s.

use serde::{Deserialize, Serialize};
use steps::{
    environment::Environment,
    event::{Content, Delivery, Inbound, Referral},
    ids::{EntryId, MessageId, StepId},
    message::Message,
    template::TemplateContent,
};

use crate::{
    face::Face,
    words::{Language, Words},
};

/// One conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chat {
    /// Whom the customer sees at the top: the business's display name.
    pub name: String,
    /// The language of the drawing's own words.
    #[serde(default)]
    pub language: Language,
    #[serde(default)]
    pub bubbles: Vec<Bubble>,
    /// It took place; else it is drawn as simulated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub took_place: bool,
}

/// One message as it stands in the chat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bubble {
    /// What reactions, quotes, edits and statuses call it; none while a message has not been accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// What a trace calls a message of the business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// The step that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepId>,
    pub said: Said,
    /// What the template in it says, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateContent>,
    /// The time as it is shown, like `10:42`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How far a message of the business came. None: on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Delivery>,
    /// Why it failed, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Context>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionMark>,
    /// The customer changed it afterwards, or took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// The turn in which it was said, as whoever draws it counts turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
}

/// Who speaks, and what. The customer sends contents, the business messages; a note is the team's and never on the phone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", content = "message", rename_all = "snake_case")]
pub enum Said {
    Customer(Content),
    Bot(Message),
    Agent(Message),
    /// A person of the business, written in the phone app (Coexistence).
    Echo(Content),
    /// A divider, like "24 hours later", or a remark among the team.
    Note(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sender {
    Customer,
    Bot,
    Agent,
    Note,
}

/// What stands above a message's own content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Context {
    /// The message that it answers, or whose option was tapped. `from` is None where that message is no longer at hand.
    Quote {
        from: Option<Sender>,
        text: String,
    },
    Forwarded,
    /// The ad or post that brought the customer.
    Advert {
        headline: Option<String>,
        body: Option<String>,
    },
}

/// One side's reaction to a message; each side has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReactionMark {
    pub from: Sender,
    pub emoji: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Edited,
    Deleted,
}

impl Chat {
    pub fn new(name: impl Into<String>) -> Self {
        Chat { name: name.into(), ..Chat::default() }
    }

    #[must_use]
    pub fn language(self, language: Language) -> Self {
        Chat { language, ..self }
    }

    /// Adds what was said. A reaction, an edit or a deletion changes the bubble that it means; where that is not in the chat it
    /// becomes a bubble of its own, so that nothing is lost.
    pub fn push(&mut self, bubble: Bubble) {
        if !self.apply(&bubble.said) {
            self.bubbles.push(bubble);
        }
    }

    /// Adds a customer's message, with the quote of what it answers. `at` is its time as shown, `turn` see [`Bubble::turn`].
    pub fn receive(&mut self, inbound: &Inbound, at: Option<String>, turn: Option<u64>) {
        let context = if let Some(id) = &inbound.reply_to {
            Some(self.quote(id))
        } else if inbound.forwarded {
            Some(Context::Forwarded)
        } else {
            inbound.referral.as_ref().map(Context::advert)
        };
        let bubble = Bubble { id: Some(inbound.id.clone()), at, turn, context, ..Bubble::customer(inbound.content.clone()) };
        self.push(bubble);
    }

    /// Notes how far a message came. A status that is late or repeated changes nothing.
    pub fn status(&mut self, id: &MessageId, status: Delivery, failure: Option<String>) {
        let Some(bubble) = self.find(id) else { return };
        if bubble.status.is_none_or(|known| known < status) {
            bubble.status = Some(status);
            bubble.failure = failure;
        }
    }

    /// What was said in a voice note that stands here already.
    pub fn heard(&mut self, id: &MessageId, content: &Content) {
        if let Some(bubble) = self.find(id) {
            bubble.said = Said::Customer(content.clone());
        }
    }

    /// The quote that stands above an answer to this message.
    pub fn quote(&self, id: &MessageId) -> Context {
        let words = self.language.words();
        match self.bubbles.iter().find(|bubble| bubble.id.as_ref() == Some(id)) {
            Some(bubble) => Context::Quote { from: Some(bubble.from()), text: bubble.face(words).summary(words) },
            None => Context::Quote { from: None, text: words.earlier_message.to_owned() },
        }
    }

    fn find(&mut self, id: &MessageId) -> Option<&mut Bubble> {
        self.bubbles.iter_mut().find(|bubble| bubble.id.as_ref() == Some(id))
    }

    /// Whether what was said changed an earlier bubble.
    fn apply(&mut self, said: &Said) -> bool {
        match said {
            Said::Customer(Content::Reaction { message_id, emoji }) => {
                self.react(Sender::Customer, message_id, emoji.as_deref().unwrap_or_default())
            }
            Said::Echo(Content::Reaction { message_id, emoji }) => {
                self.react(Sender::Agent, message_id, emoji.as_deref().unwrap_or_default())
            }
            Said::Bot(Message::Reaction { message_id, emoji }) => self.react(Sender::Bot, message_id, emoji),
            Said::Agent(Message::Reaction { message_id, emoji }) => self.react(Sender::Agent, message_id, emoji),
            Said::Customer(Content::Edit { original, text }) => self.find(original).is_some_and(|bubble| bubble.edit(text)),
            Said::Customer(Content::Revoke { original }) => self.find(original).is_some_and(Bubble::revoke),
            _ => false,
        }
    }

    /// An empty emoji takes the reaction back (Cloud API, Reaction messages). Bot and agent are one side: the business.
    fn react(&mut self, from: Sender, id: &MessageId, emoji: &str) -> bool {
        let Some(bubble) = self.find(id) else {
            return false;
        };
        bubble.reactions.retain(|mark| (mark.from == Sender::Customer) != (from == Sender::Customer));
        if !emoji.is_empty() {
            bubble.reactions.push(ReactionMark { from, emoji: emoji.to_owned() });
        }
        true
    }
}

impl Bubble {
    pub fn new(said: Said) -> Self {
        Bubble {
            id: None,
            entry: None,
            step: None,
            said,
            template: None,
            at: None,
            status: None,
            failure: None,
            context: None,
            reactions: Vec::new(),
            change: None,
            turn: None,
        }
    }

    pub fn customer(content: Content) -> Self {
        Self::new(Said::Customer(content))
    }

    pub fn bot(message: Message) -> Self {
        Self::new(Said::Bot(message))
    }

    pub fn agent(message: Message) -> Self {
        Self::new(Said::Agent(message))
    }

    pub fn note(text: impl Into<String>) -> Self {
        Self::new(Said::Note(text.into()))
    }

    #[must_use]
    pub fn id(self, id: impl Into<MessageId>) -> Self {
        Bubble { id: Some(id.into()), ..self }
    }

    #[must_use]
    pub fn at(self, time: impl Into<String>) -> Self {
        Bubble { at: Some(time.into()), ..self }
    }

    #[must_use]
    pub fn status(self, status: Delivery) -> Self {
        Bubble { status: Some(status), ..self }
    }

    #[must_use]
    pub fn failed(self, reason: impl Into<String>) -> Self {
        Bubble { status: Some(Delivery::Failed), failure: Some(reason.into()), ..self }
    }

    #[must_use]
    pub fn turn(self, turn: Option<u64>) -> Self {
        Bubble { turn, ..self }
    }

    /// Tells what the template in it says, where the account is known to have it.
    #[must_use]
    pub fn known_in(self, environment: &Environment) -> Self {
        let content = match &self.said {
            Said::Bot(Message::Template(message)) | Said::Agent(Message::Template(message)) => {
                environment.template(&message.name, &message.language).and_then(|known| known.content.clone())
            }
            _ => None,
        };
        Bubble { template: content, ..self }
    }

    #[must_use]
    pub fn context(self, context: Context) -> Self {
        Bubble { context: Some(context), ..self }
    }

    pub fn from(&self) -> Sender {
        match self.said {
            Said::Customer(_) => Sender::Customer,
            Said::Bot(_) => Sender::Bot,
            Said::Agent(_) | Said::Echo(_) => Sender::Agent,
            Said::Note(_) => Sender::Note,
        }
    }

    /// What it shows, its state aside.
    pub fn face(&self, words: &Words) -> Face {
        if self.change == Some(Change::Deleted) {
            return Face::hint(words.deleted);
        }
        match &self.said {
            Said::Customer(content) | Said::Echo(content) => Face::of_content(content, words),
            Said::Bot(message) | Said::Agent(message) => match (message, &self.template) {
                (Message::Template(message), Some(content)) => Face::of_template(message, content, words),
                _ => Face::of(message, words),
            },
            Said::Note(text) => Face::plain(text),
        }
    }

    /// Only texts and captions can be changed, and only the customer's own.
    fn edit(&mut self, new: &Option<String>) -> bool {
        match (&mut self.said, new) {
            (Said::Customer(Content::Text { text }), Some(new)) => text.clone_from(new),
            (Said::Customer(Content::Media(media)), _) => media.caption.clone_from(new),
            _ => return false,
        }
        self.change = Some(Change::Edited);
        true
    }

    fn revoke(&mut self) -> bool {
        let own = matches!(self.said, Said::Customer(_));
        if own {
            self.change = Some(Change::Deleted);
        }
        own
    }
}

impl Context {
    fn advert(referral: &Referral) -> Context {
        Context::Advert { headline: referral.headline.clone(), body: referral.body.clone() }
    }
}

impl Sender {
    /// The word that stands for it in labels and transcripts.
    pub fn label(self, words: &Words) -> &'static str {
        match self {
            Sender::Customer => words.customer,
            Sender::Bot => words.bot,
            Sender::Agent => words.agent,
            Sender::Note => words.note,
        }
    }
}

/// The word for how far a message came; None: not accepted yet.
pub(crate) fn status_label(status: Option<Delivery>, words: &Words) -> &'static str {
    match status {
        None => words.sending,
        Some(Delivery::Sent) => words.sent,
        Some(Delivery::Failed) => words.not_delivered,
        Some(Delivery::Delivered) => words.delivered,
        Some(Delivery::Read) => words.read,
        Some(Delivery::Played) => words.played,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content::Text { text: text.into() }
    }

    fn chat() -> Chat {
        let mut chat = Chat::new("Loja");
        chat.push(Bubble::bot(Message::Text { text: "Oi!".into() }).id("m1"));
        chat.push(Bubble::customer(text("Ola")).id("m2"));
        chat
    }

    #[test]
    fn a_reaction_sits_on_its_message_and_can_change_and_go() {
        let mut chat = chat();
        for (emoji, expected) in [(Some("👍"), vec!["👍"]), (Some("❤️"), vec!["❤️"]), (None, vec![])] {
            let emoji = emoji.map(str::to_owned);
            chat.push(Bubble::customer(Content::Reaction { message_id: "m1".into(), emoji }));
            let shown: Vec<&str> = chat.bubbles[0].reactions.iter().map(|mark| mark.emoji.as_str()).collect();
            assert_eq!(shown, expected);
        }
        assert_eq!(chat.bubbles.len(), 2);
    }

    #[test]
    fn both_sides_can_react_to_one_message() {
        let mut chat = chat();
        chat.push(Bubble::customer(Content::Reaction { message_id: "m2".into(), emoji: Some("😂".into()) }));
        chat.push(Bubble::bot(Message::Reaction { message_id: "m2".into(), emoji: "👍".into() }));
        chat.push(Bubble::agent(Message::Reaction { message_id: "m2".into(), emoji: "🙏".into() }));
        let shown: Vec<&str> = chat.bubbles[1].reactions.iter().map(|mark| mark.emoji.as_str()).collect();
        assert_eq!(shown, ["😂", "🙏"]);
    }

    #[test]
    fn a_reaction_to_an_unknown_message_is_kept_as_a_bubble() {
        let mut chat = chat();
        chat.push(Bubble::customer(Content::Reaction { message_id: "old".into(), emoji: Some("👍".into()) }));
        assert_eq!(chat.bubbles.len(), 3);
    }

    #[test]
    fn customers_change_and_delete_only_their_own_messages() {
        let mut chat = chat();
        chat.push(Bubble::customer(Content::Edit { original: "m2".into(), text: Some("Olá".into()) }));
        assert_eq!(chat.bubbles[1].said, Said::Customer(text("Olá")));
        assert_eq!(chat.bubbles[1].change, Some(Change::Edited));

        chat.push(Bubble::customer(Content::Revoke { original: "m2".into() }));
        assert_eq!(chat.bubbles[1].face(Language::En.words()), Face::hint("This message was deleted"));

        chat.push(Bubble::customer(Content::Revoke { original: "m1".into() }));
        assert_eq!(chat.bubbles[0].change, None);
    }

    #[test]
    fn a_late_status_does_not_step_back() {
        let mut chat = chat();
        let id = MessageId::from("m1");
        chat.status(&id, Delivery::Read, None);
        chat.status(&id, Delivery::Sent, None);
        chat.status(&id, Delivery::Failed, Some("too late".into()));
        assert_eq!((chat.bubbles[0].status, chat.bubbles[0].failure.clone()), (Some(Delivery::Read), None));
    }

    #[test]
    fn an_answer_quotes_what_it_answers() {
        let mut chat = chat();
        let mut inbound: Inbound = serde_json::from_value(serde_json::json!({
            "id": "m3", "at": 0, "from": {}, "content": {"type": "text", "text": "Quero"}, "reply_to": "m1",
        }))
        .unwrap();
        chat.receive(&inbound, Some("10:42".into()), Some(2));
        assert_eq!(chat.bubbles[2].context, Some(Context::Quote { from: Some(Sender::Bot), text: "Oi!".into() }));

        assert_eq!(chat.bubbles[2].turn, Some(2));
        inbound.reply_to = Some("gone".into());
        chat.receive(&inbound, None, None);
        assert!(matches!(&chat.bubbles[3].context, Some(Context::Quote { from: None, .. })));
    }
}
