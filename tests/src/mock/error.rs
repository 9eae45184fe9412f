//! Errors in the shape of the Graph API, with the codes of Meta's page "Error codes".

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// An answer other than success. Logic belongs on `code`; `details` is for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphError {
    pub http: StatusCode,
    pub code: u32,
    pub details: String,
}

impl GraphError {
    /// The error `code` with the HTTP status Meta documents for it.
    pub fn new(code: u32, details: impl Into<String>) -> Self {
        Self { http: http_status(code), code, details: details.into() }
    }

    pub(crate) fn missing(details: impl Into<String>) -> Self {
        Self::new(131008, details)
    }

    pub(crate) fn invalid(details: impl Into<String>) -> Self {
        Self::new(131009, details)
    }

    /// An object id that the mock doesn't have.
    pub(crate) fn unknown_object(id: &str) -> Self {
        Self::new(33, format!("Unsupported request. Object with ID '{id}' does not exist or does not support this operation."))
    }

    /// The body as Meta sends it.
    pub fn body(&self) -> Value {
        json!({"error": {
            "message": format!("(#{}) {}", self.code, title(self.code)),
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": "AmockCloudApiTraceId0",
        }})
    }

    /// The same as an element of `errors` in a `failed` status.
    pub fn in_status(code: u32, details: &str) -> Value {
        json!({
            "code": code,
            "title": title(code),
            "message": title(code),
            "error_data": {"details": details},
            "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
        })
    }
}

impl IntoResponse for GraphError {
    fn into_response(self) -> Response {
        (self.http, Json(self.body())).into_response()
    }
}

/// Meta's title of an error code.
pub fn title(code: u32) -> &'static str {
    CODES.iter().find(|(known, ..)| *known == code).map_or("Error", |(_, _, title)| title)
}

fn http_status(code: u32) -> StatusCode {
    let status = CODES.iter().find(|(known, ..)| *known == code).map_or(400, |(_, status, _)| *status);
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
}

/// Code, HTTP status and title (Meta docs, "Error codes"; rate limits do answer 400).
const CODES: &[(u32, u16, &str)] = &[
    (0, 401, "AuthException"),
    (1, 400, "API Unknown"),
    (2, 503, "API Service"),
    (3, 500, "API Method"),
    (4, 400, "API Too Many Calls"),
    (10, 403, "Permission Denied"),
    (33, 400, "Parameter value is not valid"),
    (100, 400, "Invalid parameter"),
    (190, 401, "Invalid OAuth access token"),
    (368, 403, "Temporarily blocked for policies violations"),
    (2500, 400, "Unknown path components"),
    (80007, 400, "Rate limit issues"),
    (130429, 400, "Rate limit hit"),
    (130472, 400, "User's number is part of an experiment"),
    (130497, 403, "Business account is restricted from messaging users in this country"),
    (131000, 500, "Something went wrong"),
    (131005, 403, "Access denied"),
    (131008, 400, "Required parameter is missing"),
    (131009, 400, "Parameter value is not valid"),
    (131016, 500, "Service unavailable"),
    (131021, 400, "Recipient cannot be sender"),
    (131026, 400, "Message undeliverable"),
    (131030, 400, "Recipient phone number not in allowed list"),
    (131031, 403, "Account has been locked"),
    (131037, 400, "WhatsApp provided number needs display name approval before message can be sent"),
    (131042, 400, "Business eligibility payment issue"),
    (131045, 500, "Incorrect certificate"),
    (131047, 400, "Re-engagement message"),
    (131048, 400, "Spam rate limit hit"),
    (131049, 400, "Meta chose not to deliver"),
    (131050, 400, "User has stopped marketing messages"),
    (131051, 400, "Message type unknown"),
    (131052, 400, "Media download error"),
    (131053, 400, "Media upload error"),
    (131055, 400, "Method not allowed"),
    (131056, 400, "(Business Account, Consumer Account) pair rate limit hit"),
    (131057, 500, "Account in maintenance mode"),
    (131062, 400, "Business-scoped user id not supported for this message"),
    (132000, 400, "Number of parameters does not match the expected number of params"),
    (132001, 404, "Template name does not exist in the translation"),
    (132005, 400, "Translated text too long"),
    (132007, 400, "Template Format Character Policy Violated"),
    (132012, 400, "Parameter format does not match format in the created template"),
    (132015, 400, "Template is Paused"),
    (132016, 400, "Template is Disabled"),
    (132018, 400, "There's an issue with the parameters in your template"),
    (132068, 400, "Flow is in blocked state"),
    (132069, 400, "Flow is in throttled state"),
    (133010, 400, "Phone number not registered"),
    (134100, 400, "Only marketing messages supported"),
    (139103, 400, "Failed to block user"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_metas_shape_and_status() {
        let error = GraphError::new(132001, "no such template");
        assert_eq!(error.http, StatusCode::NOT_FOUND);
        let body = error.body();
        assert_eq!(body["error"]["code"], 132001);
        assert_eq!(body["error"]["message"], "(#132001) Template name does not exist in the translation");
        assert_eq!(body["error"]["error_data"]["details"], "no such template");
    }

    #[test]
    fn an_unlisted_code_is_a_bad_request() {
        assert_eq!(GraphError::new(999_999, "").http, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn no_code_is_listed_twice() {
        for pair in CODES.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }
}
