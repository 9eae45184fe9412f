//! What a turn knows of the account: its numbers, pipelines, users, teams, opt-out words. Read from the settings; the same for all turns
//! until they change.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use compact_str::CompactString;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{
    bot::Variable,
    crm_names::CrmNames,
    expression::fold,
    ids::NumberId,
    knowledge::Source,
    language,
    message::Message,
    template::{KnownTemplate, Templates},
    who::Who,
    window::Category,
};

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
    /// Kinds of task. With none declared any kind is accepted.
    pub task_kinds: IndexMap<String, TaskKind>,
    /// Fields by key. With none declared any field is accepted, and keeps what is written.
    pub contact_fields: IndexMap<String, Variable>,
    pub lead_fields: IndexMap<String, Variable>,
    /// Catalogues by name. With none declared any name is accepted.
    pub catalogs: IndexMap<String, Titled>,
    /// Names that `secrets.NAME` may read in `http` steps.
    pub secrets: Vec<String>,
    /// Users who own new contacts in turn; empty: new contacts have no owner.
    pub new_contact_owners: Vec<CompactString>,
    /// Words by which a customer opts out, by language; compared folded, as the whole message.
    pub opt_out_words: IndexMap<String, Vec<String>>,
    /// Country (two letters) of phone numbers without a code, where the bot names none.
    pub country: Option<CompactString>,
    /// A CRM is connected: what turns change is written there.
    pub crm: bool,
    /// What the CRM has besides what is declared, and what else its things are called. Its pipelines are among [`Environment::pipelines`].
    #[serde(skip)]
    pub crm_names: Arc<CrmNames>,
    /// Makes tokens that can't be guessed. Kept by the server, the same on all its processes.
    #[serde(skip)]
    pub token_key: [u8; 32],
    /// What is known of the account's templates, by name. With none known any is sent, with a warning.
    pub templates: Arc<Templates>,
    /// What a charged message costs, by category (`marketing`, `utility`, `authentication`, `service`), in the account's currency. For
    /// `limits.price_per_session`; Meta's own price depends on the country.
    pub prices: IndexMap<Category, f64>,
    /// Sources of knowledge that every bot may name, besides its own.
    pub knowledge: IndexMap<String, Source>,
    /// Names of models that AI steps may use. With none named any name is accepted.
    pub models: Vec<String>,
    /// Voice notes are made into text. False: they have none.
    #[serde(skip)]
    pub transcribes: bool,
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
    /// What they read (BCP 47), where that is not the bot's language.
    pub language: Option<CompactString>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskKind {
    pub title: Option<String>,
}

/// Words by which customers opt out where the settings name none, by language.
pub const OPT_OUT_WORDS: &[(&str, &[&str])] = &[
    ("en", &["stop", "unsubscribe", "opt out"]),
    ("pt", &["parar", "sair", "descadastrar", "cancelar inscrição"]),
    ("es", &["baja", "darme de baja", "cancelar suscripción"]),
];

impl Pipeline {
    /// Whether a lead can be in this stage. With no stages declared it can be in any.
    pub fn has_stage(&self, stage: &str) -> bool {
        self.stages.is_empty() || self.stages.iter().chain(&self.closed).any(|known| known == stage)
    }
}

impl Environment {
    /// What the one reads who takes something over, where the settings say so.
    pub fn language_of(&self, who: &Who) -> Option<&str> {
        let of = match who {
            Who::User(user) => self.users.get(user.as_str()),
            Who::Team(team) => self.teams.get(team.as_str()),
            Who::RoundRobin(_) => None,
        };
        of?.language.as_deref()
    }

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

    /// Whether the account has this catalogue. With none declared any name is accepted; of a CRM's lists those without a name go by their id.
    pub fn has_catalog(&self, name: &str) -> bool {
        let is_id = || self.crm && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        self.catalogs.is_empty() || self.catalogs.contains_key(name) || is_id()
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

    /// What is known of a template in one of its languages.
    pub fn template(&self, name: &str, language: &str) -> Option<&KnownTemplate> {
        self.templates.get(name)?.iter().find(|known| language::same(&known.language, language))
    }

    /// What a message is charged as. A template whose category nobody knows may be marketing.
    pub fn category(&self, message: &Message) -> Category {
        let Message::Template(template) = message else { return Category::Service };
        let of_another_language = || self.templates.get(&template.name)?.first();
        let known = self.template(&template.name, &template.language).or_else(of_another_language);
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
