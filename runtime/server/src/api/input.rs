//! Bodies and queries as the API reads them: strictly, and with an error that names the key.

use std::time::Duration;

use axum::{
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, Request},
    http::{Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::de::{DeserializeOwned, value::MapDeserializer};

use super::strict::{Document, Spelt, Strict};
use crate::{body, problem::Problem};

/// The largest body. A bot of 5,000 steps has about two megabytes.
pub(super) const MAX_BODY: usize = 8 << 20;
/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(30);

/// A JSON body.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        read(request).await.map(JsonBody)
    }
}

/// A JSON body that may be left out.
pub(super) struct OptionalBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default, S: Send + Sync> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let is_empty = request.body().is_end_stream();
        if is_empty { Ok(OptionalBody(T::default())) } else { read(request).await.map(OptionalBody) }
    }
}

/// Lets no call change anything whose body is another thing than JSON, whether the call reads its body or not: a page of another site
/// could send it without being asked for leave.
pub(super) async fn only_json(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let kind = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
    let is_json = |kind: &str| kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json");
    if kind.map_or_else(|| request.body().is_end_stream(), is_json) {
        return next.run(request).await;
    }
    let came = kind.map_or_else(|| "without one".to_owned(), |kind| format!("as {kind:?}"));
    let detail = format!("the body must be JSON, with `Content-Type: application/json`; it came {came}");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).into_response()
}

async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let bytes = body::read(request.into_body(), MAX_BODY, DEADLINE).await?;
    parse(&bytes)
}

/// Reads JSON; what has the wrong form is 422 and named, what is no JSON at all is 400.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Document(value) = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let is_too_deep = error.inner().to_string().starts_with("recursion limit exceeded");
        match error.inner().classify() {
            serde_json::error::Category::Data => wrong(&error),
            _ if is_too_deep => Problem::invalid("", "the body is nested too deeply: 127 levels at most"),
            _ => Problem::bad_request(format!("the body is no whole JSON document: {}", error.inner())),
        }
    })?;
    json.end().map_err(|error| Problem::bad_request(format!("the body goes on after its JSON document: {error}")))?;
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| wrong(&error))
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let text = error.inner().to_string();
    Problem::invalid(key_of(&error.path().to_string(), &text), text)
}

/// The key that an error is about: a missing or unknown one stands in the message, not in the path.
fn key_of(path: &str, message: &str) -> String {
    let named = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|words| message.split_once(words)?.1.split('`').next());
    let parent = if path == "." { "" } else { path };
    match named {
        // The path of an unknown key ends with it already.
        Some(key) if parent == key || parent.ends_with(&format!(".{key}")) => parent.to_owned(),
        Some(key) if parent.is_empty() => key.to_owned(),
        Some(key) => format!("{parent}.{key}"),
        None => parent.to_owned(),
    }
}

/// A query string.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let pairs = pairs.map(|(key, value)| (key.into_owned(), Spelt(value.into_owned())));
        serde_path_to_error::deserialize(MapDeserializer::new(pairs)).map(Query).map_err(|error| wrong(&error))
    }
}

/// A phone number as E.164: `+` and 5 to 15 digits; spaces, hyphens, dots and brackets between them are left out.
pub(super) fn phone(text: &str, key: &str) -> Result<String, Problem> {
    normal_phone(text)
        .ok_or_else(|| Problem::invalid(key, "a phone number with country code is expected, like \"+5511987654321\""))
}

pub(crate) fn normal_phone(text: &str) -> Option<String> {
    let bare: String = text.trim().chars().filter(|character| !" -.()".contains(*character)).collect();
    let digits = bare.strip_prefix('+')?;
    let fits = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        name: String,
    }

    #[test]
    fn errors_name_the_key() {
        let error = |body: &str| {
            let problem = parse::<Outer>(body.as_bytes()).unwrap_err();
            (problem.status, problem.key.unwrap_or_default())
        };
        assert_eq!(error("{}"), (422, "inner".into()));
        assert_eq!(error("{\"inner\":{}}"), (422, "inner.name".into()));
        assert_eq!(error("{\"inner\":{\"name\":1}}"), (422, "inner.name".into()));
        assert_eq!(error("{\"inner\":{\"name\":\"\",\"nme\":1}}"), (422, "inner.nme".into()));
        assert_eq!(error("{\"inner\":{\"name\":\"\"},\"name\":1}"), (422, "name".into()));
        assert_eq!(error("{\"inner\":").0, 400);
        assert_eq!(error("{\"inner\":{\"name\":\"\"}} more").0, 400);
        assert_eq!(error(&"[".repeat(100_000)).0, 422);
    }

    #[test]
    fn a_list_is_no_object_and_no_key_stands_twice() {
        let error = |body: &str| {
            let problem = parse::<Outer>(body.as_bytes()).unwrap_err();
            (problem.status, problem.key.unwrap_or_default())
        };
        assert_eq!(error("[{\"name\":\"\"}]"), (422, String::new()));
        assert_eq!(error("{\"inner\":[\"name\"]}"), (422, "inner".into()));
        assert_eq!(error("{\"inner\":{\"name\":\"a\",\"name\":\"b\"}}"), (422, "inner.name".into()));
        let nested = format!("{{\"inner\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(error(&nested).0, 422, "it is whole, and too deep");
    }

    #[test]
    fn one_of_several_keys_is_asked_for_by_name() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum One {
            User(String),
            Team(#[expect(dead_code, reason = "only read")] String),
        }
        #[derive(Debug, Deserialize)]
        struct To {
            to: Option<One>,
        }
        let read = |to: &str| parse::<To>(format!("{{\"to\":{to}}}").as_bytes());
        assert!(matches!(read("{\"user\":\"ana\"}").unwrap().to, Some(One::User(ana)) if ana == "ana"));
        assert!(read("null").unwrap().to.is_none());
        for wrong in ["{\"user\":\"ana\",\"team\":\"x\"}", "{}", "[\"user\",\"ana\"]", "1"] {
            let problem = read(wrong).unwrap_err();
            assert_eq!((problem.status, problem.key.as_deref()), (422, Some("to")), "{wrong}");
            assert!(problem.detail.contains("exactly one of `user`, `team`"), "{}", problem.detail);
        }
    }

    #[test]
    fn phone_numbers_are_written_one_way() {
        assert_eq!(normal_phone("+55 (11) 98765-4321").as_deref(), Some("+5511987654321"));
        for bad in ["", "5511987654321", "+12", "+1234567890123456", "+55x11987654321"] {
            assert_eq!(normal_phone(bad), None, "{bad}");
        }
    }
}
