//! A caller of the mock's Graph API, as plain as can be.

use std::time::Duration;

use serde_json::{Value, json};
use tests::mock::Mock;

/// More than any test needs; a test that waits so long has failed.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);

pub(crate) const ANA: &str = "+34600111222";

/// An answer: HTTP status and body.
pub(crate) type Answer = (u16, Value);

pub(crate) struct Api<'a> {
    pub mock: &'a Mock,
    pub client: reqwest::Client,
    pub token: String,
}

impl<'a> Api<'a> {
    pub(crate) fn of(mock: &'a Mock) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { mock, client, token: mock.account().access_token.clone() }
    }

    pub(crate) fn number(&self) -> &str {
        &self.mock.account().numbers[0].id
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> reqwest::Result<Answer> {
        let url = format!("{}/{path}", self.mock.graph_url());
        let mut request = self.client.request(method.parse().unwrap(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or(Value::Null)))
    }

    /// The body goes to `/messages` as it is.
    pub(crate) async fn post(&self, body: Value) -> Answer {
        let path = format!("{}/messages", self.number());
        self.call("POST", &path, Some(body)).await.unwrap()
    }

    /// Sends a message of that type to `to`.
    pub(crate) async fn send(&self, to: &str, kind: &str, content: Value) -> Answer {
        self.post(json!({"messaging_product": "whatsapp", "to": to, "type": kind, kind: content})).await
    }

    pub(crate) async fn text(&self, to: &str, body: &str) -> Answer {
        self.send(to, "text", json!({"body": body})).await
    }
}

/// The error code of an answer; 0 for success.
pub(crate) fn code((_, body): &Answer) -> u64 {
    body["error"]["code"].as_u64().unwrap_or_default()
}

pub(crate) fn wamid((status, body): &Answer) -> String {
    assert_eq!(*status, 200, "{body}");
    body["messages"][0]["id"].as_str().expect("an accepted send has an id").to_owned()
}

pub(crate) fn buttons(titles: &[(&str, &str)]) -> Value {
    let buttons: Vec<Value> =
        titles.iter().map(|(id, title)| json!({"type": "reply", "reply": {"id": id, "title": title}})).collect();
    json!({"type": "button", "body": {"text": "Well?"}, "action": {"buttons": buttons}})
}
