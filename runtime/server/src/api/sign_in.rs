//! Signing a browser in and out. Whoever has a token of the API can; what the browser keeps of it no script can read.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::input::JsonBody;
use crate::{app::App, cookie, guard, problem::Problem};

/// Who may call the API.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct SignInState {
    /// Whether a token is needed; without one the server answers to its own machine alone.
    required: bool,
    /// Whether this request could call the API.
    signed_in: bool,
}

/// Whether one has to sign in, and has.
#[utoipa::path(get, path = "/api/v1/sign_in", operation_id = "show_sign_in", tag = "operation", security(()),
    responses((status = 200, body = SignInState)))]
pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Json<SignInState> {
    let required = guard::needs_token(&app);
    Json(SignInState { required, signed_in: !required || guard::has_token(&app, &headers).is_ok() })
}

/// The token that signs a browser in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// A token of SALESBOT_API_TOKEN or `salesbot.toml`.
    token: String,
}

/// Signs a browser in, for 30 days: the answer sets a cookie that counts as the token.
#[utoipa::path(post, path = "/api/v1/sign_in", operation_id = "sign_in", tag = "operation", security(()), request_body = SignIn,
    responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    JsonBody(SignIn { token }): JsonBody<SignIn>,
) -> Result<Response, Problem> {
    if !guard::needs_token(&app) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    guard::check_given(&app, token.trim())?;
    Ok(with_cookie(cookie::sign_in(token.trim(), app.now(), is_https(&headers))))
}

/// Signs a browser out. The cookie of another one goes on to count.
#[utoipa::path(post, path = "/api/v1/sign_out", operation_id = "sign_out", tag = "operation", security(()), responses((status = 204)))]
pub(super) async fn sign_out(headers: HeaderMap) -> Response {
    with_cookie(cookie::sign_out(is_https(&headers)))
}

fn with_cookie(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

/// Whether the browser came by HTTPS, as the page itself says, or the proxy that took its request.
fn is_https(headers: &HeaderMap) -> bool {
    let begins = |name: &str, with: &str| {
        headers.get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.starts_with(with))
    };
    begins("origin", "https://") || begins("x-forwarded-proto", "https")
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{HeaderMap, Request},
    };
    use serde_json::{Value, json};

    use crate::testing::{Server, app};

    const TOKEN: &str = "0123456789abcdef";
    const SETTINGS: &str = "api_token = \"0123456789abcdef\"";

    async fn post(server: &Server, path: &str, body: &Value, headers: &[(&str, &str)]) -> (u16, HeaderMap) {
        let request = Request::post(path).header("host", "localhost").header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let response = server.open(request.body(Body::from(body.to_string())).unwrap()).await;
        (response.status().as_u16(), response.headers().clone())
    }

    /// The cookie as a browser sends it back.
    fn cookie(headers: &HeaderMap) -> String {
        headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_browser_signs_in_calls_and_signs_out() {
        let server = Server::with(SETTINGS, store::memory()).await;
        assert_eq!(server.get("/api/v1/sign_in").await.json(), json!({ "required": true, "signed_in": false }));
        assert_eq!(server.get("/api/v1/bots").await.problem().0, 401);
        let (status, headers) = post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), &[]).await;
        assert_eq!(status, 204);
        let cookie = cookie(&headers);
        let with = async |path: &str| server.call_with("GET", path, &Value::Null, &[("cookie", cookie.as_str())]).await;
        assert_eq!(with("/api/v1/bots").await.status, 200);
        assert_eq!(with("/api/v1/sign_in").await.json(), json!({ "required": true, "signed_in": true }));
        assert_eq!(with("/sandbox/+5511987654321").await.status, 200);
        let (status, headers) = post(&server, "/api/v1/sign_out", &Value::Null, &[("cookie", &cookie)]).await;
        assert_eq!((status, headers["set-cookie"].to_str().unwrap().contains("Max-Age=0")), (204, true));
        assert_eq!(
            server.call_with("GET", "/api/v1/bots", &Value::Null, &[("cookie", "salesbot_session=")]).await.problem().0,
            401
        );
    }

    #[tokio::test]
    async fn a_wrong_token_signs_nobody_in() {
        let server = Server::with(SETTINGS, store::memory()).await;
        for token in ["", "0123456789abcdeg", "0123456789abcde"] {
            let (status, headers) = post(&server, "/api/v1/sign_in", &json!({ "token": token }), &[]).await;
            assert_eq!((status, headers.contains_key("set-cookie")), (401, false), "{token}");
        }
        assert_eq!(server.call("POST", "/api/v1/sign_in", &json!({})).await.problem(), (422, "token".into()));
    }

    #[tokio::test]
    async fn it_lasts_thirty_days_and_as_long_as_the_token() {
        let server = Server::with(SETTINGS, store::memory()).await;
        let (_, headers) = post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), &[]).await;
        let cookie = cookie(&headers);
        let status = async |server: &Server| {
            server.call_with("GET", "/api/v1/bots", &Value::Null, &[("cookie", cookie.as_str())]).await.status
        };
        let day = 24 * 60 * 60 * 1_000;
        assert_eq!(status(&server.later(29 * day).await).await, 200);
        assert_eq!(status(&server.later(30 * day).await).await, 401);
        let other = Server::of(app("api_token = \"fedcba9876543210\"", store::memory()).await);
        assert_eq!(status(&other).await, 401);
        let more = format!("api_token = \"fedcba9876543210\"\nmore_api_tokens = [\"{TOKEN}\"]");
        assert_eq!(status(&Server::of(app(&more, store::memory()).await)).await, 200);
        // A header that is wrong is not mended by a cookie.
        let both = [("cookie", cookie.as_str()), ("authorization", "Bearer wrong")];
        assert_eq!(server.call_with("GET", "/api/v1/bots", &Value::Null, &both).await.problem().0, 401);
    }

    #[tokio::test]
    async fn a_page_of_another_site_neither_signs_in_nor_writes() {
        let server = Server::with(SETTINGS, store::memory()).await;
        let foreign = [("origin", "https://evil.example")];
        assert_eq!(post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), &foreign).await.0, 403);
        let (_, headers) = post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), &[("origin", "http://localhost")]).await;
        let cookie = cookie(&headers);
        let with = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
        assert_eq!(post(&server, "/api/v1/bots/echo/publish", &json!({}), &with).await.0, 403);
    }

    #[tokio::test]
    async fn by_https_the_cookie_goes_by_nothing_else() {
        let server = Server::with(SETTINGS, store::memory()).await;
        for (headers, secure) in [
            (&[("x-forwarded-proto", "https")][..], true),
            (&[("origin", "https://localhost")], true),
            (&[("origin", "http://localhost")], false),
            (&[], false),
        ] {
            let (_, found) = post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), headers).await;
            assert_eq!(found["set-cookie"].to_str().unwrap().contains("; Secure"), secure, "{headers:?}");
        }
    }

    #[tokio::test]
    async fn without_a_token_nobody_signs_in_and_proxies_stay_out() {
        let server = Server::sandbox().await;
        assert_eq!(server.get("/api/v1/sign_in").await.json(), json!({ "required": false, "signed_in": true }));
        let (status, headers) = post(&server, "/api/v1/sign_in", &json!({ "token": TOKEN }), &[]).await;
        assert_eq!((status, headers.contains_key("set-cookie")), (204, false));
        for path in ["/api/v1/sign_in", "/assets/chat.css", "/api/v1/bots"] {
            let proxied = server.call_with("GET", path, &Value::Null, &[("x-forwarded-for", "8.8.8.8")]).await;
            assert_eq!(proxied.problem().0, 403, "{path}");
        }
    }
}
