//! The Graph API: routes, and the checks that every call has in common.

pub(crate) mod management;
pub(crate) mod media;
mod messages;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Uri};
use axum::routing::{any, get, post};

use super::control;
use super::error::GraphError;
use super::payload::Number;
use super::server::Shared;

/// Bytes of an upload: the largest document (Cloud API, Media: 100 MB) and its multipart envelope.
const UPLOAD_BYTES: usize = 101 * 1024 * 1024;

/// Everything the mock serves.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{version}/{object}/messages", post(messages::messages))
        .route("/{version}/{object}/marketing_messages", post(messages::marketing_messages))
        .route("/{version}/{object}/media", post(media::upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES)))
        .route("/{version}/{object}/whatsapp_business_profile", get(management::profile).post(management::change_profile))
        .route("/{version}/{object}/whatsapp_business_encryption", get(management::encryption).post(management::set_encryption))
        .route("/{version}/{object}/phone_numbers", get(management::phone_numbers))
        .route(
            "/{version}/{object}/subscribed_apps",
            get(management::subscribed_apps).post(management::subscribe).delete(management::unsubscribe),
        )
        .route(
            "/{version}/{object}/message_templates",
            get(management::templates).post(management::create_template).delete(management::delete_template),
        )
        .route("/{version}/{object}/block_users", get(management::blocked).post(management::block).delete(management::unblock))
        .route("/{version}/{object}", any(object))
        .route("/mock-media/{key}", get(media::download))
        .nest("/mock", control::router())
        .fallback(unknown)
        .with_state(shared)
}

impl Shared {
    /// Version and token of a call to the Graph API.
    pub(crate) fn authorize(&self, version: &str, headers: &HeaderMap) -> Result<(), GraphError> {
        let number = version.strip_prefix('v').and_then(|version| version.strip_suffix(".0"));
        if number.is_none_or(|number| number.parse::<u32>().is_err()) {
            return Err(GraphError::new(2500, format!("Unknown path components: /{version}; a version looks like v26.0")));
        }
        self.check_token(headers)
    }

    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), GraphError> {
        let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        match token.and_then(|value| value.strip_prefix("Bearer ")) {
            Some(token) if token == self.account.access_token => Ok(()),
            Some(_) => Err(GraphError::new(190, "Invalid OAuth access token - Cannot parse access token")),
            None => Err(GraphError::new(190, "An access token is required to request this resource")),
        }
    }

    /// The business number a call names, after its token was checked.
    pub(crate) fn number_of_call(&self, version: &str, id: &str, headers: &HeaderMap) -> Result<&Number, GraphError> {
        self.authorize(version, headers)?;
        self.account.number(id).ok_or_else(|| GraphError::unknown_object(id))
    }

    /// Checks that a call names the business account.
    pub(crate) fn account_of_call(&self, version: &str, id: &str, headers: &HeaderMap) -> Result<(), GraphError> {
        self.authorize(version, headers)?;
        if id == self.account.business_account { Ok(()) } else { Err(GraphError::unknown_object(id)) }
    }
}

/// An id alone may be that of a number, the business account, a template or media.
async fn object(
    State(shared): State<Arc<Shared>>,
    Path((version, id)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<axum::Json<serde_json::Value>, GraphError> {
    shared.authorize(&version, &headers)?;
    let found = match method {
        Method::GET => management::fields(&shared, &id, uri.query().unwrap_or_default()).or_else(|| media::resolve(&shared, &id)),
        Method::DELETE => media::delete(&shared, &id),
        // Settings of the number, such as its PIN or webhook override, which the mock takes without effect.
        Method::POST if shared.account.number(&id).is_some() => Some(serde_json::json!({"success": true})),
        _ => None,
    };
    found.map(axum::Json).ok_or_else(|| GraphError::unknown_object(&id))
}

async fn unknown(method: Method, uri: Uri) -> GraphError {
    GraphError::new(2500, format!("Unknown path components: the mock has no {method} {}", uri.path()))
}
