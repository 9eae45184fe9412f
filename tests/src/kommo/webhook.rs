//! Tells a server of changes, as forms; and signs what Kommo's bots ask for.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac::{self, HMAC_SHA256, HMAC_SHA512, Key};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{Shared, state::Told};

/// How often a webhook is tried, and the pause between two tries: Kommo's are of minutes.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(500);
/// How long Kommo waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sends webhooks, each until it is taken.
pub(crate) fn tell(shared: &Arc<Shared>, all: Vec<Told>) {
    for told in all {
        let addresses = {
            let mut state = shared.lock();
            if !state.webhooks.is_empty() {
                state.webhooks.rotate_left(1);
            }
            state.told.push(told.clone());
            state.webhooks.clone()
        };
        let Some(address) = addresses.into_iter().next() else { continue };
        let shared = shared.clone();
        tokio::spawn(async move {
            let form = form(&told);
            for _ in 0..TRIES {
                let request = shared.client.post(&address).header("content-type", "application/x-www-form-urlencoded");
                let answer = request.body(form.clone()).timeout(PATIENCE).send().await;
                if answer.is_ok_and(|answer| answer.status().is_success()) {
                    shared.lock().deliveries.0 += 1;
                    return;
                }
                shared.lock().deliveries.1 += 1;
                tokio::time::sleep(PAUSE).await;
            }
        });
    }
}

/// `leads[status][0][id]=7`, escaped.
pub(crate) fn form(told: &Value) -> String {
    let mut pairs = Vec::new();
    flatten(told, String::new(), &mut pairs);
    let escaped = |text: &str| -> String {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        });
        bytes.collect()
    };
    let pairs = pairs.iter().map(|(key, value)| format!("{}={}", escaped(key), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn flatten(value: &Value, at: String, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(parts) => {
            for (key, part) in parts {
                flatten(part, if at.is_empty() { key.clone() } else { format!("{at}[{key}]") }, pairs);
            }
        }
        Value::String(text) => pairs.push((at, text.clone())),
        Value::Null => {}
        other => pairs.push((at, other.to_string())),
    }
}

/// A JSON web token. `none` has no signature; what is not HMAC is signed by chance.
pub(crate) fn token(algorithm: &str, claims: &Value, secret: &str) -> String {
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encoded(&json!({"alg": algorithm, "typ": "JWT"})), encoded(claims));
    let by = if algorithm == "HS512" { HMAC_SHA512 } else { HMAC_SHA256 };
    let signature = hmac::sign(&Key::new(by, secret.as_bytes()), signed.as_bytes());
    let signature = if algorithm == "none" { String::new() } else { URL_SAFE_NO_PAD.encode(signature.as_ref()) };
    format!("{signed}.{signature}")
}
