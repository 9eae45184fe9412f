//! Sessions as a list shows them: which bot ran with whom, from when to when, and how it ended.

use super::Profile;
use crate::Millis;

/// A session of a contact: a bot that runs, or ran, in its conversation with one of the business's numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id within the contact.
    pub id: u32,
    /// The business's number.
    pub number: String,
    /// The bot that it began with.
    pub bot: String,
    /// That bot's version.
    pub version: String,
    /// What started it, in the words of the writer.
    pub on: String,
    /// When it started.
    pub started: Millis,
    /// How it ended; `None`: it runs.
    pub ended: Option<SessionEnd>,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnd {
    /// When.
    pub at: Millis,
    /// Which way, in the words of the writer ("completed", "failed", …).
    pub status: String,
    /// With what result, as the bot names it.
    pub outcome: String,
}

/// Which sessions are listed: what started last comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionQuery {
    /// Only those of this contact.
    pub contact: Option<String>,
    /// Only the one with this id, of each contact.
    pub id: Option<u32>,
    /// Only those that began with this bot.
    pub bot: Option<String>,
    /// Only those with this version of their bot.
    pub version: Option<String>,
    /// Only those that run, or only those that ended.
    pub open: Option<bool>,
    /// Only those that ended this way.
    pub status: Option<String>,
    /// Only those that ended with this result.
    pub outcome: Option<String>,
    /// Only what comes after this place, which is what started before.
    pub before: Option<SessionPlace>,
    /// How many at most.
    pub limit: usize,
}

impl Default for SessionQuery {
    fn default() -> Self {
        Self {
            contact: None,
            id: None,
            bot: None,
            version: None,
            open: None,
            status: None,
            outcome: None,
            before: None,
            limit: 100,
        }
    }
}

impl SessionQuery {
    /// Whether a session is asked for, wherever it stands.
    pub(crate) fn includes(&self, contact: &str, session: &Session) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| wanted.as_deref().is_none_or(|wanted| value == Some(wanted));
        let ended = session.ended.as_ref();
        is(&self.contact, Some(contact))
            && self.id.is_none_or(|id| id == session.id)
            && is(&self.bot, Some(&session.bot))
            && is(&self.version, Some(&session.version))
            && self.open.is_none_or(|open| open == ended.is_none())
            && is(&self.status, ended.map(|ended| ended.status.as_str()))
            && is(&self.outcome, ended.map(|ended| ended.outcome.as_str()))
    }
}

/// A place in a list of sessions. It stays where it is when other rows come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionPlace {
    /// See [`Session::started`].
    pub started: Millis,
    /// The contact's id.
    pub contact: String,
    /// See [`Session::id`].
    pub id: u32,
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSession {
    /// The contact's id.
    pub contact: String,
    /// Whom it is with, if the contact is listed.
    pub profile: Profile,
    /// The row.
    pub session: Session,
    /// The position of the latest fact that told of it: of a session that ended, the end of what there is to read.
    pub told: u64,
}

impl ListedSession {
    /// Where it stands.
    pub fn place(&self) -> SessionPlace {
        SessionPlace { started: self.session.started, contact: self.contact.clone(), id: self.session.id }
    }
}

/// How many sessions a version of a bot has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionCount {
    /// The bot that they began with.
    pub bot: String,
    /// Its version.
    pub version: String,
    /// Those that run.
    pub open: u64,
    /// Those that started at the moment that was asked for, or later.
    pub since: u64,
}
