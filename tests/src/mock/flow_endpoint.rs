//! Calls a flow endpoint as Meta does: RSA and AES for the body, the app secret for the signature.
//!
//! Cloud API, "Implementing Endpoint for Flows": an AES-128 key of one call is encrypted by RSA-OAEP with SHA-256; the body by
//! AES-128-GCM with a nonce of 16 bytes, the tag at its end; the answer by the same key and the inverted nonce.

use aes_gcm::aead::consts::U16;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::aes::Aes128;
use aes_gcm::{AesGcm, Nonce};
use aws_lc_rs::rand;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::payload::{self, SIGNATURE_HEADER};

/// The version of the endpoint protocol that is sent.
const DATA_API_VERSION: &str = "3.0";

type Cipher = AesGcm<Aes128, U16>;

/// A client on a customer's phone that has a flow open, and Meta between it and the endpoint.
#[derive(Debug)]
pub struct FlowClient {
    client: reqwest::Client,
    url: String,
    key: OaepPublicEncryptingKey,
    app_secret: String,
}

/// What the endpoint answered.
#[derive(Debug, Clone, PartialEq)]
pub enum FlowAnswer {
    /// 200, decrypted: a screen, or the data for a ping or a reported error.
    Data(Value),
    /// 421: it can't decrypt; 427: the token is no longer valid; 432: the signature is wrong; and whatever else.
    Refused { status: StatusCode, body: String },
}

/// The call itself failed, or the answer is not what the protocol asks for.
#[derive(Debug, thiserror::Error)]
pub enum FlowEndpointError {
    #[error("no public key was uploaded for number {0}; POST …/whatsapp_business_encryption first")]
    NoKey(String),
    #[error("the public key can't be used: expected a 2048-bit RSA key in PEM form (BEGIN PUBLIC KEY)")]
    BadKey,
    #[error("the machine gives no random bytes or refuses to encrypt")]
    Encryption,
    #[error("the flow endpoint did not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    #[error("the flow endpoint answered 200 with what can't be decrypted: {0}")]
    BadAnswer(&'static str),
}

impl FlowClient {
    /// Calls `url`, for a number with that public key (PEM) and an app with that secret.
    ///
    /// # Errors
    /// If the key isn't an RSA key in PEM form, or no HTTP client can be made.
    pub fn new(url: &str, public_key: &str, app_secret: &str) -> Result<Self, FlowEndpointError> {
        let body: String = public_key.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = STANDARD.decode(body).map_err(|_| FlowEndpointError::BadKey)?;
        let key = PublicEncryptingKey::from_der(&der).map_err(|_| FlowEndpointError::BadKey)?;
        Ok(Self {
            client: reqwest::Client::builder().no_proxy().build()?,
            url: url.to_owned(),
            key: OaepPublicEncryptingKey::new(key).map_err(|_| FlowEndpointError::BadKey)?,
            app_secret: app_secret.to_owned(),
        })
    }

    /// Meta's health check; the endpoint answers `{"data": {"status": "active"}}`.
    ///
    /// # Errors
    /// As for [`FlowClient::call`].
    pub async fn ping(&self) -> Result<FlowAnswer, FlowEndpointError> {
        self.call(&json!({"version": DATA_API_VERSION, "action": "ping"})).await
    }

    /// The customer opened the flow.
    ///
    /// # Errors
    /// As for [`FlowClient::call`].
    pub async fn open(&self, flow_token: &str) -> Result<FlowAnswer, FlowEndpointError> {
        self.call(&json!({"version": DATA_API_VERSION, "action": "INIT", "flow_token": flow_token})).await
    }

    /// The customer submitted a screen.
    ///
    /// # Errors
    /// As for [`FlowClient::call`].
    pub async fn submit(&self, flow_token: &str, screen: &str, data: Value) -> Result<FlowAnswer, FlowEndpointError> {
        self.screen_call("data_exchange", flow_token, screen, data).await
    }

    /// The customer went back from a screen that asks to be refreshed.
    ///
    /// # Errors
    /// As for [`FlowClient::call`].
    pub async fn back(&self, flow_token: &str, screen: &str) -> Result<FlowAnswer, FlowEndpointError> {
        self.screen_call("BACK", flow_token, screen, json!({})).await
    }

    /// The phone could not use the last answer; the endpoint answers `{"data": {"acknowledged": true}}`.
    ///
    /// # Errors
    /// As for [`FlowClient::call`].
    pub async fn report_error(&self, flow_token: &str, screen: &str, error: &str) -> Result<FlowAnswer, FlowEndpointError> {
        let data = json!({"error": error, "error_message": "The answer could not be shown."});
        self.screen_call("data_exchange", flow_token, screen, data).await
    }

    /// Sends any request of the protocol.
    ///
    /// # Errors
    /// If the endpoint can't be reached, or its 200 can't be decrypted to JSON. Other statuses are an answer.
    pub async fn call(&self, request: &Value) -> Result<FlowAnswer, FlowEndpointError> {
        let (mut key, mut nonce) = ([0; 16], [0; 16]);
        rand::fill(&mut key).map_err(|_| FlowEndpointError::Encryption)?;
        rand::fill(&mut nonce).map_err(|_| FlowEndpointError::Encryption)?;
        let cipher = Cipher::new(&key.into());
        let data = cipher
            .encrypt(&Nonce::<U16>::from(nonce), request.to_string().as_bytes())
            .map_err(|_| FlowEndpointError::Encryption)?;
        let mut encrypted_key = vec![0; self.key.ciphertext_size()];
        let encrypted_key = self
            .key
            .encrypt(&OAEP_SHA256_MGF1SHA256, &key, &mut encrypted_key, None)
            .map_err(|_| FlowEndpointError::Encryption)?;
        let body = json!({
            "encrypted_flow_data": STANDARD.encode(data),
            "encrypted_aes_key": STANDARD.encode(encrypted_key),
            "initial_vector": STANDARD.encode(nonce),
        });
        let body = body.to_string().into_bytes();
        let signature = payload::sign(&self.app_secret, &body);
        let request = self.client.post(&self.url).header(CONTENT_TYPE, "application/json");
        let answer = request.header(SIGNATURE_HEADER, signature).body(body).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        if status != StatusCode::OK {
            return Ok(FlowAnswer::Refused { status, body });
        }
        let data = STANDARD.decode(body.trim()).map_err(|_| FlowEndpointError::BadAnswer("it is not Base64"))?;
        let inverted = nonce.map(|byte| !byte);
        let data = cipher
            .decrypt(&Nonce::<U16>::from(inverted), data.as_slice())
            .map_err(|_| FlowEndpointError::BadAnswer("it was not encrypted with the call's key and inverted nonce"))?;
        let data = serde_json::from_slice(&data).map_err(|_| FlowEndpointError::BadAnswer("it is not JSON"))?;
        Ok(FlowAnswer::Data(data))
    }

    async fn screen_call(
        &self,
        action: &str,
        flow_token: &str,
        screen: &str,
        data: Value,
    ) -> Result<FlowAnswer, FlowEndpointError> {
        self.call(&json!({
            "version": DATA_API_VERSION,
            "action": action,
            "flow_token": flow_token,
            "screen": screen,
            "data": data,
        }))
        .await
    }
}
