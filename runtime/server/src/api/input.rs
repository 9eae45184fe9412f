//! Bodies and queries as the API reads them: strictly, and with an error that names the key.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The largest body. A bot of 5,000 steps has about two megabytes.
pub(super) const MAX_BODY: usize = 8 << 20;

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
        let is_empty = axum::body::HttpBody::is_end_stream(request.body());
        if is_empty { Ok(OptionalBody(T::default())) } else { read(request).await.map(OptionalBody) }
    }
}

async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let detail = format!("the body must be JSON, with `Content-Type: application/json`; it came as {kind:?}");
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let bytes = collect(request.into_body()).await?;
    parse(&bytes)
}

async fn collect(body: Body) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| Problem::bad_request("the body was cut off"))?);
        if bytes.len() > MAX_BODY {
            return Err(Problem::too_large(format!("a body has {MAX_BODY} bytes at most")));
        }
    }
    Ok(bytes)
}

/// Reads JSON; what has the wrong form is 422 and named, what is no JSON at all is 400.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            serde_json::error::Category::Data => Problem::invalid(key_of(&path, &error.to_string()), error.to_string()),
            _ => Problem::bad_request(format!("the body is no whole JSON document: {error}")),
        }
    })?;
    json.end().map_err(|error| Problem::bad_request(format!("the body goes on after its JSON document: {error}")))?;
    Ok(value)
}

/// The key that an error is about: a missing or unknown one stands in the message, not in the path.
fn key_of(path: &str, message: &str) -> String {
    let named = ["unknown field `", "missing field `"].iter().find_map(|words| message.split_once(words)?.1.split('`').next());
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

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Query(query.0)),
            Err(error) => Err(Problem::invalid(key_of("", &error.body_text()), error.body_text())),
        }
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
    fn phone_numbers_are_written_one_way() {
        assert_eq!(normal_phone("+55 (11) 98765-4321").as_deref(), Some("+5511987654321"));
        for bad in ["", "5511987654321", "+12", "+1234567890123456", "+55x11987654321"] {
            assert_eq!(normal_phone(bad), None, "{bad}");
        }
    }
}
