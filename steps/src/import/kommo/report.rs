//! What an import tells people: what was counted, what was decided, and what nobody knows of Kommo's own behaviour.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How often each handler of Kommo's stands in the programs that were read.
    pub handlers: BTreeMap<String, usize>,
    /// What a designer should look at, in the order in which it was met.
    pub findings: Vec<Finding>,
    /// What this import relied on and Kommo's documentation does not say.
    pub unconfirmed: BTreeSet<&'static str>,
    /// What was told already, by bot, place and sentence.
    #[serde(skip)]
    told: HashSet<(String, String, String)>,
}

/// One thing that a designer should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its stable name.
    pub code: Code,
    /// The bot that it is about.
    pub bot: String,
    /// Where in Kommo's program: `4.question[1]`. Empty: the program as a whole.
    pub place: String,
    /// The step of the bot that it became; none where it became no step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// What it is, and what was done about it.
    pub message: String,
}

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Has no equal here: the bot holds an `unsupported` step.
    Unsupported,
    /// Does something else than in Kommo, or only nearly the same.
    Differs,
    /// Is never reached, and was left out.
    Unreachable,
    /// Leads to a step that is not there, which ends the bot.
    MissingStep,
    /// Leads in a circle that waits for nothing.
    Loop,
    /// More or longer than WhatsApp shows.
    TooLong,
    /// A placeholder that has no equal: it is empty.
    Placeholder,
    /// A regular expression that can't be used here: it never matches.
    Pattern,
    /// Waits for the customer, with no way out when none comes.
    NoTimeout,
    /// A message without a branch for a failed send.
    NoErrorBranch,
    /// An id without a name in the mapping.
    Unmapped,
    /// Not as Kommo writes it: left out.
    Malformed,
    /// Larger than Kommo takes.
    Size,
    /// The text seems to have been decoded wrongly.
    Encoding,
    /// The language that the texts tell.
    Language,
    /// The canvas and the program say different things: the program holds.
    Canvas,
}

impl Code {
    /// Whether it only informs: the bot does what it did.
    pub fn is_note(self) -> bool {
        matches!(
            self,
            Code::MissingStep
                | Code::NoTimeout
                | Code::NoErrorBranch
                | Code::Unmapped
                | Code::Size
                | Code::Canvas
                | Code::Language
                | Code::Unreachable
        )
    }
}

impl Report {
    /// Counts a handler.
    pub(super) fn count(&mut self, handler: &str) {
        let name: String = handler.chars().take(LONGEST_NAME).collect();
        *self.handlers.entry(name).or_default() += 1;
    }

    /// Tells of something, once.
    pub(super) fn tell(&mut self, finding: Finding) {
        if self.told.insert((finding.bot.clone(), finding.place.clone(), finding.message.clone())) {
            self.findings.push(finding);
        }
    }

    /// Findings that say that the bot does not do all that it did.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.code.is_note())
    }

    /// Findings that only inform.
    pub fn notes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.code.is_note())
    }
}

/// The longest name of a handler that is told, in characters.
const LONGEST_NAME: usize = 60;
