//! The questions to the lists as SQL, which SQLite and PostgreSQL are asked in the same words: they differ in
//! the names of the tables and in how a parameter is marked.

use std::fmt::Write as _;

use crate::lists::words;
use crate::{ContactQuery, ConversationQuery, ConversationSort, Millis, OwnedBy, SessionQuery, TaskQuery};

/// A question and its parameters, in the order of their numbers.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) parameters: Vec<Parameter>,
    dialect: &'static Dialect,
    has_condition: bool,
}

pub(crate) enum Parameter {
    Number(i64),
    Text(String),
}

/// What a database has of its own.
pub(crate) struct Dialect {
    /// Before the name of a table.
    pub(crate) schema: &'static str,
    /// Before the number of a parameter.
    pub(crate) mark: char,
}

/// After every text that begins with the same letters: no letter is higher.
const HIGHEST: char = char::MAX;

impl Question {
    fn new(dialect: &'static Dialect, select: &str) -> Self {
        let text = select.replace("{schema}", dialect.schema);
        Self { text, parameters: Vec::new(), dialect, has_condition: false }
    }

    /// Adds a parameter; gives what stands for it.
    fn number(&mut self, number: i64) -> String {
        self.parameter(Parameter::Number(number))
    }

    fn text(&mut self, text: &str) -> String {
        self.parameter(Parameter::Text(text.to_owned()))
    }

    fn parameter(&mut self, parameter: Parameter) -> String {
        self.parameters.push(parameter);
        format!("{}{}", self.dialect.mark, self.parameters.len())
    }

    /// Adds a condition that must hold, too.
    fn only(&mut self, condition: &str) {
        let word = if std::mem::replace(&mut self.has_condition, true) { "AND" } else { "WHERE" };
        // A text takes all that is written to it.
        let _ = write!(self.text, " {word} {condition}");
    }

    fn owned_by(&mut self, owner: &OwnedBy) {
        match owner {
            OwnedBy::Anyone => {}
            OwnedBy::Nobody => self.only("listed.owner IS NULL"),
            OwnedBy::Owner(owner) => {
                let owner = self.text(owner);
                self.only(&format!("listed.owner = {owner}"));
            }
        }
    }

    fn order(mut self, order: &str, limit: usize) -> Self {
        let limit = self.number(i64::try_from(limit).unwrap_or(i64::MAX));
        let _ = write!(self.text, " ORDER BY {order} LIMIT {limit}");
        self
    }
}

/// Gives `contact, number, owner, state, waiting_since, window_closes, last_active`, then the profile's
/// `name, phone, user_id, username`.
pub(crate) fn conversations(query: &ConversationQuery, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(
        dialect,
        "SELECT listed.contact, listed.number, listed.owner, listed.state, listed.waiting_since, listed.window_closes, \
         listed.last_active, profile.name, profile.phone, profile.user_id, profile.username \
         FROM {schema}conversations AS listed LEFT JOIN {schema}profiles AS profile ON profile.contact = listed.contact",
    );
    let key = match query.sort {
        ConversationSort::Waiting => "listed.waiting_since",
        ConversationSort::Window => "listed.window_closes",
        ConversationSort::Active => "listed.last_active",
    };
    if query.sort != ConversationSort::Active {
        question.only(&format!("{key} IS NOT NULL"));
    }
    if let Some(number) = &query.number {
        let number = question.text(number);
        question.only(&format!("listed.number = {number}"));
    }
    question.owned_by(&query.owner);
    if let Some(state) = query.state {
        // As it stands in the condition of an index.
        question.only(&format!("listed.state = {}", state.number()));
    }
    if query.waiting {
        question.only("listed.waiting_since IS NOT NULL");
    }
    let mut window = |time: Option<Millis>, comparison: &str| {
        if let Some(time) = time {
            let time = question.number(time);
            question.only(&format!("listed.window_closes {comparison} {time}"));
        }
    };
    window(query.window_from, ">=");
    window(query.window_before, "<");
    let (comparison, direction) = if query.sort.is_descending() { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = &query.after {
        let (at, contact, number) = (question.number(after.key), question.text(&after.contact), question.text(&after.number));
        question.only(&format!("({key}, listed.contact, listed.number) {comparison} ({at}, {contact}, {number})"));
    }
    question.order(&format!("{key} {direction}, listed.contact {direction}, listed.number {direction}"), query.limit)
}

/// Gives `contact, name, phone, user_id, username, last_active`.
pub(crate) fn contacts(query: &ContactQuery, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(
        dialect,
        "SELECT listed.contact, listed.name, listed.phone, listed.user_id, listed.username, listed.last_active \
         FROM {schema}profiles AS listed",
    );
    for word in query.search.iter().flat_map(|search| words(search)) {
        let (from, below) = (question.text(&word), question.text(&format!("{word}{HIGHEST}")));
        let schema = dialect.schema;
        question.only(&format!(
            "listed.contact IN (SELECT contact FROM {schema}profile_parts WHERE part >= {from} AND part < {below})"
        ));
    }
    if let Some(since) = query.idle_since {
        let since = question.number(since);
        question.only(&format!("listed.last_active < {since}"));
    }
    if let Some(after) = &query.after {
        let (at, contact) = (question.number(after.last_active), question.text(&after.contact));
        question.only(&format!("(listed.last_active, listed.contact) < ({at}, {contact})"));
    }
    question.order("listed.last_active DESC, listed.contact DESC", query.limit)
}

/// Gives `contact, id, number, bot, version, started_by, started, ended, status, outcome, told`, then the profile's
/// `name, phone, user_id, username`.
pub(crate) fn sessions(query: &SessionQuery, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(
        dialect,
        "SELECT listed.contact, listed.id, listed.number, listed.bot, listed.version, listed.started_by, listed.started, \
         listed.ended, listed.status, listed.outcome, listed.told, profile.name, profile.phone, profile.user_id, profile.username \
         FROM {schema}sessions AS listed LEFT JOIN {schema}profiles AS profile ON profile.contact = listed.contact",
    );
    let SessionQuery { contact, id, bot, version, open, status, outcome, before, limit } = query;
    let texts = [("contact", contact), ("bot", bot), ("version", version), ("status", status), ("outcome", outcome)];
    for (column, text) in texts {
        if let Some(text) = text {
            let text = question.text(text);
            question.only(&format!("listed.{column} = {text}"));
        }
    }
    if let Some(id) = id {
        let id = question.number(i64::from(*id));
        question.only(&format!("listed.id = {id}"));
    }
    match open {
        Some(true) => question.only("listed.ended IS NULL"),
        Some(false) => question.only("listed.ended IS NOT NULL"),
        None => {}
    }
    if let Some(before) = before {
        let (started, contact) = (question.number(before.started), question.text(&before.contact));
        let id = question.number(i64::from(before.id));
        question.only(&format!("(listed.started, listed.contact, listed.id) < ({started}, {contact}, {id})"));
    }
    question.order("listed.started DESC, listed.contact DESC, listed.id DESC", *limit)
}

/// Gives `contact, id, kind, text, due, owner, lead, created, made_by, ended, state, result, ended_by`, then the profile's
/// `name, phone, user_id, username`.
pub(crate) fn tasks(query: &TaskQuery, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(
        dialect,
        "SELECT listed.contact, listed.id, listed.kind, listed.text, listed.due, listed.owner, listed.lead, listed.created, \
         listed.made_by, listed.ended, listed.state, listed.result, listed.ended_by, profile.name, profile.phone, profile.user_id, \
         profile.username \
         FROM {schema}tasks AS listed LEFT JOIN {schema}profiles AS profile ON profile.contact = listed.contact",
    );
    let TaskQuery { contact, owner, kind, state, due_before, after, limit } = query;
    for (column, text) in [("contact", contact), ("kind", kind)] {
        if let Some(text) = text {
            let text = question.text(text);
            question.only(&format!("listed.{column} = {text}"));
        }
    }
    question.owned_by(owner);
    if let Some(state) = state {
        // As it stands in the condition of an index.
        question.only(&format!("listed.state = {}", state.number()));
    }
    if let Some(before) = due_before {
        let before = question.number(*before);
        question.only(&format!("listed.due < {before}"));
    }
    if let Some(after) = after {
        let (due, contact) = (question.number(after.due), question.text(&after.contact));
        let id = question.number(i64::from(after.id));
        question.only(&format!("(listed.due, listed.contact, listed.id) > ({due}, {contact}, {id})"));
    }
    question.order("listed.due, listed.contact, listed.id", *limit)
}

/// Gives `bot, version, open, since`. Sessions that run are few, and those of some days lie side by side in their index.
pub(crate) fn session_counts(since: Millis, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(dialect, "");
    // A range that all are in, too, so that those that run are read from their own index.
    let (always, since) = (question.number(Millis::MIN), question.number(since));
    let schema = dialect.schema;
    question.text = format!(
        "SELECT bot, version, CAST(sum(open) AS BIGINT), CAST(sum(since) AS BIGINT) FROM (
             SELECT bot, version, count(*) AS open, 0 AS since FROM {schema}sessions
             WHERE ended IS NULL AND started >= {always} GROUP BY bot, version
             UNION ALL
             SELECT bot, version, 0 AS open, count(*) AS since FROM {schema}sessions
             WHERE started >= {since} GROUP BY bot, version
         ) AS counted GROUP BY bot, version ORDER BY bot, version"
    );
    question
}

/// Gives `day, bot, model, currency, calls, prompt_tokens, answer_tokens, cost`.
pub(crate) fn usage(from: Millis, until: Millis, dialect: &'static Dialect) -> Question {
    let mut question = Question::new(dialect, "");
    let (from, until) = (question.number(from), question.number(until));
    let schema = dialect.schema;
    question.text = format!(
        "SELECT day, bot, model, currency, count(*), CAST(sum(prompt_tokens) AS BIGINT), CAST(sum(answer_tokens) AS BIGINT), \
         CAST(sum(cost) AS BIGINT) FROM {schema}usage WHERE day >= {from} AND day < {until} \
         GROUP BY day, bot, model, currency ORDER BY day, bot, model, currency"
    );
    question
}
