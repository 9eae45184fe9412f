//! Reads the body of a request whose sender is not known yet: bounded in size, in time and in number.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use futures_util::StreamExt;

use crate::problem::Problem;

/// The largest webhook that is read. Meta sends up to 3 MB (Cloud API, Webhooks overview).
pub(super) const MAX_BYTES: usize = 4 << 20;

/// Refuses by its headers what would not be read anyway.
pub(super) fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let detail = "a webhook's body comes as it is, without a content encoding";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    if length(headers).is_some_and(|length| length > MAX_BYTES) {
        return Err(too_large());
    }
    Ok(())
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The whole body, if it comes in time. Room is made as bytes arrive, not as they are announced.
pub(super) async fn read(body: Body, deadline: Duration) -> Result<Vec<u8>, Problem> {
    let late =
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {} seconds", deadline.as_secs()));
    tokio::time::timeout(deadline, collect(body)).await.unwrap_or(Err(late))
}

async fn collect(body: Body) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("the body was cut off"))?;
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> Problem {
    Problem::too_large(format!("a webhook has {MAX_BYTES} bytes at most"))
}
