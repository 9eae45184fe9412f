//! A chat made from facts: what was said and what became of it, as the journal tells it, drawn as the phone shows it.
//!
//! The phone shows what went out, not what still waits; beside it stand the notes that the team gets. Time that passed is a divider.

use std::collections::BTreeMap;

use steps::{
    environment::Environment,
    event::{ChannelError, Delivery},
    fact::Fact,
    ids::{EntryId, MessageId},
    message::Message,
    moment::{DAY, HOUR, MINUTE, Moment},
};

use crate::{
    view::{Bubble, Chat, Said},
    words::{Language, fill},
};

/// The shortest time that is worth a divider.
const GAP: i64 = MINUTE;

/// A fact of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct Told<'f> {
    pub at: Moment,
    /// Which turn it belongs to, as whoever tells it counts turns. The bubbles that follow from it name it.
    pub turn: Option<u64>,
    pub fact: &'f Fact,
}

/// Draws the facts of a conversation into an empty chat, in their order, up to `now`. What templates say is the environment's to know.
/// `clock` is a moment as the chat shows it, like `10:42`.
pub fn chat<'f>(
    chat: Chat,
    environment: &Environment,
    facts: impl IntoIterator<Item = Told<'f>>,
    now: Moment,
    clock: impl Fn(Moment) -> String,
) -> Chat {
    let mut story = Story { chat, environment, clock, last: None, waiting: BTreeMap::new(), sent: BTreeMap::new() };
    for told in facts {
        story.tell(told);
    }
    story.pass(now, None);
    story.chat
}

/// A chat under way.
struct Story<'e, C> {
    chat: Chat,
    environment: &'e Environment,
    clock: C,
    /// The moment of what was drawn last.
    last: Option<Moment>,
    /// What is to go out, each as it will be drawn, with the turn and the step that said it.
    waiting: BTreeMap<EntryId, Bubble>,
    /// What went out, by its entry: errors name that.
    sent: BTreeMap<EntryId, MessageId>,
}

impl<C: Fn(Moment) -> String> Story<'_, C> {
    fn tell(&mut self, Told { at, turn, fact }: Told<'_>) {
        let words = self.chat.language.words();
        match fact {
            Fact::Received { message, .. } => {
                self.pass(at, turn);
                let time = (self.clock)(at);
                self.chat.receive(message, Some(time), turn);
            }
            Fact::Queued { entry, message, step, agent, .. } => {
                let said: fn(Message) -> Said = if agent.is_some() { Said::Agent } else { Said::Bot };
                let bubble = Bubble::new(said(message.as_ref().clone())).known_in(self.environment).turn(turn);
                self.waiting.insert(*entry, Bubble { entry: Some(*entry), step: step.clone(), ..bubble });
            }
            Fact::Replaced { entry, message } => {
                let said = Said::Bot(message.as_ref().clone());
                let bubble = match self.waiting.remove(entry) {
                    Some(replaced) => Bubble { said, ..replaced },
                    None => Bubble { entry: Some(*entry), ..Bubble::new(said) }.turn(turn),
                };
                self.waiting.insert(*entry, bubble.known_in(self.environment));
            }
            Fact::Sent { entry, message_id, .. } => {
                if let Some(bubble) = self.waiting.remove(entry) {
                    self.sent.insert(*entry, message_id.clone());
                    self.push(at, bubble.id(message_id.clone()).status(Delivery::Sent));
                }
            }
            Fact::SendFailed { entry, error } => self.failed(at, *entry, error),
            Fact::Status { status } => {
                self.chat.status(&status.message_id, status.state, status.error.as_ref().map(reason));
            }
            Fact::Echo { message_id, content, .. } => {
                self.push(at, Bubble::new(Said::Echo(content.as_ref().clone())).id(message_id.clone()).turn(turn));
            }
            Fact::Transcribed { message, content, .. } => self.chat.heard(message, content),
            Fact::HandedOver { to, summary } => {
                let handed = to.as_ref().map(|to| fill(words.handed_over_to, &to.to_string()));
                self.note(at, turn, handed.unwrap_or_else(|| words.handed_over.to_owned()));
                summary.iter().for_each(|text| self.note(at, turn, fill(words.summary, text)));
            }
            Fact::HandoffSummary { text } => self.note(at, turn, fill(words.summary, text)),
            Fact::Released => self.note(at, turn, words.given_back),
            // Why a send failed stands at the message.
            Fact::Alert { text, code: None, .. } => self.note(at, turn, fill(words.team_is_told, text)),
            _ => {}
        }
    }

    fn failed(&mut self, at: Moment, entry: EntryId, error: &ChannelError) {
        match (self.waiting.remove(&entry), self.sent.get(&entry)) {
            (Some(bubble), _) => self.push(at, bubble.failed(reason(error))),
            (None, Some(sent)) => self.chat.status(sent, Delivery::Failed, Some(reason(error))),
            (None, None) => {}
        }
    }

    fn push(&mut self, at: Moment, bubble: Bubble) {
        self.pass(at, bubble.turn);
        let time = (self.clock)(at);
        self.chat.push(bubble.at(time));
    }

    fn note(&mut self, at: Moment, turn: Option<u64>, text: impl Into<String>) {
        self.pass(at, turn);
        self.chat.push(Bubble::note(text).turn(turn));
    }

    /// Draws the time since the last bubble, as a part of the turn that ends it.
    fn pass(&mut self, at: Moment, turn: Option<u64>) {
        let passed = self.last.map_or(0, |last| at.since(last));
        if passed >= GAP {
            let language = self.chat.language;
            let divider = fill(language.words().later, &span(passed, language));
            self.chat.push(Bubble::note(divider).turn(turn));
        }
        self.last = self.last.max(Some(at));
    }
}

fn reason(error: &ChannelError) -> String {
    let text = if error.text.is_empty() { &error.name } else { &error.text };
    if error.code == 0 { text.clone() } else { format!("{text} ({})", error.code) }
}

/// A length of time in its two largest units: "24 hours", "2 days 1 hour", "1 hour 30 minutes".
fn span(millis: i64, language: Language) -> String {
    let words = language.words();
    let parts = if millis >= 2 * DAY {
        [(millis / DAY, &words.days), (millis % DAY / HOUR, &words.hours)]
    } else {
        [(millis / HOUR, &words.hours), (millis % HOUR / MINUTE, &words.minutes)]
    };
    let told = parts.iter().filter(|(number, _)| *number > 0);
    told.map(|(number, unit)| unit.of(*number)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{gallery, text};

    fn fact(value: Value) -> Fact {
        serde_json::from_value(value).unwrap()
    }

    fn queued(entry: u32, text: &str) -> Fact {
        fact(json!({"fact": "queued", "entry": entry, "message": {"type": "text", "text": text}}))
    }

    fn sent(entry: u32) -> Fact {
        let id = format!("wamid.{entry}");
        fact(json!({"fact": "sent", "entry": entry, "message_id": id, "at": 0, "expected_price": "free"}))
    }

    fn received(text: &str) -> Fact {
        let message = json!({"id": format!("in.{text}"), "at": 0, "from": {}, "content": {"type": "text", "text": text}});
        fact(json!({"fact": "received", "message": message}))
    }

    fn status(entry: u32, state: &str) -> Fact {
        let status = json!({"message_id": format!("wamid.{entry}"), "state": state, "at": 0});
        fact(json!({"fact": "status", "status": status}))
    }

    fn drawn(facts: &[(i64, Fact)], now: i64) -> Chat {
        let facts = (0..).zip(facts).map(|(turn, (at, fact))| Told { at: Moment(*at), turn: Some(turn), fact });
        chat(Chat::new("Loja"), &gallery::environment(), facts, Moment(now), |at| {
            format!("{:02}:{:02}", at.0 / HOUR, at.0 % HOUR / MINUTE)
        })
    }

    fn shown(chat: &Chat) -> Vec<String> {
        let (bubbles, words) = (chat.bubbles.iter(), Language::En.words());
        bubbles.map(|bubble| format!("{}: {}", bubble.from().label(words), bubble.face(words).summary(words))).collect()
    }

    #[test]
    fn a_template_says_what_the_account_knows_of_it() {
        let template =
            json!({"type": "template", "name": "pedido_pronto", "language": "pt_BR", "parameters": {"positional": ["7"]}});
        let mut queued = json!({"fact": "queued", "entry": 1, "message": template});
        let chat = drawn(&[(0, fact(queued.clone())), (0, sent(1))], 0);
        assert_eq!(shown(&chat), ["Bot: Seu pedido *7* está pronto para retirar."]);
        queued["message"]["language"] = "es".into();
        let chat = drawn(&[(0, fact(queued)), (0, sent(1))], 0);
        assert_eq!(shown(&chat), ["Bot: template pedido_pronto (es)"]);
    }

    #[test]
    fn what_went_out_is_drawn_with_its_status() {
        let chat = drawn(
            &[(0, received("Oi")), (0, queued(1, "Hello")), (0, queued(2, "Held")), (0, sent(1)), (0, status(1, "read"))],
            0,
        );
        assert_eq!(shown(&chat), ["Customer: Oi", "Bot: Hello"]);
        assert_eq!((chat.bubbles[1].status, chat.bubbles[1].at.as_deref()), (Some(Delivery::Read), Some("00:00")));
        assert!(text::draw_chat(&chat).contains("Hello"));
    }

    #[test]
    fn a_bubble_names_the_turn_that_said_it_and_not_the_one_that_sent_it() {
        let template = json!({"type": "template", "name": "back", "language": "en"});
        let replaced = fact(json!({"fact": "replaced", "entry": 2, "message": template}));
        let facts = [received("Oi"), queued(1, "Hello"), queued(2, "Later"), sent(1), replaced, sent(2)];
        let chat = drawn(&facts.map(|fact| (0, fact)), DAY);
        let turns: Vec<Option<u64>> = chat.bubbles.iter().map(|bubble| bubble.turn).collect();
        assert_eq!(turns, [Some(0), Some(1), Some(2), None], "the last one is the time that passed");
        let html = crate::html::chat(&chat);
        assert_eq!(html.matches("data-turn=").count(), 3);
        assert!(html.contains("Simulated") && !crate::html::chat(&Chat { took_place: true, ..chat }).contains("Simulated"));
        assert!(html.contains(" data-turn=\"2\" data-entry=\"2\""), "{html}");
    }

    #[test]
    fn time_that_passed_is_a_divider_also_at_the_end() {
        let chat = drawn(&[(0, received("Oi")), (2 * HOUR, queued(1, "Still there?")), (2 * HOUR, sent(1))], DAY);
        let expected = ["Customer: Oi", "Note: 2 hours later", "Bot: Still there?", "Note: 22 hours later"];
        assert_eq!(shown(&chat), expected);
    }

    #[test]
    fn a_template_stands_in_the_place_of_what_it_replaced() {
        let template = json!({"type": "template", "name": "back", "language": "en"});
        let replaced = fact(json!({"fact": "replaced", "entry": 1, "message": template}));
        let chat = drawn(&[(0, queued(1, "Hello")), (0, replaced), (0, sent(1))], 0);
        assert!(matches!(&chat.bubbles[..], [Bubble { said: Said::Bot(Message::Template(_)), .. }]));
    }

    #[test]
    fn a_failure_says_why_before_and_after_it_went_out() {
        let failed = |entry: u32| {
            let error = json!({"code": 131_047, "name": "window_closed", "text": "The window is closed", "reaction": "template"});
            fact(json!({"fact": "send_failed", "entry": entry, "error": error}))
        };
        let chat = drawn(&[(0, queued(1, "One")), (0, failed(1)), (0, queued(2, "Two")), (0, sent(2)), (0, failed(2))], 0);
        let states: Vec<_> = chat.bubbles.iter().map(|bubble| (bubble.status, bubble.failure.as_deref())).collect();
        assert_eq!(states, [(Some(Delivery::Failed), Some("The window is closed (131047)")); 2]);
    }

    #[test]
    fn spans_are_told_in_two_units() {
        let spans =
            [(MINUTE, "1 minute"), (DAY, "24 hours"), (90 * MINUTE, "1 hour 30 minutes"), (2 * DAY + HOUR, "2 days 1 hour")];
        for (millis, expected) in spans {
            assert_eq!(span(millis, Language::En), expected);
        }
        assert_eq!(span(DAY + MINUTE, Language::Pt), "24 horas 1 minuto");
    }

    #[test]
    fn a_bubble_names_its_turn_its_entry_and_its_step() {
        let queued = fact(json!({"fact": "queued", "entry": 1, "message": {"type": "text", "text": "Hello"}, "step": "welcome"}));
        let chat = drawn(&[(0, received("Oi")), (0, queued), (HOUR, sent(1))], HOUR);
        let named = |bubble: &Bubble| (bubble.turn, bubble.entry, bubble.step.as_ref().map(ToString::to_string));
        let expected = [(Some(0), None, None), (Some(1), None, None), (Some(1), Some(EntryId(1)), Some("welcome".to_owned()))];
        assert_eq!(chat.bubbles.iter().map(named).collect::<Vec<_>>(), expected);
    }
}
