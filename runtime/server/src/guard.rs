//! Who may call the API and the pages. With a token: whoever has it, or a browser that was signed in with it. Without one: this machine
//! alone, by a name of its own, and never through a proxy or a tunnel, which would open the server to everybody. Webhooks and `/healthz`
//! have their own rules.
//!
//! What holds no data, the studio's own files and signing in, is given without a token too ([`guard_open`]), so that a browser can ask for it.

use std::{net::SocketAddr, sync::Arc};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{app::App, cookie, problem::Problem};

/// Headers that a proxy or a tunnel puts to a request, beside all that begin with [`FORWARDED`].
const PROXY_HEADERS: &[&str] = &[
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-original-host",
    "x-original-forwarded-for",
    "cf-connecting-ip",
    "cf-ray",
    "true-client-ip",
    "fly-client-ip",
    "ngrok-trace-id",
    "via",
];
/// Proxies make up new ones all the time: `-for`, `-host`, `-proto`, `-prefix`, `-client-cert`, …
const FORWARDED: &str = "x-forwarded";

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// What tells or changes something.
    Data,
    /// What is the same for everybody.
    Nothing,
}

/// Lets a request pass, or says why not.
pub async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    guarded(&app, For::Data, request, next).await
}

/// The same for what holds no data.
pub async fn guard_open(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    guarded(&app, For::Nothing, request, next).await
}

async fn guarded(app: &App, what: For, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    match check(app, what, peer, request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            tracing::info!(status = problem.status, path = request.uri().path(), "a request was refused: {}", problem.detail);
            let asks_for_token = problem.status == StatusCode::UNAUTHORIZED.as_u16();
            let mut response = problem.into_response();
            if asks_for_token {
                // A browser asks for a name, which may be anything, and a password, which is the token.
                let scheme = if request.uri().path().starts_with("/api/") { "Bearer" } else { "Basic realm=\"salesbot\"" };
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
            }
            response
        }
    }
}

fn check(app: &App, what: For, peer: Option<SocketAddr>, method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    match (needs_token(app), what) {
        (true, For::Data) => has_token(app, headers)?,
        (true, For::Nothing) => {}
        (false, _) => check_local(peer, headers)?,
    }
    if !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        check_origin(headers)?;
    }
    Ok(())
}

/// Whether the API is for those alone who have a token.
pub fn needs_token(app: &App) -> bool {
    app.settings.api_tokens().next().is_some()
}

/// Whether a request brings a token, or comes from a browser that was signed in with one.
pub fn has_token(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(given) = text(headers, header::AUTHORIZATION.as_str()) else {
        if cookie::is_signed_in(headers, app.settings.api_tokens(), app.now()) {
            return Ok(());
        }
        return Err(Problem::unauthorized(
            "this needs `Authorization: Bearer TOKEN`, with a token of SALESBOT_API_TOKEN or salesbot.toml; in a browser, sign in",
        ));
    };
    let (scheme, rest) = given.split_once(' ').unwrap_or((given, ""));
    let basic =
        |text: &str| String::from_utf8(STANDARD.decode(text).ok()?).ok()?.split_once(':').map(|(_, token)| token.to_owned());
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => basic(rest.trim()),
        _ => None,
    };
    check_given(app, &token.unwrap_or_default())
}

/// Whether a token is one of this server's.
pub fn check_given(app: &App, token: &str) -> Result<(), Problem> {
    let given = digest(&SHA256, token.as_bytes());
    // Hashes have one length, and every token is compared: the time tells nothing.
    let known = app
        .settings
        .api_tokens()
        .filter(|known| verify_slices_are_equal(digest(&SHA256, known.as_bytes()).as_ref(), given.as_ref()).is_ok());
    if known.count() == 0 {
        return Err(Problem::unauthorized("the token is not one of this server's"));
    }
    Ok(())
}

fn check_local(peer: Option<SocketAddr>, headers: &HeaderMap) -> Result<(), Problem> {
    const CURE: &str = "set SALESBOT_API_TOKEN, and call with that token";
    if !peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return Err(Problem::forbidden(format!("without a token only this machine itself may call: {CURE}")));
    }
    if let Some(found) = headers.keys().map(HeaderName::as_str).find(|name| is_of_a_proxy(name)) {
        return Err(Problem::forbidden(format!(
            "the request came through a proxy or a tunnel (header `{found}`), so anybody could have sent it: {CURE}"
        )));
    }
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    if !is_local_host(host) {
        return Err(Problem::forbidden(format!(
            "without a token the server answers only as localhost or a loopback address, not by another name: {CURE}"
        )));
    }
    if !is_of_own_origin(headers) {
        return Err(Problem::forbidden(format!("a page of another site may not call a server without a token: {CURE}")));
    }
    Ok(())
}

fn is_of_a_proxy(header: &str) -> bool {
    header.starts_with(FORWARDED) || PROXY_HEADERS.contains(&header)
}

/// A write from a browser must come from a page of our own.
fn check_origin(headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = || Problem::forbidden("a page of another site may not write here");
    if let Some(site) = text(headers, "sec-fetch-site")
        && !matches!(site, "same-origin" | "none")
    {
        return Err(foreign());
    }
    if is_of_own_origin(headers) { Ok(()) } else { Err(foreign()) }
}

/// Whether a request comes from a page of our own, or from no page at all.
fn is_of_own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    let authority = origin.to_str().ok().and_then(|origin| Some(origin.split_once("://")?.1));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

fn is_local_host(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::app;

    const LOCAL: &str = "127.0.0.1:4711";

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    async fn status(settings: &str, peer: &str, method: Method, pairs: &[(&'static str, &str)]) -> u16 {
        let app = app(settings, store::memory()).await;
        check(&app, For::Data, Some(peer.parse().unwrap()), &method, &headers(pairs))
            .map_or_else(|problem| problem.status, |()| 200)
    }

    #[tokio::test]
    async fn without_a_token_only_this_machine_may_call() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
            assert_eq!(status("", LOCAL, Method::GET, &[("host", host)]).await, 200, "{host}");
        }
        assert_eq!(status("", "[::ffff:127.0.0.1]:1", Method::GET, &[("host", "localhost")]).await, 200);
        assert_eq!(status("", "192.168.1.2:1", Method::GET, &[("host", "localhost")]).await, 403);
        // A name that leads here by DNS is how a page of another site would reach us.
        for host in ["evil.example", "localhost.evil.example", "192.168.1.2", ""] {
            assert_eq!(status("", LOCAL, Method::GET, &[("host", host)]).await, 403, "{host}");
        }
    }

    #[tokio::test]
    async fn what_came_through_a_proxy_is_told_the_cure() {
        let app = app("", store::memory()).await;
        let forwarded = ["x-forwarded", "x-forwarded-for", "x-forwarded-client-cert", "x-forwarded-user"];
        for name in PROXY_HEADERS.iter().chain(&forwarded) {
            let mut all = headers(&[("host", "localhost")]);
            all.insert(*name, HeaderValue::from_static("x"));
            let problem = check(&app, For::Data, Some(LOCAL.parse().unwrap()), &Method::GET, &all).unwrap_err();
            assert_eq!(problem.status, 403, "{name}");
            assert!(
                check(&app, For::Nothing, Some(LOCAL.parse().unwrap()), &Method::GET, &all).is_err(),
                "{name}: not even the studio"
            );
            assert!(problem.detail.contains("SALESBOT_API_TOKEN") && problem.detail.contains(name), "{}", problem.detail);
        }
    }

    #[tokio::test]
    async fn with_a_token_it_is_the_token_that_counts() {
        let settings = "api_token = \"0123456789abcdef\"\nmore_api_tokens = [\"fedcba9876543210\"]";
        let mut found = Vec::new();
        for value in [
            "Bearer 0123456789abcdef",
            "bearer fedcba9876543210",
            "Basic YW5hOjAxMjM0NTY3ODlhYmNkZWY=",
            "Bearer 0123456789abcdeg",
            "Bearer ",
            "",
            "Basic !!",
            "0123456789abcdef",
        ] {
            found.push(status(settings, "8.8.8.8:1", Method::GET, &[("authorization", value)]).await);
        }
        assert_eq!(found, [200, 200, 200, 401, 401, 401, 401, 401]);
        assert_eq!(status(settings, LOCAL, Method::GET, &[("host", "localhost")]).await, 401);
    }

    #[tokio::test]
    async fn a_page_of_another_site_may_not_write() {
        let post = |pairs: &'static [(&'static str, &str)]| status("", LOCAL, Method::POST, pairs);
        assert_eq!(post(&[("host", "localhost:8080")]).await, 200);
        assert_eq!(post(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")]).await, 200);
        for origin in ["http://evil.example", "null", "http://localhost:9090"] {
            let pairs = [("host", "localhost:8080"), ("origin", origin)];
            assert_eq!(status("", LOCAL, Method::POST, &pairs).await, 403, "{origin}");
            assert_eq!(status("", LOCAL, Method::GET, &pairs).await, 403, "{origin}: nor read");
        }
        assert_eq!(post(&[("host", "localhost:8080"), ("sec-fetch-site", "cross-site")]).await, 403);
    }
}
