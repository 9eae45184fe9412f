//! Reads the body of a request: bounded in size and in time, for whoever sends it.

use std::time::Duration;

use axum::{body::Body, http::StatusCode};
use futures_util::StreamExt;

use crate::problem::Problem;

/// The whole body of at most `max` bytes, if it comes in time. Room is made as bytes arrive, not as they are announced.
pub async fn read(body: Body, max: usize, deadline: Duration) -> Result<Vec<u8>, Problem> {
    let late =
        Problem::new(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {} seconds", deadline.as_secs()));
    tokio::time::timeout(deadline, collect(body, max)).await.unwrap_or(Err(late))
}

async fn collect(body: Body, max: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("the body was cut off"))?;
        if bytes.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// What is told to whoever sends more.
pub fn too_large(max: usize) -> Problem {
    Problem::too_large(format!("the body may have {max} bytes at most"))
}
