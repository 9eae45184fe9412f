//! `[kommo]`: the CRM that bots change, and whose stages start bots.

use indexmap::IndexMap;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use steps::environment::Pipeline;

use super::{SettingsError, check::is_safe_address};

/// The stages of every pipeline in which a lead is won and lost (Kommo, Leads pipelines and stages).
pub const CLOSED_STAGES: [u64; 2] = [142, 143];
/// The shortest webhook key: 128 bits, in letters of which each holds six.
const MIN_KEY: usize = 22;
/// The same in hexadecimal digits, of which each holds four.
const MIN_HEX_KEY: usize = 32;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kommo {
    /// Empty: no Kommo is connected.
    pub subdomain: String,
    pub token: SecretString,
    pub client_id: String,
    pub client_secret: SecretString,
    pub refresh_token: SecretString,
    pub redirect_uri: String,
    pub webhook_keys: Vec<SecretString>,
    /// Empty: Kommo's own.
    pub api_url: String,
    #[serde(default)]
    pub pipelines: IndexMap<String, KommoPipeline>,
    #[serde(default)]
    pub fields: IndexMap<String, u64>,
    #[serde(default)]
    pub users: IndexMap<String, u64>,
    #[serde(default)]
    pub catalogs: IndexMap<String, u64>,
}

/// A pipeline of Kommo's, by a name of ours.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KommoPipeline {
    pub id: u64,
    /// By our names, in order.
    #[serde(default)]
    pub stages: IndexMap<String, u64>,
}

impl Kommo {
    pub fn is_connected(&self) -> bool {
        !self.subdomain.is_empty()
    }

    /// The account's host: what people write is its first word, or all of it.
    pub fn host(&self) -> String {
        let bare = self.subdomain.trim_start_matches("https://").trim_end_matches('/').to_ascii_lowercase();
        if bare.contains('.') { bare } else { format!("{bare}.kommo.com") }
    }

    /// The first word of [`Kommo::host`]: what webhooks and tokens name the account by.
    pub fn account(&self) -> String {
        self.host().split('.').next().unwrap_or_default().to_owned()
    }

    /// Where its API is, without the last slash.
    pub fn url(&self) -> String {
        if self.api_url.is_empty() {
            return format!("https://{}", self.host());
        }
        self.api_url.trim_end_matches('/').to_owned()
    }

    /// The pipelines as bots name them.
    pub fn named_pipelines(&self) -> IndexMap<String, Pipeline> {
        let named = self.pipelines.iter().map(|(name, pipeline)| {
            let closed = pipeline.stages.iter().filter(|(_, id)| CLOSED_STAGES.contains(id)).map(|(stage, _)| stage.clone());
            let stages = pipeline.stages.keys().cloned().collect();
            (name.clone(), Pipeline { title: None, stages, closed: closed.collect() })
        });
        named.collect()
    }

    /// What makes these settings unusable.
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let wrong = |reason: String| Err(SettingsError::Contradiction(format!("kommo: {reason}")));
        if !self.is_connected() {
            return Ok(());
        }
        if !is_safe_address(&self.url()) {
            return wrong("`api_url` is not safe: an https:// address is expected, since tokens go there".to_owned());
        }
        let empty = |secret: &SecretString| secret.expose_secret().is_empty();
        if empty(&self.token) && (self.client_id.is_empty() || empty(&self.client_secret) || empty(&self.refresh_token)) {
            return wrong("there is no token: set KOMMO_TOKEN, or client_id, client_secret and refresh_token".to_owned());
        }
        if self.webhook_keys.len() > 2 {
            return wrong("`webhook_keys` has one key, and a second one while they are exchanged".to_owned());
        }
        if self.webhook_keys.iter().any(|key| !is_strong(key.expose_secret())) {
            return wrong(
                "a webhook key can be guessed, or does not fit into an address: make one with `openssl rand -hex 32`".to_owned(),
            );
        }
        let twice = |mut ids: Vec<u64>| {
            ids.sort_unstable();
            ids.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
        };
        let stages = self.pipelines.values().map(|pipeline| pipeline.stages.values().copied().collect());
        let lists = stages.chain([
            self.pipelines.values().map(|pipeline| pipeline.id).collect(),
            self.fields.values().copied().collect(),
            self.users.values().copied().collect(),
            self.catalogs.values().copied().collect(),
        ]);
        if let Some(id) = lists.filter_map(twice).next() {
            return wrong(format!("the id {id} has two names"));
        }
        let of_nobody = |name: &&String| !["lead.", "contact.", "company."].iter().any(|owner| name.starts_with(owner));
        if let Some(name) = self.fields.keys().find(of_nobody) {
            return wrong(format!("fields: {name:?} is of nobody; write lead.{name}, contact.{name} or company.{name}"));
        }
        Ok(())
    }
}

/// Whether a key has at least 128 bits, and stands in an address as it is.
fn is_strong(key: &str) -> bool {
    let fits = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    let is_hex = key.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits && key.len() >= if is_hex { MIN_HEX_KEY } else { MIN_KEY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_128_bits() {
        assert!(is_strong("0123456789abcdef0123456789abcdef") && is_strong("kJ3_nR8wQz-5Ty0LmX2vBa"));
        for weak in ["", "0123456789abcdef0123456789abcde", "kJ3_nR8wQz-5Ty0LmX2vB", "kJ3/nR8wQz-5Ty0LmX2vBa"] {
            assert!(!is_strong(weak), "{weak}");
        }
    }
}
