//! The encryption between WhatsApp and a form's endpoint (Flows: Implementing Endpoint for Flows).
//!
//! WhatsApp sends an AES key, encrypted for the public key that was uploaded for the number, and a request encrypted with it; the
//! answer goes back under the same key with the nonce inverted. What the form asks for and what the answer holds is the caller's.

mod pem;

use aes_gcm::{
    AesGcm, KeyInit,
    aead::{Aead, consts::U16},
    aes::Aes128,
};
use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rsa::{OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

/// AES-128-GCM with the nonce of 16 bytes that WhatsApp uses in place of the usual 12.
type Cipher = AesGcm<Aes128, U16>;
/// Bytes of the nonce.
const NONCE: usize = 16;

/// The private key that the forms of a number are encrypted for.
pub struct FlowKey {
    key: OaepPrivateDecryptingKey,
    public: String,
}

/// Why a private key can't be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("this is no PEM of a private key; it should begin with -----BEGIN PRIVATE KEY-----")]
    NoKey,
    #[error("the key is protected by a passphrase; take it off with `openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW_KEY`")]
    Encrypted,
    #[error(
        "this is no RSA key of 2,048 bits or more; make one with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`"
    )]
    NoRsa,
}

impl FlowKey {
    /// Reads a private key in PEM: PKCS#8, or OpenSSL's older RSA form.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = PrivateDecryptingKey::from_pkcs8(&pem::pkcs8(pem)?).map_err(|_| KeyError::NoRsa)?;
        Self::new(key).ok_or(KeyError::NoRsa)
    }

    fn new(key: PrivateDecryptingKey) -> Option<Self> {
        let public: PublicKeyX509Der = key.public_key().as_der().ok()?;
        let public = pem::write("PUBLIC KEY", public.as_ref());
        Some(Self { key: OaepPrivateDecryptingKey::new(key).ok()?, public })
    }

    /// The public half in PEM, as `POST /{phone_number_id}/whatsapp_business_encryption` takes it.
    pub fn public_pem(&self) -> &str {
        &self.public
    }

    /// Opens a request. Check its signature first ([`crate::webhook::verify`]; [`FlowError::Signature`] otherwise).
    pub fn open(&self, body: &[u8]) -> Result<Exchange, FlowError> {
        let body: Value = serde_json::from_slice(body).map_err(|_| FlowError::Form)?;
        let bytes = |key: &str| body[key].as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or(FlowError::Form);
        let (encrypted_key, nonce, data) = (bytes("encrypted_aes_key")?, bytes("initial_vector")?, bytes("encrypted_flow_data")?);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| FlowError::Form)?;
        let mut room = vec![0; self.key.min_output_size()];
        let key = self.key.decrypt(&OAEP_SHA256_MGF1SHA256, &encrypted_key, &mut room, None).map_err(|_| FlowError::Key)?;
        let cipher = Cipher::new_from_slice(key).map_err(|_| FlowError::Key)?;
        let plain = cipher.decrypt(&nonce.into(), data.as_slice()).map_err(|_| FlowError::Key)?;
        let request = FlowRequest::read(&serde_json::from_slice(&plain).map_err(|_| FlowError::Form)?);
        Ok(Exchange { cipher, nonce, request })
    }
}

impl std::fmt::Debug for FlowKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("FlowKey").finish_non_exhaustive()
    }
}

/// A request that was opened, and what is needed to seal its answer.
pub struct Exchange {
    cipher: Cipher,
    nonce: [u8; NONCE],
    pub request: FlowRequest,
}

impl Exchange {
    /// Seals the answer: the body to send back with status 200 as `text/plain`, within 10 seconds of the request.
    pub fn seal(&self, answer: &Value) -> String {
        let inverted = self.nonce.map(|byte| !byte);
        let sealed = self.cipher.encrypt(&inverted.into(), answer.to_string().as_bytes());
        STANDARD.encode(sealed.expect("AES-GCM seals up to 64 GiB, and an answer has 1 MiB at most"))
    }
}

/// What a form asks its endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowRequest {
    pub action: FlowAction,
    /// Which session and step sent the form; none with a ping.
    pub token: Option<String>,
    /// The screen that asks.
    pub screen: Option<String>,
    /// What was entered on it.
    pub data: Map<String, Value>,
    pub version: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowAction {
    /// WhatsApp looks whether the endpoint lives; answer [`pong`].
    Ping,
    /// The form was opened; answer with its first screen.
    Init,
    /// The customer went back; answer with that screen.
    Back,
    /// A screen was submitted; answer with the next one.
    DataExchange,
    /// The customer's app could not use an answer of ours; answer [`acknowledged`].
    Error(String),
    /// An action that we don't know.
    Other(String),
}

impl FlowRequest {
    fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let data = value["data"].as_object().cloned().unwrap_or_default();
        let error = data.get("error").or_else(|| data.get("error_message")).and_then(Value::as_str);
        let action = match (value["action"].as_str().unwrap_or_default(), error) {
            ("ping", _) => FlowAction::Ping,
            (_, Some(error)) => FlowAction::Error(error.to_owned()),
            ("INIT", _) => FlowAction::Init,
            ("BACK", _) => FlowAction::Back,
            ("data_exchange", _) => FlowAction::DataExchange,
            (other, _) => FlowAction::Other(other.to_owned()),
        };
        Self { action, token: text("flow_token"), screen: text("screen"), data, version: text("version") }
    }
}

/// The answer to a ping.
pub fn pong() -> Value {
    json!({ "data": { "status": "active" } })
}

/// The answer to an error of the customer's app.
pub fn acknowledged() -> Value {
    json!({ "data": { "acknowledged": true } })
}

/// The answer that shows a screen.
pub fn screen(id: &str, data: &Map<String, Value>) -> Value {
    json!({ "screen": id, "data": data })
}

/// The answer that ends the form; `parameters` come back with the customer's message.
pub fn finished(token: &str, mut parameters: Map<String, Value>) -> Value {
    parameters.insert("flow_token".to_owned(), token.into());
    json!({ "screen": "SUCCESS", "data": { "extension_message_response": { "params": parameters } } })
}

/// Why a request is not answered with a screen. Each has a status of its own, which WhatsApp's app acts upon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    #[error("the body is no encrypted request of a form")]
    Form,
    /// The app fetches the public key again.
    #[error("the request can't be decrypted: it was encrypted for another key; upload the public key for this number again")]
    Key,
    /// The customer sees the text, and the form's button is disabled.
    #[error("the form is no longer valid: {0}")]
    Token(String),
    #[error("the signature does not fit")]
    Signature,
}

impl FlowError {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            FlowError::Form => 400,
            FlowError::Key => 421,
            FlowError::Token(_) => 427,
            FlowError::Signature => 432,
        }
    }

    /// The body of the answer, in clear; None where it is empty.
    pub fn body(&self) -> Option<Value> {
        match self {
            FlowError::Token(text) => Some(json!({ "error_msg": text })),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
