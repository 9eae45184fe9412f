//! A form as Kommo's webhooks write it: `leads[status][0][id]=7` is a tree. Pure; bounded in what it takes.

use serde_json::{Map, Value};

/// Pairs of one form: a webhook of 250 leads with all their fields has fewer.
const MAX_PAIRS: usize = 50_000;
/// How deep a key may go.
const MAX_DEPTH: usize = 12;

/// Why a form can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    #[error("the form has more than {MAX_PAIRS} values")]
    TooMany,
    #[error("value {0} of the form has a key that goes more than {MAX_DEPTH} deep")]
    TooDeep(usize),
    #[error("value {0} of the form has a key that is no `name[part][part]`")]
    Key(usize),
    #[error("value {0} of the form stands where another one has parts")]
    Both(usize),
}

/// Reads a form as a tree of maps; numbers in keys are keys too.
pub fn read(body: &[u8]) -> Result<Map<String, Value>, FormError> {
    let mut root = Map::new();
    for (place, (key, value)) in url::form_urlencoded::parse(body).enumerate() {
        if place == MAX_PAIRS {
            return Err(FormError::TooMany);
        }
        let parts = parts(&key).ok_or(FormError::Key(place + 1))?;
        if parts.len() > MAX_DEPTH {
            return Err(FormError::TooDeep(place + 1));
        }
        put(&mut root, &parts, value.into_owned(), place + 1)?;
    }
    Ok(root)
}

/// `a[b][c]` as its parts; None: it is none.
fn parts(key: &str) -> Option<Vec<&str>> {
    let (name, rest) = key.split_once('[').map_or((key, None), |(name, rest)| (name, Some(rest)));
    let mut parts = vec![name];
    if let Some(rest) = rest {
        parts.extend(rest.strip_suffix(']')?.split("]["));
    }
    let is_plain = |part: &&str| !part.contains(['[', ']']);
    (!name.is_empty() && parts.iter().all(is_plain)).then_some(parts)
}

fn put(mut at: &mut Map<String, Value>, parts: &[&str], value: String, place: usize) -> Result<(), FormError> {
    let Some((last, parents)) = parts.split_last() else { return Ok(()) };
    for part in parents {
        let inner = at.entry(key(at, part)).or_insert_with(|| Value::Object(Map::new()));
        at = inner.as_object_mut().ok_or(FormError::Both(place))?;
    }
    match at.insert(key(at, last), value.into()) {
        Some(Value::Object(_)) => Err(FormError::Both(place)),
        _ => Ok(()),
    }
}

/// `a[]` counts by itself.
fn key(map: &Map<String, Value>, part: &str) -> String {
    if part.is_empty() { map.len().to_string() } else { part.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn nested_keys_are_a_tree() {
        let body =
            "leads%5Bstatus%5D%5B0%5D%5Bid%5D=7&leads[status][0][tags][]=a&leads[status][0][tags][]=b&account[subdomain]=acme";
        assert_eq!(
            Value::from(read(body.as_bytes()).unwrap()),
            json!({"leads": {"status": {"0": {"id": "7", "tags": {"0": "a", "1": "b"}}}}, "account": {"subdomain": "acme"}})
        );
    }

    #[test]
    fn what_is_no_form_says_where() {
        for (body, error) in [
            ("a[b=1", FormError::Key(1)),
            ("a=1&[b]=1", FormError::Key(2)),
            ("a[b]c=1", FormError::Key(1)),
            ("a=1&a[b]=2", FormError::Both(2)),
            ("a[b]=1&a=2", FormError::Both(2)),
        ] {
            assert_eq!(read(body.as_bytes()), Err(error), "{body}");
        }
        let deep = format!("a{}=1", "[b]".repeat(MAX_DEPTH));
        assert_eq!(read(deep.as_bytes()), Err(FormError::TooDeep(1)));
    }

    proptest! {
        #[test]
        fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&body);
        }

        #[test]
        fn nothing_that_looks_like_a_webhook_panics(body in r"((leads|contacts|account|a)(\[(status|add|0|1|id|)\]){0,5}=[0-9a-z%]{0,6}&){0,12}") {
            let _ = read(body.as_bytes());
        }
    }
}
