//! Calls of a server's HTTP API.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

/// A call in the making.
#[derive(Debug)]
#[must_use = "nothing is called until it is sent"]
pub struct Request(pub(super) reqwest::RequestBuilder);

impl Request {
    /// Adds a header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        Self(self.0.json(body))
    }

    /// With these bytes as they are.
    pub fn bytes(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Makes the call.
    ///
    /// # Panics
    /// If there is no whole answer.
    pub async fn send(self) -> Answer {
        self.try_send().await.expect("the server answers")
    }

    /// Makes the call to a server that may be down.
    ///
    /// # Errors
    /// If there is no whole answer.
    pub async fn try_send(self) -> Result<Answer, reqwest::Error> {
        let response = self.0.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }
}

/// What a server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body.
    ///
    /// # Panics
    /// If it isn't JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in the answer {}: {}", self.status, self.text))
    }

    /// The body of an answer of this status.
    ///
    /// # Panics
    /// If the status is another one, or the body isn't JSON.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// A header's value; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
