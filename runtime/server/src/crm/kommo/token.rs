//! The token of the moment: a long-lived one from the settings, or one that OAuth renews. Of several servers one renews it; the new
//! refresh token is kept in the store before the new token is used, for the old one is worth nothing from then on.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use steps::moment::{MINUTE, Moment, SECOND};
use store::{Outcome, PutRecord, Store, StoreError};

use super::client::{ApiError, broken, read};
use crate::{app::Clock, settings::kommo::Kommo as Settings};

const KIND: &str = "kommo";
const KEY: &str = "token";
/// How long before its end a token is renewed.
const AHEAD: i64 = 10 * MINUTE;
/// How long a server has that renews it, before another one tries.
const CLAIM: i64 = 30 * SECOND;
const LOOK: Duration = Duration::from_millis(250);

pub struct Token {
    settings: Settings,
    url: String,
    http: reqwest::Client,
    store: Arc<dyn Store>,
    clock: Clock,
}

/// What the store keeps.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    /// Of the refresh token in the settings that these began with: a new one there begins anew.
    seed: String,
    refresh: String,
    #[serde(default)]
    access: String,
    #[serde(default)]
    expires: Moment,
    /// A server renews it until then.
    #[serde(default)]
    claimed: Moment,
}

impl Token {
    pub fn new(settings: &Settings, http: reqwest::Client, store: Arc<dyn Store>, clock: Clock) -> Self {
        Token { url: format!("{}/oauth2/access_token", settings.url()), settings: settings.clone(), http, store, clock }
    }

    /// Whether a token that Kommo does not take can be exchanged for another.
    pub fn is_renewable(&self) -> bool {
        self.settings.token.expose_secret().is_empty()
    }

    pub async fn current(&self) -> Result<SecretString, ApiError> {
        if !self.is_renewable() {
            return Ok(self.settings.token.clone());
        }
        let (kept, _) = self.kept().await?;
        let now = (self.clock)();
        if !kept.access.is_empty() && kept.expires.since(now) > AHEAD {
            return Ok(kept.access.into());
        }
        self.renew_after(&kept.access).await
    }

    /// Renews the token that Kommo did not take.
    pub async fn renew(&self) -> Result<SecretString, ApiError> {
        let (kept, _) = self.kept().await?;
        self.renew_after(&kept.access).await
    }

    /// The token after this one: made here, or by another server meanwhile.
    async fn renew_after(&self, old: &str) -> Result<SecretString, ApiError> {
        loop {
            let (kept, version) = self.kept().await?;
            let now = (self.clock)();
            if kept.access != old && kept.expires > now {
                return Ok(kept.access.into());
            }
            if kept.claimed > now {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            let claimed = Kept { claimed: now.plus(CLAIM), ..kept };
            if let Some(version) = self.keep(&claimed, version).await? {
                return self.exchange(claimed, version).await;
            }
        }
    }

    async fn exchange(&self, kept: Kept, version: u64) -> Result<SecretString, ApiError> {
        let body = json!({
            "client_id": self.settings.client_id,
            "client_secret": self.settings.client_secret.expose_secret(),
            "grant_type": "refresh_token",
            "refresh_token": kept.refresh,
            "redirect_uri": self.settings.redirect_uri,
        });
        let response = self.http.post(&self.url).json(&body).send().await.map_err(broken)?;
        let status = response.status();
        let answer: Value = serde_json::from_slice(&read(response).await?).unwrap_or_default();
        let (access, refresh) = (answer["access_token"].as_str(), answer["refresh_token"].as_str());
        let (Some(access), Some(refresh), true) = (access, refresh, status.is_success()) else {
            let reason = format!(
                "Kommo gives no new token ({}): connect the integration again, and set its new refresh_token",
                status.as_u16()
            );
            return Err(ApiError::Later { reason, after: Some(MINUTE) });
        };
        let expires = (self.clock)().plus(answer["expires_in"].as_i64().unwrap_or_default().saturating_mul(SECOND));
        let new = Kept { access: access.to_owned(), refresh: refresh.to_owned(), expires, claimed: Moment::default(), ..kept };
        self.keep(&new, version).await?;
        Ok(access.to_owned().into())
    }

    /// What is kept, or what the settings begin with, and its version.
    async fn kept(&self) -> Result<(Kept, u64), ApiError> {
        let first = self.settings.refresh_token.expose_secret();
        let seed = hex::encode(digest(&SHA256, first.as_bytes()));
        let stored = self.store.get_record(KIND, KEY, (self.clock)().0).await.map_err(away)?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let kept = stored.and_then(|stored| serde_json::from_slice::<Kept>(&stored.value).ok());
        let kept = kept.filter(|kept| kept.seed == seed);
        Ok((kept.unwrap_or_else(|| Kept { seed, refresh: first.to_owned(), ..Kept::default() }), version))
    }

    /// Its new version; None: another server was quicker.
    async fn keep(&self, kept: &Kept, version: u64) -> Result<Option<u64>, ApiError> {
        let put = PutRecord {
            kind: KIND.to_owned(),
            key: KEY.to_owned(),
            expected_version: version,
            value: Some(serde_json::to_vec(kept).unwrap_or_default()),
            expires: None,
            now: (self.clock)().0,
        };
        match self.store.put_record(put).await.map_err(away)? {
            Outcome::Committed { version } => Ok(Some(version)),
            Outcome::Conflict { .. } => Ok(None),
        }
    }
}

fn away(error: StoreError) -> ApiError {
    ApiError::Later { reason: format!("the token can't be read or kept: {error}"), after: None }
}
