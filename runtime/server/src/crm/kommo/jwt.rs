//! The tokens by which Kommo's bots show who they are: JSON web tokens (RFC 7519), signed by HMAC with the integration's secret. Nothing
//! else counts: a token says itself how it is signed, and whoever believes that is lost.

use aws_lc_rs::hmac::{self, HMAC_SHA256, HMAC_SHA512, Key};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use steps::moment::{MINUTE, Moment};

/// How much clocks may differ.
const LEEWAY: i64 = MINUTE;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("`token` is no JSON web token")]
    Malformed,
    #[error("`token` is signed by another algorithm than HS256 and HS512")]
    Algorithm,
    #[error("`token` is not signed with the integration's secret (kommo.client_secret)")]
    Signature,
    #[error("`token` has expired, or does not hold yet")]
    Expired,
}

/// What a token says, if it is the integration's.
pub fn verify(token: &str, secret: &str, now: Moment) -> Result<Value, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
    let (head, claims) = signed.split_once('.').ok_or(TokenError::Malformed)?;
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Malformed);
    let json = |text: &str| serde_json::from_slice::<Value>(&decoded(text)?).map_err(|_| TokenError::Malformed);
    let algorithm = match json(head)?["alg"].as_str() {
        Some("HS256") => HMAC_SHA256,
        Some("HS512") => HMAC_SHA512,
        _ => return Err(TokenError::Algorithm),
    };
    let key = Key::new(algorithm, secret.as_bytes());
    // In constant time.
    if secret.is_empty() || hmac::verify(&key, signed.as_bytes(), &decoded(signature)?).is_err() {
        return Err(TokenError::Signature);
    }
    let claims = json(claims)?;
    let at = |key: &str| claims[key].as_i64().map(|seconds| Moment(seconds.saturating_mul(1_000)));
    let is_over = at("exp").is_some_and(|until| until.plus(LEEWAY) < now);
    let is_early = ["nbf", "iat"].iter().any(|key| at(key).is_some_and(|from| from > now.plus(LEEWAY)));
    if is_over || is_early { Err(TokenError::Expired) } else { Ok(claims) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Moment = Moment(1_763_700_000_000);

    fn signed(algorithm: hmac::Algorithm, head: &Value, claims: &Value, secret: &str) -> String {
        let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encoded(head), encoded(claims));
        let signature = hmac::sign(&Key::new(algorithm, secret.as_bytes()), signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
    }

    #[test]
    fn only_hmac_with_the_secret_counts() {
        let claims = json!({"subdomain": "acme"});
        let of = |name: &str| json!({"alg": name, "typ": "JWT"});
        for (name, algorithm) in [("HS256", HMAC_SHA256), ("HS512", HMAC_SHA512)] {
            assert_eq!(verify(&signed(algorithm, &of(name), &claims, "secret"), "secret", NOW), Ok(claims.clone()));
        }
        for name in ["none", "RS256", "HS384", "hs256"] {
            assert_eq!(verify(&signed(HMAC_SHA256, &of(name), &claims, "secret"), "secret", NOW), Err(TokenError::Algorithm));
        }
        let forged = signed(HMAC_SHA256, &of("HS256"), &claims, "guess");
        assert_eq!(verify(&forged, "secret", NOW), Err(TokenError::Signature));
        assert_eq!(verify(&signed(HMAC_SHA256, &of("HS512"), &claims, "secret"), "secret", NOW), Err(TokenError::Signature));
        assert_eq!(verify(&signed(HMAC_SHA256, &of("HS256"), &claims, ""), "", NOW), Err(TokenError::Signature));
        for text in ["", ".", "..", "a.b.c", "e30.e30"] {
            assert!(verify(text, "secret", NOW).is_err(), "{text}");
        }
    }

    #[test]
    fn a_token_has_its_time() {
        let of = |claims: Value| verify(&signed(HMAC_SHA256, &json!({"alg": "HS256"}), &claims, "s"), "s", NOW);
        let second = NOW.0 / 1_000;
        assert!(of(json!({"exp": second - 30, "iat": second + 30})).is_ok());
        assert_eq!(of(json!({"exp": second - 61})), Err(TokenError::Expired));
        assert_eq!(of(json!({"nbf": second + 61})), Err(TokenError::Expired));
    }
}
