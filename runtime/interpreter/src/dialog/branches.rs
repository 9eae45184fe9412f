//! Dialogs that take every branch of a bot once, recorded as they go: each answer, what nothing matches, no answer, a failed send. For bots
//! that come without dialog tests, such as imported ones: what they do now is what they are held to from here on.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    sync::Arc,
};

use serde_json::{Map, Value, json};
use steps::{
    bot::Bot,
    catalog::FindIn,
    contact::Call,
    environment::Environment,
    event::ChannelError,
    expression::{Expression, Join, Operator},
    message::Message,
    step::Step,
    trace::Traced,
};

use super::{
    lines::{Dialog, DialogContact, Dialogs, Line},
    matching::expected,
    play::Play,
};

/// The most dialogs of one bot. Our own: a file of tests is to be read by people.
const MOST_DIALOGS: usize = 200;
/// The most lines that one dialog acts in. Our own: a branch that lies deeper is left to its designer.
const MOST_LINES: usize = 24;
/// Meta's code for a message that can't be delivered.
const UNDELIVERABLE: i64 = 131_026;
/// What matches nothing that a designer would write.
const NONSENSE: &str = "Something else entirely";

/// One thing that can happen where a bot stands.
#[derive(Clone, Debug)]
struct Act {
    /// Names it among those of its step.
    key: String,
    /// In words, for the dialog's name.
    words: String,
    lines: Vec<Line>,
}

/// What was found out by playing a path.
struct Seen {
    /// The dialog's lines, with what the bot said.
    lines: Vec<Line>,
    /// The step that waits; None: the bot has ended.
    step: Option<String>,
    acts: Vec<Act>,
    /// Texts that conditions look for in what the customer last wrote.
    looked_for: BTreeSet<String>,
    /// Values that conditions look for in what is known: by path.
    known: BTreeSet<(String, String)>,
}

/// The dialogs of a bot. `others` can be called by it.
pub fn branches(
    bot: &Arc<Bot>,
    others: &[Arc<Bot>],
    environment: &Arc<Environment>,
    explain: &dyn Fn(i64) -> ChannelError,
) -> Dialogs {
    let mut walk = Walk { bot, others, environment, explain, taken: HashSet::new(), dialogs: Vec::new(), queue: VecDeque::new() };
    walk.begin();
    while let Some((path, acts)) = walk.queue.pop_front() {
        for act in acts {
            walk.take(&path, &act);
        }
    }
    Dialogs { schema: None, dialogs: walk.dialogs }
}

struct Walk<'a> {
    bot: &'a Arc<Bot>,
    others: &'a [Arc<Bot>],
    environment: &'a Arc<Environment>,
    explain: &'a dyn Fn(i64) -> ChannelError,
    /// Branches that a dialog takes: where, and what happens.
    taken: HashSet<(String, String)>,
    dialogs: Vec<Dialog>,
    /// Paths from which more branches go off.
    queue: VecDeque<(Vec<Line>, Vec<Act>)>,
}

impl Walk<'_> {
    /// The beginnings: the bot starts; and starts where its first conditions find what they look for.
    fn begin(&mut self) {
        let start = Line::Start(Map::from_iter([("on".to_owned(), "preview".into())]));
        let plain = Act { key: "start".into(), words: "begins".into(), lines: vec![start.clone()] };
        let mut beginnings = VecDeque::from([plain]);
        while let Some(act) = beginnings.pop_front() {
            let Some(seen) = self.take(&[], &act) else { continue };
            for text in seen.looked_for {
                let lines = vec![Line::Customer(text.as_str().into()), start.clone()];
                beginnings.push_back(Act { key: format!("says {text}"), words: format!("begins after {text:?}"), lines });
            }
            for (path, value) in seen.known {
                let set = Line::Set(Map::from_iter([(path.clone(), value.as_str().into())]));
                let words = format!("begins where {path} is {value:?}");
                beginnings.push_back(Act { key: format!("{path} {value}"), words, lines: vec![set, start.clone()] });
            }
        }
    }

    /// Takes a branch, if no dialog has, and keeps the dialog.
    fn take(&mut self, path: &[Line], act: &Act) -> Option<Seen> {
        if self.dialogs.len() >= MOST_DIALOGS || path.len() + act.lines.len() > MOST_LINES {
            return None;
        }
        let from = self.step_of(path);
        if !self.taken.insert((from.clone(), act.key.clone())) {
            return None;
        }
        let mut lines = path.to_vec();
        lines.extend(act.lines.iter().cloned());
        let seen = self.play(&lines)?;
        let name = if path.is_empty() { act.words.clone() } else { format!("{from}: {}", act.words) };
        let contact = DialogContact { name: Some("Ana Souza".to_owned()), ..DialogContact::default() };
        self.dialogs.push(Dialog { name, contact, at: None, steps: seen.lines.clone() });
        let mut acts = seen.acts.clone();
        if let (Some(Line::Customer(Value::String(_))), true) = (act.lines.last(), !path.is_empty()) {
            // The same question again, answered with what the conditions behind it look for.
            let answers = seen.looked_for.iter().map(|text| says(text)).collect();
            self.queue.push_back((path.to_vec(), answers));
        }
        acts.retain(|act| !self.taken.contains(&(seen.step.clone().unwrap_or_default(), act.key.clone())));
        if !acts.is_empty() {
            self.queue.push_back((lines, acts));
        }
        Some(seen)
    }

    fn step_of(&self, path: &[Line]) -> String {
        if path.is_empty() { String::new() } else { self.play(path).and_then(|seen| seen.step).unwrap_or_default() }
    }

    /// Plays lines, and notes down what the bot says. None: one of them can't be done.
    fn play(&self, acts: &[Line]) -> Option<Seen> {
        let contact = DialogContact { name: Some("Ana Souza".to_owned()), ..DialogContact::default() };
        let dialog = Dialog { name: String::new(), contact, at: None, steps: Vec::new() };
        let mut play = Play::begin(self.bot, self.others, self.environment, &dialog, self.explain).ok()?;
        let mut lines = Vec::new();
        let (mut said, mut traced) = (0, 0);
        for act in acts {
            traced = play.rehearsal.trace.0.len();
            lines.push(act.clone());
            play.act(act).ok()?;
            for message in play.rehearsal.said.iter().skip(said) {
                lines.push(Line::Bot(expected(&message.message)));
            }
            said = play.rehearsal.said.len();
        }
        let is_running = !play.rehearsal.contact.sessions.is_empty();
        let step = play.rehearsal.session().and_then(|session| session.frame()).map(|frame| frame.step.to_string());
        lines.push(Line::Expect(match &step {
            Some(step) => Map::from_iter([("session.step".to_owned(), step.as_str().into())]),
            None => Map::from_iter([("session.running".to_owned(), is_running.into())]),
        }));
        let (mut looked_for, mut known) = (BTreeSet::new(), BTreeSet::new());
        for line in play.rehearsal.trace.0.iter().skip(traced) {
            if let Traced::Step { step, .. } = &line.what
                && let Some(step) = self.bot.document.steps.get(step).filter(|step| step.kind == "condition")
            {
                looks(step, &mut looked_for, &mut known);
            }
        }
        let message = play.rehearsal.said.last().map(|said| &said.message);
        let call = play.rehearsal.calls.first().map(|(_, call, _)| call);
        let waiting = step.as_ref().and_then(|id| self.bot.document.steps.iter().find(|(step, _)| step.as_str() == id));
        let acts = waiting.map(|(_, step)| acts_at(step, message, call)).unwrap_or_default();
        Some(Seen { lines, step, acts, looked_for, known })
    }
}

/// What can happen while a step waits.
fn acts_at(step: &Step, message: Option<&Message>, call: Option<&Call>) -> Vec<Act> {
    if let Some(call) = call {
        let reply = |words: &str, reply: Value| {
            let lines = reply.as_object().cloned().map(Line::Reply).into_iter().collect();
            Act { key: words.to_owned(), words: words.to_owned(), lines }
        };
        let fails = reply("fails", json!({"failed": "unavailable"}));
        if let Call::Find(call) = call {
            let found = |words: &str, is_self: Option<bool>| {
                let mut found = json!({"id": "1", "name": call.value});
                if let Some(is_self) = is_self {
                    found["is_self"] = is_self.into();
                }
                reply(words, json!({"found": found}))
            };
            let mut acts = match call.place {
                FindIn::Catalog(_) => vec![found("finds something", None)],
                FindIn::Contacts => vec![found("finds somebody", Some(false)), found("finds the customer", Some(true))],
            };
            acts.extend([reply("finds nothing", json!({"found": null})), fails]);
            return acts;
        }
        return vec![reply("is answered", json!({"status": 200, "json": {}})), fails];
    }
    let source = step.source();
    let mut acts = Vec::new();
    let draws = source.contains_key("buttons") || source.contains_key("sections");
    for reply in message.filter(|_| draws).map(Message::replies).unwrap_or_default() {
        let line = Line::Customer(json!({"tap": reply.title}));
        acts.push(Act { key: format!("tap {}", reply.title), words: format!("taps {:?}", reply.title), lines: vec![line] });
    }
    for answer in options(source) {
        let title = answer.get("title").and_then(Value::as_str);
        let synonyms = answer.get("synonyms").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let is_drawn = answer.contains_key("id");
        let words = title.filter(|_| !is_drawn).into_iter().chain(synonyms.iter().filter_map(Value::as_str).take(1));
        acts.extend(words.filter(|word| !word.contains("{{")).map(says));
    }
    if step.behaviour.waits() {
        acts.extend(fitting(source).map(says));
        acts.push(says(NONSENSE));
    }
    for duration in durations(source) {
        acts.push(Act {
            key: format!("pass {duration}"),
            words: format!("no answer for {duration}"),
            lines: vec![Line::Pass(duration)],
        });
    }
    if step.common.failed.is_some() && message.is_some() {
        let line = Line::Status(json!({"failed": UNDELIVERABLE}));
        acts.push(Act { key: "failed".into(), words: "is not delivered".into(), lines: vec![line] });
    }
    acts
}

fn says(text: &str) -> Act {
    Act { key: format!("says {text}"), words: format!("is answered {text:?}"), lines: vec![Line::Customer(text.into())] }
}

/// The options of a step, drawn or not.
fn options(source: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let sections = source.get("sections").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let rows = sections.iter().filter_map(|section| section.get("rows")?.as_array()).flatten();
    let all: Vec<&Value> = list_of(source, "buttons").chain(rows).chain(list_of(source, "answers")).collect();
    all.into_iter().filter_map(Value::as_object)
}

fn list_of<'s>(source: &'s Map<String, Value>, key: &str) -> impl Iterator<Item = &'s Value> {
    source.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

/// An answer that fits what an `ask` expects, where one can be made up.
fn fitting(source: &Map<String, Value>) -> Option<&'static str> {
    Some(match source.get("expect")?.as_str()? {
        "email" => "it's ana@example.com, thanks",
        "phone" => "+55 11 98765-4321",
        "number" | "integer" if source.contains_key("min") || source.contains_key("max") => return None,
        "number" | "integer" => "42",
        "url" => "https://example.com",
        _ => return None,
    })
}

/// How long a step waits at most, each of its ways.
fn durations(source: &Map<String, Value>) -> Vec<String> {
    let after = source.get("timeout").and_then(|timeout| timeout.get("after")).and_then(Value::as_str);
    let delay = |awaited: &Value| awaited.get("delay").and_then(Value::as_str).map(str::to_owned);
    let awaited = source.get("for");
    let ways = awaited.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let delays = ways.iter().filter_map(|way| delay(way.get("for")?));
    after.map(str::to_owned).into_iter().chain(awaited.and_then(delay)).chain(delays).collect()
}

/// What the branches of a condition compare with.
fn looks(step: &Step, texts: &mut BTreeSet<String>, known: &mut BTreeSet<(String, String)>) {
    for branch in list_of(step.source(), "branches") {
        let Some(when) = branch.get("when").and_then(Value::as_str) else { continue };
        if when.contains("message.text") {
            texts.extend(literals(when).into_iter().filter(|text| !text.is_empty() && !text.contains(['\\', '('])));
            continue;
        }
        let form = Expression::compile(when).ok().and_then(|when| when.simple());
        for row in form.filter(|form| form.join == Join::Any || form.rows.len() == 1).into_iter().flat_map(|form| form.rows) {
            let is_settable = row.path.starts_with("lead.fields.") || row.path.starts_with("contact.fields.");
            if let (true, Operator::Equal, Value::String(literal)) = (is_settable, row.operator, row.literal) {
                known.insert((row.path, literal));
            }
        }
    }
}

/// The plain texts in an expression.
fn literals(expression: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(open) = rest.find('"') {
        let inside = &rest[open + 1..];
        let Some(close) = inside.find('"') else { break };
        found.push(inside[..close].to_owned());
        rest = &inside[close + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::run;
    use steps::{check, ids::BotId};

    const BOT: &str = r#"{
        "variables": {"want": {"type": "text"}},
        "defaults": {"failed": "sorry"},
        "start": "known",
        "steps": {
            "known": {"type": "condition", "branches": [{"when": "lead.fields.size == \"large\"", "goto": "sorry"}], "otherwise": "hello"},
            "hello": {"type": "message", "text": "Hi!", "buttons": [{"id": "buy", "title": "Buy", "goto": "number"}, {"id": "help", "title": "Help", "goto": "sorry", "synonyms": ["human"]}], "otherwise": "hello", "timeout": {"after": "2h", "goto": "sorry"}, "failed": "sorry"},
            "number": {"type": "ask", "text": "1 or 2?", "next": "which"},
            "which": {"type": "condition", "branches": [{"when": "fold(message.text) == \"1\"", "goto": "mail"}], "otherwise": "hello"},
            "mail": {"type": "ask", "text": "Your e-mail?", "expect": "email", "save": "vars.want", "next": "sorry", "otherwise": "sorry"},
            "sorry": {"type": "stop"}
        }
    }"#;

    const FINDER: &str = r#"{
        "start": "code",
        "steps": {
            "code": {"type": "find", "in": {"catalog": "promo"}, "value": "A1", "save": {"vars.code": "found.id"}, "next": "who", "otherwise": "none", "failed": "none"},
            "who": {"type": "find", "in": "contacts", "value": "Bia", "save": "vars.other", "next": "known", "otherwise": "none", "failed": "none"},
            "known": {"type": "condition", "branches": [{"when": "vars.other.is_self == true", "goto": "none"}], "otherwise": "tell"},
            "tell": {"type": "message", "text": "{{ vars.code }} for {{ vars.other.name }}"},
            "none": {"type": "message", "text": "None."}
        }
    }"#;

    #[test]
    fn a_search_finds_something_or_nothing_or_fails() {
        let bot = check::load_published(&BotId::new("finder").unwrap(), FINDER).unwrap();
        let environment = Arc::new(Environment::default());
        let explain =
            |code| ChannelError { code, name: "bad_number".into(), text: String::new(), reaction: steps::event::Reaction::Drop };
        let dialogs = branches(&bot, &[], &environment, &explain);
        let names: Vec<&str> = dialogs.dialogs.iter().map(|dialog| dialog.name.as_str()).collect();
        let of_code = ["begins", "code: finds something", "code: finds nothing", "code: fails"];
        let of_who = ["who: finds somebody", "who: finds the customer", "who: finds nothing", "who: fails"];
        assert_eq!(names, [of_code, of_who].concat());
        for dialog in &dialogs.dialogs {
            let report = run(&bot, &[], &environment, dialog, &explain);
            assert!(report.failure.is_none(), "{}: {:?}", dialog.name, report.failure);
        }
    }

    #[test]
    fn every_branch_is_taken_and_every_dialog_passes() {
        let bot = check::load_published(&BotId::new("shop").unwrap(), BOT).unwrap();
        let environment = Arc::new(Environment::default());
        let explain =
            |code| ChannelError { code, name: "bad_number".into(), text: String::new(), reaction: steps::event::Reaction::Drop };
        let dialogs = branches(&bot, &[], &environment, &explain);
        let names: Vec<&str> = dialogs.dialogs.iter().map(|dialog| dialog.name.as_str()).collect();
        insta::assert_snapshot!(names.join("\n"));
        for dialog in &dialogs.dialogs {
            let report = run(&bot, &[], &environment, dialog, &explain);
            assert!(report.failure.is_none(), "{}: {:?}", dialog.name, report.failure);
        }
    }
}
