//! What a step is given, and what it may do: read the conversation, set values, queue messages, yield a call, wait, go on.
//!
//! A step never awaits and never acts: everything it does is data in the [`Turn`], which the interpreter commits as one.

mod sending;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use compact_str::CompactString;
use serde_json::Value;
use smallvec::SmallVec;

use crate::{
    bot::{Bot, Translation, short_key},
    contact::{AnswerWait, Call, Contact, Frame, Outside, Shown, Wait},
    crm::{CrmNews, CrmWanted},
    data::Data,
    environment::Environment,
    event::Reaction,
    expression::{EvaluationError, Expression, Facts, Locals, Text},
    fact::Fact,
    ids::{BotId, EntryId, OptionId, SessionId, StepId},
    language,
    message::{Message, TemplateMessage},
    moment::Moment,
    path::Path,
    state::State,
    trace::{Trace, Traced},
    who::{Author, Who},
    write,
};

pub use sending::DEFAULT_SENDS_PER_HOUR;

/// One turn under way.
#[derive(Debug)]
pub struct Turn<'a> {
    /// Shared with the expressions while they are evaluated; its only owner otherwise.
    pub state: Arc<State>,
    pub supplied: &'a Supplied,
    /// How many values of each counter this turn has used.
    pub counters_used: BTreeMap<String, usize>,
    /// The step that runs.
    pub step: StepId,
    pub trace: Trace,
    pub facts: Vec<Fact>,
    /// What was changed, for the triggers that watch it.
    pub changes: Vec<Change>,
}

/// What the caller fetched, because an earlier try of the same turn needed it.
#[derive(Clone, Debug, Default)]
pub struct Supplied {
    /// Values of shared counters, in the order of their use. The first that a counter ever gives is 0.
    pub counters: BTreeMap<String, Vec<u64>>,
    /// Versions of bots that were looked for and are nowhere.
    pub missing_versions: Vec<String>,
    /// What the CRM has of the contact; empty: nothing, or it did not say so in time.
    pub crm: Option<Box<CrmNews>>,
}

/// What a turn needs that lies elsewhere. The caller fetches it and runs the turn again, from the same contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The next number of a counter that all sessions share.
    Counter(String),
    /// A version of a bot that is not loaded.
    Version(crate::ids::Version),
    /// A version whose id begins so: from a card's tap, which has no room for more.
    VersionPrefix(String),
    /// What the CRM has of a contact that it may know.
    Crm(Box<CrmWanted>),
}

/// A change of the contact or lead that triggers may watch.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    Field { path: Path, from: Value, to: Value },
    Tag { on: crate::trigger::Owned, tag: String, added: bool },
    Stage { pipeline: CompactString, from: CompactString, to: CompactString, created: bool },
    Owner { of: crate::trigger::Owned },
}

/// Where a session goes on after a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// To a step; None: the link is missing, so the bot has ended well.
    Go(Option<StepId>),
    /// The customer's answer. `fresh`: the question was asked (again), so its `timeout` starts anew.
    Answer {
        wait: AnswerWait,
        fresh: bool,
    },
    /// The first of several to happen.
    First(Vec<Alternative>),
    Call(Box<Call>),
    StartBot {
        bot: BotId,
        switch: bool,
        variables: serde_json::Map<String, Value>,
    },
    /// An agent takes over.
    Handoff(Handoff),
    Stop {
        outcome: Option<String>,
        close: bool,
        all: bool,
    },
}

/// A conversation that goes to an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Handoff {
    pub to: Option<Who>,
    pub summary: Option<Summary>,
    /// The session goes on when they give it back.
    pub resume: bool,
}

/// What the agent should know.
#[derive(Clone, Debug, PartialEq)]
pub enum Summary {
    Text(String),
    /// A model writes it, and the handoff does not wait for it.
    Call(Box<Call>),
}

/// One of the things a `wait` waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Alternative {
    Message,
    At(Moment),
    Delivered,
    Read,
}

/// Why a step did not go on as it should.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    /// Something is needed from elsewhere; the turn is run again with it.
    Needs(Need),
    /// The step takes its `failed`.
    Failed(Failure),
    /// A limit was passed: the session ends as `failed`, and the team is told.
    Limit(Failure),
}

/// A step's failure, as `error` reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A stable word for branches: `expression`, `conversion`, `window_closed`, `limit`, or what a call's failure is named.
    pub name: CompactString,
    pub text: String,
    pub code: Option<i64>,
}

impl Failure {
    pub fn new(name: impl Into<CompactString>, text: impl Into<String>) -> Self {
        Failure { name: name.into(), text: text.into(), code: None }
    }
}

impl std::fmt::Display for Stop {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Needs(_) => formatter.write_str("something is needed from elsewhere first"),
            Stop::Failed(failure) | Stop::Limit(failure) => formatter.write_str(&failure.text),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

impl From<EvaluationError> for Stop {
    fn from(error: EvaluationError) -> Self {
        Stop::Failed(Failure::new("expression", error.to_string()))
    }
}

/// A message with what stands in for it when the window is closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub message: Message,
    pub template: Option<TemplateMessage>,
    pub outside: Outside,
}

/// What became of a send within the turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Dispatched {
    /// In the queue. `stand_in`: as its template.
    Queued { entry: EntryId, stand_in: bool },
    /// Kept until the customer writes.
    Held { entry: EntryId },
    /// Not sent, as `outside_window: skip` says.
    Skipped,
    /// Not sent, and the bot goes on elsewhere.
    Goto(StepId),
}

impl Turn<'_> {
    pub fn now(&self) -> Moment {
        self.state.now
    }

    pub fn contact(&self) -> &Contact {
        &self.state.contact
    }

    pub fn state_mut(&mut self) -> &mut State {
        Arc::make_mut(&mut self.state)
    }

    pub fn contact_mut(&mut self) -> &mut Contact {
        &mut self.state_mut().contact
    }

    pub fn environment(&self) -> &Environment {
        &self.state.environment
    }

    pub fn session_id(&self) -> Option<SessionId> {
        self.state.session
    }

    pub fn frame(&self) -> Option<&Frame> {
        self.state.frame()
    }

    pub fn frame_mut(&mut self) -> Option<&mut Frame> {
        let session = self.state.session?;
        self.contact_mut().session_mut(session)?.frame_mut()
    }

    /// The bot that runs. A step only runs inside a bot, so only an agent's message finds none.
    pub fn bot(&self) -> Option<&Arc<Bot>> {
        self.state.bot.as_ref()
    }

    /// Who makes what this step makes.
    pub fn author(&self) -> Option<Author> {
        self.bot().map(|bot| Author::Step { bot: bot.id.clone(), step: self.step.clone() })
    }

    pub fn facts_view(&self) -> Arc<dyn Facts> {
        self.state.clone()
    }

    // ---- reading ----

    /// A text of this step in the customer's language. `key` is its place inside the step: `text`, `buttons.buy.title`.
    pub fn text(&self, key: &str, text: &Text) -> Result<String, Stop> {
        self.text_with(key, text, Locals::none())
    }

    pub fn text_with(&self, key: &str, text: &Text, locals: &Locals) -> Result<String, Stop> {
        let translated = match self.translation(key) {
            Some(Translation::Text(translated)) => translated,
            _ => text,
        };
        Ok(translated.render(&self.facts_view(), locals)?)
    }

    pub fn optional_text(&self, key: &str, text: Option<&Text>) -> Result<Option<String>, Stop> {
        let filled = text.map(|text| self.text(key, text)).transpose()?;
        Ok(filled.filter(|text| !text.trim().is_empty()))
    }

    /// A text for agents and systems: in the bot's own language, whatever the customer reads.
    pub fn own_text(&self, text: &Text) -> Result<String, Stop> {
        Ok(text.render(&self.facts_view(), Locals::none())?)
    }

    /// What the bot's `translations` say for a key of this step, in the customer's language.
    pub fn translation(&self, key: &str) -> Option<&Translation> {
        let document = &self.bot()?.document;
        if document.translations.is_empty() {
            return None;
        }
        let wanted = self.state.language();
        let keys = self.translation_keys(key);
        for tag in language::chain(wanted) {
            if language::same(tag, &document.language) {
                return None;
            }
            let translations = document.translations.iter().find(|(name, _)| language::same(name, tag)).map(|(_, texts)| texts);
            if let Some(translation) = translations.and_then(|texts| keys.iter().find_map(|key| texts.get(key))) {
                return Some(translation);
            }
        }
        None
    }

    /// Every translation of a key, whatever the language: words of any language are understood.
    pub fn translations(&self, key: &str) -> impl Iterator<Item = &Translation> {
        let keys = self.translation_keys(key);
        let languages = self.state.bot.as_ref().map(|bot| &bot.document.translations);
        languages
            .into_iter()
            .flat_map(|languages| languages.values())
            .filter_map(move |texts| keys.iter().find_map(|key| texts.get(key)))
    }

    fn translation_keys(&self, key: &str) -> SmallVec<[String; 2]> {
        std::iter::once(key).chain(short_key(key)).map(|key| format!("{}.{key}", self.step)).collect()
    }

    /// A value of a text that keeps its type.
    pub fn value(&self, text: &Text) -> Result<Value, Stop> {
        Ok(text.value(&self.facts_view(), Locals::none())?)
    }

    pub fn data(&self, data: &Data) -> Result<Value, Stop> {
        self.data_with(data, Locals::none())
    }

    /// Data that the customer reads: each of its texts in the customer's language, by its place (`data.title`).
    pub fn translated_data(&self, key: &str, data: &Data) -> Result<Value, Stop> {
        Ok(match data {
            Data::Text(text) => match self.translation(key) {
                Some(Translation::Text(translated)) => self.value(translated)?,
                _ => self.value(text)?,
            },
            Data::List(values) => {
                let values = values.iter().enumerate();
                values.map(|(index, value)| self.translated_data(&format!("{key}.{index}"), value)).collect::<Result<_, _>>()?
            }
            Data::Map(values) => {
                let values = values.iter();
                let values =
                    values.map(|(name, value)| Ok((name.clone(), self.translated_data(&format!("{key}.{name}"), value)?)));
                Value::Object(values.collect::<Result<_, Stop>>()?)
            }
            plain => self.data(plain)?,
        })
    }

    pub fn data_with(&self, data: &Data, locals: &Locals) -> Result<Value, Stop> {
        let facts = self.facts_view();
        data.fill(&mut |text: &Text| text.value(&facts, locals)).map_err(Stop::from)
    }

    pub fn evaluate(&mut self, expression: &Expression, locals: &Locals) -> Result<Value, Stop> {
        let value = expression.evaluate(&self.facts_view(), locals)?;
        let session = self.session_id();
        self.trace.push(session, Traced::Evaluated { expression: expression.source().to_owned(), value: value.clone() });
        Ok(value)
    }

    /// Whether a condition holds; a missing one does not.
    pub fn is_true(&mut self, expression: &Expression, locals: &Locals) -> Result<bool, Stop> {
        let holds = expression.is_true(&self.facts_view(), locals)?;
        let session = self.session_id();
        self.trace.push(session, Traced::Evaluated { expression: expression.source().to_owned(), value: Value::Bool(holds) });
        Ok(holds)
    }

    // ---- changing ----

    /// Writes a value to its place, converted to the place's type.
    ///
    /// # Errors
    /// A value that can't be converted is the failure `conversion`, and nothing is written.
    pub fn set(&mut self, path: &Path, value: Value) -> Result<(), Stop> {
        write::set(self, path, value)
    }

    /// Writes several values, or none of them.
    ///
    /// # Errors
    /// If one of them can't be converted, nothing is written.
    pub fn set_all(&mut self, values: Vec<(Path, Value)>) -> Result<(), Stop> {
        write::set_all(self, values)
    }

    /// The next number of a counter that all sessions share.
    pub fn counter(&mut self, name: &str) -> Result<u64, Stop> {
        let used = self.counters_used.entry(name.to_owned()).or_default();
        let value = self.supplied.counters.get(name).and_then(|values| values.get(*used)).copied();
        *used += 1;
        value.ok_or_else(|| Stop::Needs(Need::Counter(name.to_owned())))
    }

    /// The next of these users, in turn.
    pub fn round_robin<'u>(&mut self, users: &'u [CompactString]) -> Result<Option<&'u CompactString>, Stop> {
        if users.len() < 2 {
            return Ok(users.first());
        }
        let name = self.counter_name();
        let turn = self.counter(&name)?;
        let index = usize::try_from(turn % users.len() as u64).unwrap_or_default();
        Ok(users.get(index))
    }

    /// The name of this step's counter.
    pub fn counter_name(&self) -> String {
        let bot = self.bot().map_or("", |bot| bot.id.as_str());
        format!("{bot}.{}", self.step)
    }

    /// A number below `bound`: the same for the same contact, event, version and step, in every version of this program.
    pub fn chance(&self, bound: u64) -> u64 {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(self.state.seed.to_be_bytes());
        hash.update(self.step.as_str());
        // What happened so far in the turn, so that a step to which the bot comes back draws anew.
        hash.update((self.trace.0.len() as u64).to_be_bytes());
        let drawn = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        drawn % bound.max(1)
    }

    /// Tells the team.
    pub fn alert(&mut self, name: &str, text: impl Into<String>) {
        self.alert_of(name, text, None);
    }

    /// The same, with the channel's code of a send that failed. Of one step the same thing is told once a turn: a send that failed is
    /// told before its step's branch is looked for, and a step without a branch would tell it again.
    pub fn alert_of(&mut self, name: &str, text: impl Into<String>, code: Option<i64>) {
        let bot = self.bot().map(|bot| bot.id.clone());
        let step = Some(self.step.clone()).filter(|_| bot.is_some());
        let is_it = |fact: &Fact| match fact {
            Fact::Alert { name: told, bot: by, step: at, .. } => told == name && *by == bot && *at == step,
            _ => false,
        };
        if bot.is_some() && self.facts.iter().any(is_it) {
            return;
        }
        self.facts.push(Fact::Alert { name: name.into(), text: text.into(), bot, step, code });
    }

    /// Why a branch was taken, for the trace.
    pub fn branch(&mut self, to: Option<&StepId>, why: impl Into<String>) {
        let step = self.step.clone();
        let session = self.session_id();
        self.trace.push(session, Traced::Branch { step, to: to.cloned(), why: why.into() });
    }

    // ---- waiting ----

    /// What the wait of this step remembers of options made by `each`.
    pub fn shown(&self) -> &[Shown] {
        match self.frame().and_then(|frame| frame.wait.as_ref()) {
            Some(Wait::Answer(wait)) => &wait.shown,
            _ => &[],
        }
    }

    /// The wait for an answer that is under way at this step.
    pub fn answer_wait(&self) -> AnswerWait {
        match self.frame().and_then(|frame| frame.wait.as_ref()) {
            Some(Wait::Answer(wait)) => wait.clone(),
            _ => AnswerWait::default(),
        }
    }

    /// Remembers which option the customer chose: `message.tapped` and `answer`.
    pub fn chose(&mut self, id: Option<&OptionId>, title: &str, value: &Value) {
        let number = self.state.number.clone();
        let id = id.map(|id| id.as_str().into()).unwrap_or_default();
        if let Some(message) = self.contact_mut().conversation_mut(&number).last_message.as_deref_mut() {
            message.tapped = Some(crate::contact::Tapped { id, title: title.to_owned(), value: value.clone() });
        }
        self.answered(value.clone());
    }

    /// Remembers the customer's answer.
    pub fn answered(&mut self, value: Value) {
        if let Some(frame) = self.frame_mut() {
            frame.answer = Some(value);
        }
    }
}

/// Error codes of the channel that a turn foresees (`whatsapp-cloud-api` §16).
pub const WINDOW_CLOSED_CODE: i64 = 131_047;
/// What that code says: the same sentence, whether the channel or the turn refuses a message.
pub const WINDOW_CLOSED_TEXT: &str = "More than 24 hours have passed since the customer last wrote.";
pub const OPTED_OUT_CODE: i64 = 131_050;

/// Reactions that end a send for good: its step takes `failed`.
pub fn is_final(reaction: Reaction) -> bool {
    !matches!(reaction, Reaction::Retry)
}
