//! Settings: flags before the environment before `salesbot.toml` before the defaults.
//!
//! `salesbot.default.toml` is the manual and the defaults at once: it is compiled in, and what it does not name is no setting. Reading
//! settings has no effects; the environment comes in as a function. [`layers`] puts the sources over each other, [`check`] says what
//! contradicts itself.

mod check;
pub mod kommo;
mod layers;

#[cfg(test)]
mod tests;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use steps::{
    bot::Variable,
    environment::{Environment, Pipeline, TaskKind, Titled},
    ids::NumberId,
    knowledge::Source,
    window::Category,
};

pub use steps::environment::SANDBOX_NUMBER;

use crate::{
    catalogs::Declared,
    http_client,
    models::price::{self, Price, Prices},
};

pub use layers::{Origins, SettingsError};

/// The documented defaults.
pub const DEFAULTS: &str = include_str!("../salesbot.default.toml");
/// The file that is read when none is named.
pub const FILE: &str = "salesbot.toml";
/// The shortest API token: shorter ones can be guessed.
pub const MIN_TOKEN: usize = 16;

/// Every environment variable, with the setting that it sets.
pub const VARIABLES: &[(&str, &str)] = &[
    ("SALESBOT_LISTEN", "listen"),
    ("SALESBOT_BOTS", "bots"),
    ("SALESBOT_STORE", "store"),
    ("SALESBOT_JOURNAL", "journal"),
    ("SALESBOT_MEDIA", "media"),
    ("SALESBOT_API_TOKEN", "api_token"),
    ("SALESBOT_LOG", "log"),
    ("SALESBOT_LOG_FORMAT", "log_format"),
    ("SALESBOT_COUNTRY", "country"),
    ("WHATSAPP_ACCESS_TOKEN", "whatsapp.access_token"),
    ("WHATSAPP_APP_SECRET", "whatsapp.app_secret"),
    ("WHATSAPP_VERIFY_TOKEN", "whatsapp.verify_token"),
    ("WHATSAPP_PHONE_NUMBER_ID", "whatsapp.phone_number_id"),
    ("WHATSAPP_BUSINESS_ACCOUNT_ID", "whatsapp.business_account_id"),
    ("WHATSAPP_GRAPH_URL", "whatsapp.graph_url"),
    ("KOMMO_TOKEN", "kommo.token"),
    ("KOMMO_CLIENT_SECRET", "kommo.client_secret"),
    ("KOMMO_REFRESH_TOKEN", "kommo.refresh_token"),
    ("OPENAI_API_KEY", "openai.api_key"),
    ("OPENAI_BASE_URL", "openai.base_url"),
    ("OPENAI_MODEL", "openai.model"),
    ("OPENAI_EMBEDDING_MODEL", "openai.embedding_model"),
    ("OPENAI_TRANSCRIPTION_MODEL", "openai.transcription_model"),
];

/// Settings that the command line can set.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// File of settings; left out: `salesbot.toml`, if it is there
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address to listen on, such as 127.0.0.1:8080 or localhost:8080
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Folder of bots
    #[arg(long, value_name = "FOLDER")]
    pub bots: Option<String>,
    /// Folder of the embedded store, or address of a Redis
    #[arg(long, value_name = "FOLDER|ADDRESS")]
    pub store: Option<String>,
    /// How much is logged: error, warn, info, debug
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
}

/// All settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(deserialize_with = "layers::address")]
    pub listen: SocketAddr,
    pub bots: PathBuf,
    pub store: String,
    /// Beside Redis: where the journal is kept.
    pub journal: String,
    pub media: String,
    pub redis: RedisSettings,
    pub api_token: SecretString,
    pub more_api_tokens: Vec<SecretString>,
    pub log: String,
    pub log_format: LogFormat,
    pub country: String,
    pub new_contact_owners: Vec<String>,
    pub whatsapp: Whatsapp,
    pub openai: OpenAi,
    pub kommo: kommo::Kommo,
    pub http: http_client::Rules,
    pub limits: Limits,
    pub retention: Retention,
    pub knowledge: IndexMap<String, Source>,
    pub catalogs: IndexMap<String, Declared>,
    pub pipelines: IndexMap<String, Pipeline>,
    pub users: IndexMap<String, Titled>,
    pub teams: IndexMap<String, Titled>,
    pub task_kinds: IndexMap<String, TaskKind>,
    pub contact_fields: IndexMap<String, Variable>,
    pub lead_fields: IndexMap<String, Variable>,
    /// By name: the environment variable that holds the value.
    pub secrets: IndexMap<String, String>,
    pub opt_out_words: IndexMap<String, Vec<String>>,
    /// Where each setting that is no default came from.
    #[serde(skip)]
    pub origins: Origins,
    /// What a charged message costs.
    pub prices: IndexMap<Category, f64>,
}

/// How a store on Redis is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RedisSettings {
    pub wait_replicas: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Whatsapp {
    pub access_token: SecretString,
    pub app_secret: SecretString,
    pub more_app_secrets: Vec<SecretString>,
    pub verify_token: SecretString,
    pub phone_number_id: String,
    pub business_account_id: String,
    pub coexistence: bool,
    /// Without the last slash.
    pub graph_url: String,
    #[serde(default)]
    pub numbers: Vec<MoreNumber>,
}

/// A further number; what is left out is that of [`Whatsapp`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoreNumber {
    pub phone_number_id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub access_token: SecretString,
    #[serde(default)]
    pub app_secret: SecretString,
    #[serde(default)]
    pub business_account_id: String,
    #[serde(default)]
    pub coexistence: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenAi {
    pub api_key: SecretString,
    pub base_url: String,
    /// Empty: none is connected.
    pub model: String,
    /// Empty: knowledge is found by its words alone.
    pub embedding_model: String,
    pub at_once: usize,
    /// Makes voice notes into text. Empty: they stay without.
    pub transcription_model: String,
    /// Of all prices: a label.
    pub currency: String,
    #[serde(deserialize_with = "price::optional")]
    prompt_price: Option<Price>,
    #[serde(deserialize_with = "price::optional")]
    answer_price: Option<Price>,
    tokens_per_day: u64,
    /// Whether previews may ask; none: as [`Settings::previews_may_ask`] says.
    #[serde(default)]
    previews: Option<bool>,
    /// More of them, by the names that bots use.
    #[serde(default)]
    models: IndexMap<String, MoreModel>,
}

/// Another model: what is left out is that of [`OpenAi`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoreModel {
    model: String,
    base_url: Option<String>,
    api_key: Option<SecretString>,
    at_once: Option<usize>,
    prompt_price: Option<Price>,
    answer_price: Option<Price>,
    #[serde(default)]
    tokens_per_day: u64,
}

/// A model, complete.
#[derive(Clone, Debug)]
pub struct NamedModel {
    /// What bots call it: the default one by what its server calls it.
    pub name: String,
    /// What its server calls it.
    pub model: String,
    pub base_url: String,
    pub api_key: SecretString,
    pub at_once: usize,
    /// None: what it costs is not known.
    pub prices: Option<Prices>,
    /// What it may use in a day; 0: as many as it takes.
    pub tokens_per_day: u64,
}

impl OpenAi {
    /// The model of embeddings: one of [`OpenAi::models`] by its name, else what the default server calls it.
    pub fn embedding_model(&self) -> Option<NamedModel> {
        let id = Some(&self.embedding_model).filter(|id| !id.is_empty())?;
        let named = self.models().into_iter().find(|model| model.name == *id);
        Some(named.unwrap_or_else(|| NamedModel {
            name: id.clone(),
            model: id.clone(),
            base_url: self.base_url.clone(),
            api_key: self.api_key.clone(),
            at_once: self.at_once,
            prices: None,
            tokens_per_day: 0,
        }))
    }

    /// All models, the default first where there is one.
    pub fn models(&self) -> Vec<NamedModel> {
        let default = NamedModel {
            name: self.model.clone(),
            model: self.model.clone(),
            base_url: self.base_url.clone(),
            api_key: self.api_key.clone(),
            at_once: self.at_once,
            prices: self.prices(self.prompt_price, self.answer_price),
            tokens_per_day: self.tokens_per_day,
        };
        let more = self.models.iter().map(|(name, more)| NamedModel {
            name: name.clone(),
            model: more.model.clone(),
            base_url: more.base_url.clone().unwrap_or_else(|| self.base_url.clone()),
            api_key: more.api_key.clone().unwrap_or_else(|| self.api_key.clone()),
            at_once: more.at_once.unwrap_or(self.at_once),
            // Another model has another price, and a budget of its own.
            prices: self.prices(more.prompt_price, more.answer_price),
            tokens_per_day: more.tokens_per_day,
        });
        Some(default).filter(|model| !model.model.is_empty()).into_iter().chain(more).collect()
    }

    fn prices(&self, prompt: Option<Price>, answer: Option<Price>) -> Option<Prices> {
        Some(Prices { prompt: prompt?, answer: answer?, currency: self.currency.clone() })
    }

    /// A setting that has one price and not the other.
    fn half_priced(&self) -> Option<String> {
        let is_half = |prompt: Option<Price>, answer: Option<Price>| prompt.is_some() != answer.is_some();
        if is_half(self.prompt_price, self.answer_price) {
            return Some("openai".to_owned());
        }
        let mut more = self.models.iter();
        more.find(|(_, more)| is_half(more.prompt_price, more.answer_price)).map(|(name, _)| format!("openai.models.{name}"))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub unverified_webhooks: usize,
    pub webhook_seconds: u64,
    pub webhooks_in_flight: usize,
    pub dead_events: usize,
    pub alerts: usize,
    pub stop_seconds: u64,
}

/// After how many days what is old is removed; 0: never.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    pub contact_days: u32,
    pub journal_days: u32,
}

/// One of the business's numbers, complete.
#[derive(Clone, Debug)]
pub struct Number {
    pub id: NumberId,
    pub name: String,
    pub access_token: SecretString,
    pub business_account_id: String,
    pub coexistence: bool,
}

/// An app that sends webhooks: its secrets, and the numbers whose events it may tell of.
#[derive(Clone, Debug)]
pub struct MetaApp {
    pub secrets: Vec<SecretString>,
    pub numbers: Vec<Number>,
}

impl Settings {
    /// Every API token that is set.
    pub fn api_tokens(&self) -> impl Iterator<Item = &str> + Clone {
        let tokens = std::iter::once(&self.api_token).chain(&self.more_api_tokens);
        tokens.map(|token| token.expose_secret()).filter(|token| !token.is_empty())
    }

    /// Whether previews may ask models, which costs money: as the settings say, else where the API needs no token, since there only this
    /// machine can call it.
    pub fn previews_may_ask(&self) -> bool {
        self.openai.previews.unwrap_or_else(|| self.api_tokens().next().is_none())
    }

    /// Whether the server talks to WhatsApp; else it runs on its sandbox channel.
    pub fn is_connected(&self) -> bool {
        !self.whatsapp.phone_number_id.is_empty() || !self.whatsapp.numbers.is_empty()
    }

    /// Whether voice notes are made into text. On the sandbox there are no recordings.
    pub fn transcribes(&self) -> bool {
        self.is_connected() && !self.openai.transcription_model.is_empty()
    }

    /// The connected numbers, the default first.
    pub fn numbers(&self) -> Vec<Number> {
        self.apps().into_iter().flat_map(|app| app.numbers).collect()
    }

    /// The number that events without one belong to.
    pub fn default_number(&self) -> NumberId {
        self.numbers().into_iter().next().map_or_else(|| NumberId::new(SANDBOX_NUMBER), |number| number.id)
    }

    /// The apps whose webhooks count: that of [`Whatsapp`] first, then one for each number with a secret of its own.
    pub fn apps(&self) -> Vec<MetaApp> {
        let whatsapp = &self.whatsapp;
        let or_main = |own: &SecretString, main: &SecretString| {
            if own.expose_secret().is_empty() { main.clone() } else { own.clone() }
        };
        let secrets = std::iter::once(&whatsapp.app_secret).chain(&whatsapp.more_app_secrets);
        let mut main = MetaApp {
            secrets: secrets.filter(|secret| !secret.expose_secret().is_empty()).cloned().collect(),
            numbers: Vec::new(),
        };
        let mut others: Vec<MetaApp> = Vec::new();
        if !whatsapp.phone_number_id.is_empty() {
            main.numbers.push(Number {
                id: NumberId::new(&whatsapp.phone_number_id),
                name: String::new(),
                access_token: whatsapp.access_token.clone(),
                business_account_id: whatsapp.business_account_id.clone(),
                coexistence: whatsapp.coexistence,
            });
        }
        for more in &whatsapp.numbers {
            let account = Some(&more.business_account_id).filter(|id| !id.is_empty());
            let number = Number {
                id: NumberId::new(&more.phone_number_id),
                name: more.name.clone(),
                access_token: or_main(&more.access_token, &whatsapp.access_token),
                business_account_id: account.unwrap_or(&whatsapp.business_account_id).clone(),
                coexistence: more.coexistence,
            };
            if more.app_secret.expose_secret().is_empty() {
                main.numbers.push(number);
                continue;
            }
            let secret = more.app_secret.expose_secret();
            match others.iter_mut().find(|app| app.secrets.iter().any(|known| known.expose_secret() == secret)) {
                Some(app) => app.numbers.push(number),
                None => others.push(MetaApp { secrets: vec![more.app_secret.clone()], numbers: vec![number] }),
            }
        }
        let mut apps = vec![main];
        apps.retain(|app| !app.numbers.is_empty());
        apps.extend(others);
        apps
    }

    /// How the store is opened.
    pub fn store_options(&self) -> store::Options {
        let journal = if self.journal.contains("://") {
            store::Journal::Postgres(self.journal.clone())
        } else {
            store::Journal::Folder(self.journal.clone().into())
        };
        let redis = store::RedisOptions { wait_replicas: self.redis.wait_replicas, ..store::RedisOptions::default() };
        store::Options { redis, journal, ..store::Options::default() }
    }

    /// Where media are kept: the folder that is named, or one in the store's.
    pub fn media_folder(&self, store: Option<&Path>) -> Option<PathBuf> {
        match self.media.is_empty() {
            true => store.map(|store| store.join("media")),
            false => Some(self.media.clone().into()),
        }
    }

    /// The catalogues as bots name them: those in files, then Kommo's lists.
    fn named_catalogs(&self) -> IndexMap<String, Titled> {
        let title = |declared: &Declared| Some(&declared.name).filter(|name| !name.is_empty()).cloned();
        let files = self.catalogs.iter().map(|(id, declared)| (id.clone(), title(declared)));
        let all = files.chain(self.kommo.catalogs.keys().map(|id| (id.clone(), None)));
        all.map(|(id, title)| (id, Titled { title, language: None })).collect()
    }

    /// What turns know of the account.
    pub fn environment(&self, token_key: [u8; 32]) -> Environment {
        Environment {
            default_number: self.default_number(),
            knowledge: self.knowledge.clone(),
            pipelines: if self.pipelines.is_empty() { self.kommo.named_pipelines() } else { self.pipelines.clone() },
            users: self.users.clone(),
            teams: self.teams.clone(),
            task_kinds: self.task_kinds.clone(),
            contact_fields: self.contact_fields.clone(),
            lead_fields: self.lead_fields.clone(),
            secrets: self.secrets.keys().cloned().collect(),
            new_contact_owners: self.new_contact_owners.iter().map(Into::into).collect(),
            opt_out_words: self.opt_out_words.clone(),
            catalogs: self.named_catalogs(),
            crm: self.kommo.is_connected(),
            prices: self.prices.clone(),
            models: self.openai.models().into_iter().map(|model| model.name).collect(),
            country: Some(self.country.as_str().into()).filter(|country: &compact_str::CompactString| !country.is_empty()),
            token_key,
            ..Environment::default()
        }
    }
}
