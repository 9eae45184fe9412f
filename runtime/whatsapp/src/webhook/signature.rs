//! The signature of a webhook: HMAC-SHA256 over the raw bytes, with the app's secret.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};

/// Why a body is not taken as Meta's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the header X-Hub-Signature-256 is missing")]
    Missing,
    #[error("the header X-Hub-Signature-256 is not `sha256=` and 64 hexadecimal digits")]
    Malformed,
    #[error("no app secret fits the signature; check WHATSAPP_APP_SECRET")]
    Wrong,
}

/// Checks the header `X-Hub-Signature-256` against the body as it came, before anything is parsed. In constant time.
///
/// Several secrets stand for several apps, or for one whose secret is being changed. Gives the place of the secret that fits: an
/// event counts only if its number belongs to that secret's app. An empty secret fits nothing.
pub fn verify(secrets: &[impl AsRef<[u8]>], header: Option<&str>, body: &[u8]) -> Result<usize, SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    let digits = header.trim().strip_prefix("sha256=").ok_or(SignatureError::Malformed)?;
    let signature = hex::decode(digits).ok().filter(|bytes| bytes.len() == 32).ok_or(SignatureError::Malformed)?;
    secrets
        .iter()
        .position(|secret| {
            let secret = secret.as_ref();
            !secret.is_empty() && hmac::verify(&Key::new(HMAC_SHA256, secret), body, &signature).is_ok()
        })
        .ok_or(SignatureError::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sign(secret: &str, body: &[u8]) -> String {
        format!("sha256={}", hex::encode(hmac::sign(&Key::new(HMAC_SHA256, secret.as_bytes()), body)))
    }

    #[test]
    fn a_known_signature_fits() {
        // RFC 4231, test case 2.
        let header = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(verify(&["Jefe"], Some(header), b"what do ya want for nothing?"), Ok(0));
    }

    #[test]
    fn any_of_several_secrets_fits() {
        let body = b"{}";
        assert_eq!(verify(&["old", "new"], Some(&sign("new", body)), body), Ok(1));
        assert_eq!(verify(&["old"], Some(&sign("new", body)), body), Err(SignatureError::Wrong));
    }

    #[test]
    fn a_changed_byte_does_not_fit() {
        let header = sign("secret", b"{\"a\":1}");
        assert_eq!(verify(&["secret"], Some(&header), b"{\"a\":2}"), Err(SignatureError::Wrong));
    }

    #[test]
    fn an_unset_secret_opens_nothing() {
        let header = sign("", b"{}");
        assert_eq!(verify(&[""], Some(&header), b"{}"), Err(SignatureError::Wrong));
        assert_eq!(verify(&[] as &[&str], Some(&header), b"{}"), Err(SignatureError::Wrong));
    }

    #[test]
    fn headers_of_other_forms_are_refused() {
        assert_eq!(verify(&["secret"], None, b"{}"), Err(SignatureError::Missing));
        for header in ["", "sha256=", "sha256=00", "sha1=abc", "sha256=zz", "5bdcc146", &"é".repeat(40)] {
            assert_eq!(verify(&["secret"], Some(header), b"{}"), Err(SignatureError::Malformed), "{header}");
        }
    }
}
