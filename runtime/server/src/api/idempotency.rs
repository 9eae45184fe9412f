//! `Idempotency-Key`: the same key with the same body gets the first answer again, and nothing is done twice, for a day.

use std::{future::Future, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use steps::moment::{DAY, MINUTE};
use store::PutRecord;

use crate::{app::App, problem::Problem, records};

const KIND: &str = "idempotency";
const HEADER: &str = "idempotency-key";
/// The longest key; a UUID has 36 characters.
const MAX_KEY: usize = 200;

#[derive(Serialize, Deserialize)]
struct Record {
    /// Of the call's body.
    hash: String,
    /// None: it is being answered.
    answer: Option<Value>,
}

/// What names a call: the client's key, or something that nobody gave before.
pub(super) fn event_key(headers: &HeaderMap, app: &App) -> Result<String, Problem> {
    Ok(key(headers)?.unwrap_or_else(|| records::key_at(app, app.now())))
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(key) = headers.get(HEADER) else { return Ok(None) };
    let key = key.to_str().ok().filter(|key| (1..=MAX_KEY).contains(&key.len()));
    let detail = format!("an Idempotency-Key has 1 to {MAX_KEY} visible ASCII characters");
    key.map(|key| Some(key.to_owned())).ok_or_else(|| Problem::invalid("Idempotency-Key", detail))
}

/// Answers a call once: 202 with what `call` gives, or what it gave before.
pub(super) async fn once<F>(
    app: &Arc<App>,
    headers: &HeaderMap,
    what: &str,
    body: &impl Serialize,
    call: F,
) -> Result<Response, Problem>
where
    F: Future<Output = Result<Value, Problem>>,
{
    let Some(key) = key(headers)? else { return Ok(accepted(&call.await?, false)) };
    let key = format!("{what}:{key}");
    let hash = hex::encode(digest(&SHA256, &records::json(body)?));
    let now = app.now();
    if let Some((record, _)) = records::get::<Record>(app, KIND, &key).await? {
        return repeat(record, &hash);
    }
    let write = |expected_version, record: &Record, life| {
        let value = records::json(record);
        let key = key.clone();
        async move {
            let put = PutRecord {
                kind: KIND.to_owned(),
                key,
                expected_version,
                value: Some(value?),
                expires: Some(now.plus(life).0),
                now: now.0,
            };
            app.store.put_record(put).await
        }
    };
    // Should this server die in between, the key is free again after a minute; the turn knows its event all the same.
    let version = match write(0, &Record { hash: hash.clone(), answer: None }, MINUTE).await? {
        store::Outcome::Committed { version } => version,
        store::Outcome::Conflict { current } => {
            let record = current.and_then(|stored| serde_json::from_slice(&stored.value).ok());
            return repeat(record.unwrap_or(Record { hash: hash.clone(), answer: None }), &hash);
        }
    };
    match call.await {
        Ok(answer) => {
            write(version, &Record { hash, answer: Some(answer.clone()) }, DAY).await?;
            Ok(accepted(&answer, false))
        }
        Err(problem) => {
            // What was not done may be tried again under the same key.
            let put = PutRecord { kind: KIND.to_owned(), key, expected_version: version, value: None, expires: None, now: now.0 };
            app.store.put_record(put).await?;
            Err(problem)
        }
    }
}

fn repeat(record: Record, hash: &str) -> Result<Response, Problem> {
    if record.hash != hash {
        return Err(Problem::invalid("Idempotency-Key", "this key was used for a call with another body"));
    }
    let answer = record.answer.ok_or_else(|| Problem::conflict("a call with this Idempotency-Key is being answered"))?;
    Ok(accepted(&answer, true))
}

fn accepted(answer: &Value, repeated: bool) -> Response {
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = (StatusCode::ACCEPTED, headers, answer.to_string()).into_response();
    if repeated {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    response
}
