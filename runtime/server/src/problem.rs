//! What a client is told when something can't be done: `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use store::StoreError;

use crate::process::Rejected;

/// The content type of errors.
pub const PROBLEM: &str = "application/problem+json";

/// An error, for whoever called.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// What kind of error it is; the same for all of a kind.
    #[schema(value_type = String)]
    pub title: &'static str,
    /// What is wrong here, and what to do.
    pub detail: String,
    /// The key of the body, or the parameter, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A bot's diagnostics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    pub diagnostics: Option<Box<serde_json::Value>>,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        let title = status.canonical_reason().unwrap_or("Error");
        Problem { status: status.as_u16(), title, detail: detail.into(), key: None, diagnostics: None }
    }

    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Self {
        Problem { key: Some(key.into()).filter(|key: &String| !key.is_empty() && key != "."), ..self }
    }

    #[must_use]
    pub fn diagnostics(self, diagnostics: serde_json::Value) -> Self {
        Problem { diagnostics: Some(Box::new(diagnostics)), ..self }
    }

    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, detail)
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, detail)
    }

    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, detail)
    }

    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
    }

    pub fn invalid(key: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, detail).key(key)
    }

    /// Nothing was done; the same call can be made again a little later.
    pub fn busy(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_else(|_| "{}".to_owned());
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "{error}");
        match error {
            StoreError::Busy { .. } | StoreError::Unavailable { .. } => Problem::busy(error.to_string()),
            StoreError::Refused { .. } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string()),
            _ => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Store(error) => error.into(),
            Rejected::Conflicts(_) | Rejected::NewerFormat { .. } => Problem::busy(rejected.to_string()),
            Rejected::Circle(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, rejected.to_string()),
        }
    }
}
