//! The cookie of a browser that is signed in: until when, and the proof that whoever set it had a token of the API. Nothing is kept of it
//! here, so it holds on all servers of an account, and ends when its time is over or the token changes.

use aws_lc_rs::hmac::{self, HMAC_SHA256, Key};
use axum::http::{HeaderMap, HeaderValue, header};
use steps::moment::{DAY, Moment};

const NAME: &str = "salesbot_session";
/// How long a sign-in lasts.
const LASTS: i64 = 30 * DAY;

/// The header that signs a browser in. `secure`: it must not be sent but by HTTPS.
pub fn sign_in(token: &str, now: Moment, secure: bool) -> Option<HeaderValue> {
    let until = (now.0 + LASTS) / 1_000;
    let proof = hex::encode(hmac::sign(&key(token), proven(until).as_bytes()));
    set(&format!("{until}.{proof}"), LASTS / 1_000, secure)
}

/// The header that signs it out.
pub fn sign_out(secure: bool) -> Option<HeaderValue> {
    set("", 0, secure)
}

fn set(value: &str, seconds: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    format!("{NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}").try_into().ok()
}

/// Whether a request comes from a browser that was signed in with one of these tokens.
pub fn is_signed_in<'t>(headers: &HeaderMap, tokens: impl Iterator<Item = &'t str> + Clone, now: Moment) -> bool {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies = texts.flat_map(|text| text.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let mut ours = cookies.filter(|(name, _)| *name == NAME).map(|(_, value)| value);
    ours.any(|value| tokens.clone().any(|token| holds(value, token, now)))
}

fn holds(value: &str, token: &str, now: Moment) -> bool {
    let Some((until, proof)) = value.split_once('.') else { return false };
    let (Ok(until), Ok(proof)) = (until.parse::<i64>(), hex::decode(proof)) else { return false };
    // Compared in constant time.
    hmac::verify(&key(token), proven(until).as_bytes(), &proof).is_ok() && until > now.0 / 1_000
}

fn key(token: &str) -> Key {
    Key::new(HMAC_SHA256, token.as_bytes())
}

fn proven(until: i64) -> String {
    format!("{NAME}.{until}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_772_442_000_000);
    const TOKEN: &str = "0123456789abcdef";

    fn value(header: &HeaderValue) -> String {
        header.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap().1.to_owned()
    }

    fn signed_in(cookies: &str, tokens: &[&str], now: Moment) -> bool {
        let headers = HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
        is_signed_in(&headers, tokens.iter().copied(), now)
    }

    #[test]
    fn it_holds_for_thirty_days_and_for_the_token_that_made_it() {
        let value = value(&sign_in(TOKEN, NOW, true).unwrap());
        let cookies = format!("theme=dark; {NAME}={value}");
        assert!(signed_in(&cookies, &["another token that counts", TOKEN], NOW));
        assert!(signed_in(&cookies, &[TOKEN], NOW.plus(LASTS - 1_000)));
        assert!(!signed_in(&cookies, &[TOKEN], NOW.plus(LASTS)), "its time is over");
        assert!(!signed_in(&cookies, &["another token that counts"], NOW), "the token has changed");
        assert!(!signed_in(&cookies, &[], NOW));
    }

    #[test]
    fn a_forged_one_does_not_count() {
        let right = value(&sign_in(TOKEN, NOW, false).unwrap());
        let (until, proof) = right.split_once('.').unwrap();
        let later = until.parse::<i64>().unwrap() + 1;
        for forged in [
            format!("{later}.{proof}"),
            until.to_owned(),
            format!("{until}."),
            format!("{until}.00"),
            format!(".{proof}"),
            String::new(),
        ] {
            assert!(!signed_in(&format!("{NAME}={forged}"), &[TOKEN], NOW), "{forged}");
        }
        assert!(!signed_in(&format!("other={right}"), &[TOKEN], NOW));
        // One that is wrong, of another path or server, does not hide the right one.
        assert!(signed_in(&format!("{NAME}=1.00; {NAME}={right}"), &[TOKEN], NOW));
    }

    #[test]
    fn no_script_and_no_other_site_has_it() {
        let header = sign_in(TOKEN, NOW, true).unwrap();
        let attributes = header.to_str().unwrap().split_once(';').unwrap().1.to_owned();
        assert_eq!(attributes, " Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure");
        assert!(!sign_in(TOKEN, NOW, false).unwrap().to_str().unwrap().contains("Secure"));
        assert!(sign_out(false).unwrap().to_str().unwrap().contains("Max-Age=0;"));
    }
}
