//! `http` calls: the call that a step made becomes a request, with secrets in it; the reply becomes what the step reads.

use std::time::Duration;

use reqwest::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;
use steps::{
    contact::{HttpBody, HttpCall},
    event::CallResult,
    secrets::{UnknownSecret, masked, reveal, reveal_json, reveal_url},
};
use url::{Url, form_urlencoded};

use super::Secrets;
use crate::http_client::{HttpClient, HttpError, Reply, Request};

/// By this a server knows a call that it has already carried out.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Makes a call within its own deadline.
pub(super) async fn call(client: &HttpClient, secrets: &Secrets, call: &HttpCall, idempotency_key: &str) -> CallResult {
    let deadline = Duration::from_millis(u64::try_from(call.deadline).unwrap_or_default());
    let result = match request(call, secrets, idempotency_key) {
        Ok(request) => client.fetch(request, deadline).await.map_err(Refusal::from),
        Err(refusal) => Err(refusal),
    };
    match result {
        // A server may send back what it was sent.
        Ok(reply) => secrets.mask_result(read(reply)),
        Err(Refusal { name, text }) => CallResult::Failed { name: name.to_owned(), text: secrets.mask(&text) },
    }
}

/// Why a call was not made, or brought nothing.
struct Refusal {
    name: &'static str,
    text: String,
}

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        Refusal { name: error.name(), text: error.to_string() }
    }
}

impl From<UnknownSecret> for Refusal {
    fn from(error: UnknownSecret) -> Self {
        Refusal { name: "unknown_secret", text: error.to_string() }
    }
}

fn request(call: &HttpCall, secrets: &Secrets, idempotency_key: &str) -> Result<Request, Refusal> {
    let lookup = |name: &str| secrets.value(name);
    let url = Url::parse(&reveal_url(&call.url, lookup)?)
        .map_err(|error| Refusal { name: "invalid_url", text: format!("{:?} is no address: {error}", masked(&call.url)) })?;
    let invalid = |what: String| Refusal { name: "invalid_request", text: what };
    let method =
        Method::from_bytes(call.method.as_bytes()).map_err(|_| invalid(format!("{:?} is no HTTP method", call.method)))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(format!("{name:?} is no name of a header")))?;
        let value = HeaderValue::from_str(&reveal(value, lookup)?)
            .map_err(|_| invalid(format!("the value of the header {name:?} holds a line break or control character")))?;
        headers.append(key, value);
    }
    let (body, content_type, body_is_secret) = match &call.body {
        HttpBody::None => (None, None, false),
        HttpBody::Json(value) => {
            let revealed = reveal_json(value, &lookup)?;
            let is_secret = revealed != *value;
            (Some(revealed.to_string()), Some("application/json"), is_secret)
        }
        HttpBody::Form(pairs) => {
            let mut form = form_urlencoded::Serializer::new(String::new());
            let mut is_secret = false;
            for (key, value) in pairs {
                let revealed = reveal(value, lookup)?;
                is_secret |= revealed != value.as_str();
                form.append_pair(key, &revealed);
            }
            (Some(form.finish()), Some("application/x-www-form-urlencoded"), is_secret)
        }
        HttpBody::Text(text) => {
            let revealed = reveal(text, lookup)?;
            let is_secret = revealed != text.as_str();
            (Some(revealed.into_owned()), Some("text/plain; charset=utf-8"), is_secret)
        }
    };
    // What the step says itself comes before what we would say.
    if let Some(content_type) = content_type {
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
    if let Ok(key) = HeaderValue::from_str(idempotency_key) {
        headers.entry(IDEMPOTENCY_KEY).or_insert(key);
    }
    Ok(Request { method, url, headers, body: body.map(Into::into), body_is_secret })
}

fn read(reply: Reply) -> CallResult {
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let subtype = reply.content_type.rsplit('/').next().unwrap_or_default();
    let says_json = subtype == "json" || subtype.ends_with("+json");
    // Many servers send JSON as text; a number or a word that they send as text is one.
    let looks_like_json = text.trim_start().starts_with(['{', '[']);
    let json = (says_json || looks_like_json).then(|| serde_json::from_str::<Value>(&text).ok()).flatten();
    CallResult::Http { status: reply.status.as_u16(), json, text }
}

#[cfg(test)]
mod tests {
    use axum::{Router, routing::any};
    use serde_json::json;

    use super::*;
    use crate::http_client::{Access, Rules};

    const SECRET: &str = "s3cr3t value";

    /// A secret as a step leaves it in a call.
    fn marked(name: &str) -> String {
        let (open, close) = steps::secrets::SECRET_MARKS;
        format!("{open}{name}{close}")
    }

    fn secrets() -> Secrets {
        let declared = [("KEY".to_owned(), "KEY".to_owned())];
        Secrets::read(declared.iter().map(|(name, variable)| (name, variable)), |_| Some(SECRET.to_owned()))
    }

    fn to(url: &str) -> HttpCall {
        HttpCall {
            method: "POST".into(),
            url: url.into(),
            headers: vec![("X-Key".into(), marked("KEY"))],
            body: HttpBody::Json(json!({"key": marked("KEY"), "n": 1})),
            deadline: 20_000,
            repeat: true,
        }
    }

    async fn made(call: &HttpCall) -> CallResult {
        let rules = Rules { allow_private: vec!["127.0.0.1".parse().unwrap()], ports: Vec::new() };
        super::call(&HttpClient::new(Access::new(rules)).unwrap(), &secrets(), call, "contact-7").await
    }

    async fn serve(router: Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn a_call_carries_its_secrets_and_its_key() {
        let tell = |uri: axum::http::Uri, headers: HeaderMap, body: String| async move {
            let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let body: Value = serde_json::from_str(&body).unwrap();
            let reply = json!({
                "query": uri.query(), "key": header("x-key"), "once": header("idempotency-key"), "type": header("content-type"),
                "body": body,
            });
            axum::Json(reply)
        };
        let server = serve(Router::new().fallback(any(tell))).await;
        let result = made(&to(&format!("{server}/?key={}", marked("KEY")))).await;
        let CallResult::Http { status: 200, json: Some(json), .. } = result else { panic!("{result:?}") };
        // The query is the one that the URL's own encoding made; what came back of the secret is its name.
        let name = "{{ secrets.KEY }}";
        let expected = json!({
            "query": format!("key={name}"), "key": name, "once": "contact-7", "type": "application/json",
            "body": {"key": name, "n": 1},
        });
        assert_eq!(json, expected);
    }

    #[tokio::test]
    async fn forms_and_texts_are_written_as_such() {
        let tell =
            |headers: HeaderMap, body: String| async move { format!("{} {body}", headers["content-type"].to_str().unwrap()) };
        let server = serve(Router::new().fallback(any(tell))).await;
        for (body, expected) in [
            (HttpBody::Form(vec![("a b".into(), "ç&".into())]), "application/x-www-form-urlencoded a+b=%C3%A7%26"),
            (HttpBody::Text("olá".into()), "text/plain; charset=utf-8 olá"),
        ] {
            let call = HttpCall { body, headers: Vec::new(), ..to(&server) };
            assert_eq!(made(&call).await, CallResult::Http { status: 200, json: None, text: expected.into() });
        }
    }

    #[tokio::test]
    async fn json_is_known_by_its_type_or_its_form() {
        for (content_type, body, expected) in [
            ("application/json; charset=utf-8", "3", Some(json!(3))),
            ("application/problem+json", "{}", Some(json!({}))),
            ("text/plain", " [1]", Some(json!([1]))),
            ("text/plain", "3", None),
            ("application/json", "{", None),
        ] {
            let reply = Reply {
                status: reqwest::StatusCode::OK,
                content_type: content_type.split(';').next().unwrap().into(),
                body: body.into(),
            };
            let CallResult::Http { json, text, .. } = read(reply) else { panic!("no reply") };
            assert_eq!((json, text.as_str()), (expected, body), "{content_type}");
        }
    }

    #[tokio::test]
    async fn no_text_of_an_error_holds_a_secret() {
        let host_is_secret = HttpCall { headers: Vec::new(), ..to(&format!("http://{}.invalid/", marked("KEY"))) };
        let unknown = HttpCall { headers: vec![("A".into(), marked("OTHER"))], ..to("http://127.0.0.1/") };
        let bad_header = HttpCall { headers: vec![("a b".into(), marked("KEY"))], ..to("http://127.0.0.1/") };
        let refused = to(&format!("http://10.0.0.1/{}", marked("KEY")));
        for (call, expected) in [
            (host_is_secret, "invalid_url"),
            (unknown, "unknown_secret"),
            (bad_header, "invalid_request"),
            (refused, "address_refused"),
        ] {
            let CallResult::Failed { name, text } = made(&call).await else { panic!("{call:?} was answered") };
            assert_eq!(name, expected, "{text}");
            assert!(!text.contains("s3cr3t"), "{text}");
        }
    }
}
