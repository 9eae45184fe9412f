//! What makes settings unusable for a server, and what is only odd about them.

use std::collections::HashSet;

use secrecy::ExposeSecret;
use steps::expression::find::is_country;
use tracing_subscriber::EnvFilter;

use super::{MIN_TOKEN, Settings, SettingsError};

/// The words of `log`, from the most to the least that is logged.
const LEVELS: &[&str] = &["trace", "debug", "info", "warn", "error", "off"];

impl Settings {
    pub(super) fn check(mut self) -> Result<Self, SettingsError> {
        let contradiction = |text: String| Err(SettingsError::Contradiction(text));
        let wrong = |setting: &str, reason: String| {
            Err(SettingsError::Setting { setting: setting.to_owned(), origin: self.origins.of(setting), reason })
        };
        if !is_safe_address(&self.whatsapp.graph_url) {
            let address = &self.whatsapp.graph_url;
            return wrong(
                "whatsapp.graph_url",
                format!("{address:?} is not safe: an https:// address is expected, since tokens go there"),
            );
        }
        if let Some(reason) = mistake_in_filter(&self.log) {
            return wrong("log", reason);
        }
        if !self.country.is_empty() && !is_country(&self.country) {
            let country = &self.country;
            return wrong("country", format!("there is no country {country:?}; write its two letters (ISO 3166) such as BR"));
        }
        for (name, source) in &self.knowledge {
            if let Some(fault) = source.faults().first() {
                let key = fault.key.map(|key| format!(".{key}")).unwrap_or_default();
                return wrong(&format!("knowledge.{name}{key}"), format!("{}; expected: {}", fault.message, fault.expected));
            }
        }
        for (name, catalog) in &self.catalogs {
            if let Some(fault) = catalog.fault() {
                return wrong(&format!("catalogs.{name}.file"), format!("{}; expected: {}", fault.message, fault.expected));
            }
            if self.kommo.catalogs.contains_key(name) {
                return contradiction(format!("the catalogue {name} is in a file ([catalogs]) and in Kommo ([kommo.catalogs])"));
            }
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.numbers().iter().find(|number| !seen.insert(number.id.clone())) {
            return contradiction(format!("whatsapp: phone_number_id {:?} is connected twice", twice.id.as_str()));
        }
        if let Some(token) = self.api_tokens().find(|token| token.len() < MIN_TOKEN) {
            let length = token.len();
            return contradiction(format!(
                "an API token has {length} characters, at least {MIN_TOKEN} are needed: make one with `openssl rand -hex 32`"
            ));
        }
        if !self.listen.ip().is_loopback() && self.api_tokens().next().is_none() {
            return contradiction(format!(
                "the server would answer to other machines on {} ({}) without a token: set SALESBOT_API_TOKEN, or listen on 127.0.0.1",
                self.listen,
                self.origins.of("listen")
            ));
        }
        if self.is_connected() && self.apps().iter().any(|app| app.secrets.is_empty()) {
            return contradiction(
                "a number is connected, but its webhooks can't be verified: set WHATSAPP_APP_SECRET to the app's secret"
                    .to_owned(),
            );
        }
        if self.is_connected() && self.numbers().iter().any(|number| number.access_token.expose_secret().is_empty()) {
            return contradiction("a number is connected, but has no token: set WHATSAPP_ACCESS_TOKEN".to_owned());
        }
        if let Some((scheme, _)) = self.store.split_once("://")
            && !REDIS_SCHEMES.contains(&scheme)
        {
            let known = REDIS_SCHEMES.map(|scheme| format!("{scheme}://")).join(", ");
            return wrong("store", format!("{scheme}:// is no store; name a folder, or an address that begins with {known}"));
        }
        if self.journal.contains("://") && !["postgres://", "postgresql://"].iter().any(|scheme| self.journal.starts_with(scheme))
        {
            return wrong("journal", "the journal is a folder, or an address that begins with postgres://".to_owned());
        }
        if let Some(model) = self.openai.half_priced() {
            return contradiction(format!(
                "[{model}] has one price and not the other: set prompt_price and answer_price, or neither, for a cost is never guessed"
            ));
        }
        self.kommo.check()?;
        self.whatsapp.graph_url = self.whatsapp.graph_url.trim_end_matches('/').to_owned();
        Ok(self)
    }

    /// What is allowed, and probably not meant. For the log, when a server starts.
    pub fn warnings(&self, environment: impl Fn(&str) -> Option<String>) -> Vec<String> {
        let mut warnings = Vec::new();
        if !self.is_connected() && !self.whatsapp.access_token.expose_secret().is_empty() {
            warnings.push(format!(
                "there is an access token ({}), but no number: the server runs on its sandbox. Set WHATSAPP_PHONE_NUMBER_ID",
                self.origins.of("whatsapp.access_token")
            ));
        }
        for (name, variable) in &self.secrets {
            if environment(variable).is_none_or(|value| value.trim().is_empty()) {
                warnings.push(format!("secrets.{name} has no value: the environment variable {variable} is not set"));
            }
        }
        let without_stages = self.pipelines.iter().filter(|(_, pipeline)| pipeline.stages.is_empty());
        warnings.extend(without_stages.map(|(name, _)| format!("pipelines.{name} declares no stages: any stage is accepted")));
        warnings
    }
}

/// How the address of a store on Redis begins.
const REDIS_SCHEMES: [&str; 4] = ["redis", "rediss", "redis+sentinel", "redis+cluster"];

/// What is wrong with a filter of the log. A word that is no level would be taken for the name of a part of the program that does not
/// exist, and nothing would be logged at all.
fn mistake_in_filter(filter: &str) -> Option<String> {
    for directive in filter.split(',') {
        let level = directive.rsplit('=').next().unwrap_or_default().trim();
        if !LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level)) {
            let known = LEVELS.join(", ");
            return Some(format!("{level:?} is no level; write one of {known}, or a filter such as `info,salesbot=debug`"));
        }
    }
    EnvFilter::try_new(filter).err().map(|error| format!("{filter:?} is no filter: {error}"))
}

/// HTTPS; on this machine itself HTTP will do.
pub(super) fn is_safe_address(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else { return false };
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_local)
}
