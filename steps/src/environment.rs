//! What a turn knows of the account: its numbers, pipelines, users, teams, opt-out words. Read from the settings; the same for all turns
//! until they change.

use std::{collections::HashSet, sync::LazyLock};

use compact_str::CompactString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{bot::Variable, expression::fold, ids::NumberId, language, message::Message, window::Category};

/// The number that stands for an account where none is connected.
pub const SANDBOX_NUMBER: &str = "sandbox";

/// The account, as a turn and the checker see it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Environment {
    /// The number that events without one belong to.
    pub default_number: NumberId,
    /// In order; the first is the default. With none declared any name is accepted.
    pub pipelines: IndexMap<String, Pipeline>,
    /// Users by id, with their names. With none declared any id is accepted.
    pub users: IndexMap<String, Titled>,
    pub teams: IndexMap<String, Titled>,
    /// Fields by key. With none declared any field is accepted, and keeps what is written.
    pub contact_fields: IndexMap<String, Variable>,
    pub lead_fields: IndexMap<String, Variable>,
    /// Names that `secrets.NAME` may read in `http` steps.
    pub secrets: Vec<String>,
    /// Users who own new contacts in turn; empty: new contacts have no owner.
    pub new_contact_owners: Vec<CompactString>,
    /// Words by which a customer opts out, by language; compared folded, as the whole message.
    pub opt_out_words: IndexMap<String, Vec<String>>,
    /// Country (two letters) of phone numbers without a code, where the bot names none.
    pub country: Option<CompactString>,
    /// Makes tokens that can't be guessed. Kept by the server, the same on all its processes.
    #[serde(skip)]
    pub token_key: [u8; 32],
    /// What is known of the account's templates, by name. With none known any is sent, with a warning.
    pub templates: IndexMap<String, Vec<KnownTemplate>>,
    /// What a charged message costs, by category (`marketing`, `utility`, `authentication`, `service`), in the account's currency. For
    /// `limits.price_per_session`; Meta's own price depends on the country.
    pub prices: IndexMap<Category, f64>,
    /// Ids of known bots, for the checker. Empty: unknown.
    #[serde(skip)]
    pub bots: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pipeline {
    pub title: Option<String>,
    /// In order; a new lead begins in the first.
    pub stages: Vec<String>,
    /// Stages in which a lead is closed (won or lost).
    pub closed: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Titled {
    pub title: Option<String>,
}

/// Words by which customers opt out where the settings name none, by language.
pub const OPT_OUT_WORDS: &[(&str, &[&str])] = &[
    ("en", &["stop", "unsubscribe", "opt out"]),
    ("pt", &["parar", "sair", "descadastrar", "cancelar inscrição"]),
    ("es", &["baja", "darme de baja", "cancelar suscripción"]),
];

/// One language of a template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownTemplate {
    pub language: String,
    /// `marketing`, `utility`, `authentication`.
    pub category: String,
    /// `APPROVED` can be sent.
    pub status: String,
    /// Names of the body's parameters; positional ones are numbered `1`, `2`, …
    pub parameters: Vec<String>,
}

impl Pipeline {
    /// Whether a lead can be in this stage. With no stages declared it can be in any.
    pub fn has_stage(&self, stage: &str) -> bool {
        self.stages.is_empty() || self.stages.iter().chain(&self.closed).any(|known| known == stage)
    }
}

impl Environment {
    /// Whether a real account is connected: what is not declared then is not there.
    pub fn is_connected(&self) -> bool {
        !matches!(self.default_number.as_str(), "" | SANDBOX_NUMBER)
    }

    /// Where a new lead begins: pipeline and stage.
    pub fn first_stage(&self) -> (CompactString, CompactString) {
        match self.pipelines.first() {
            Some((name, pipeline)) => (name.into(), pipeline.stages.first().map(CompactString::from).unwrap_or_default()),
            None => (CompactString::default(), CompactString::default()),
        }
    }

    /// Whether a message that is this word, folded, opts the customer out.
    pub fn is_opt_out_word(&self, folded: &str) -> bool {
        static DEFAULT_WORDS: LazyLock<HashSet<String>> =
            LazyLock::new(|| OPT_OUT_WORDS.iter().flat_map(|(_, words)| *words).map(|word| fold(word)).collect());
        if self.opt_out_words.is_empty() {
            return DEFAULT_WORDS.contains(folded);
        }
        self.opt_out_words.values().flatten().any(|word| fold(word) == folded)
    }

    /// What a message is charged as. A template whose category nobody knows may be marketing.
    pub fn category(&self, message: &Message) -> Category {
        let Message::Template(template) = message else { return Category::Service };
        let languages = self.templates.get(&template.name);
        let known = languages.and_then(|languages| {
            languages.iter().find(|known| language::same(&known.language, &template.language)).or(languages.first())
        });
        match known.map(|known| known.category.to_ascii_lowercase()).as_deref() {
            Some("utility") => Category::Utility,
            Some("authentication") => Category::Authentication,
            _ => Category::Marketing,
        }
    }

    /// What a message of this category costs when it is charged; 0 where the settings name no price.
    pub fn price(&self, category: Category) -> f64 {
        self.prices.get(&category).copied().unwrap_or_default()
    }

    /// Whether a lead in this stage is won or lost.
    pub fn is_closed(&self, pipeline: &str, stage: &str) -> bool {
        self.pipelines.get(pipeline).is_some_and(|pipeline| pipeline.closed.iter().any(|closed| closed == stage))
    }
}
