//! The studio's pages and files. Its pages are one document that finds its way by the address; what it loads is named by its content, so
//! that a browser may keep it for ever. Without a built studio the list of bots stands in for it.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Router,
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use crate::{app::App, problem::Problem};

/// The studio's built files, by path. None: there is no such file.
pub type Files = fn(&str) -> Option<Cow<'static, [u8]>>;

/// The document of all pages.
const INDEX: &str = "index.html";
/// Where the studio's pages are, with all below.
const PAGES: &[&str] = &["/bots", "/sessions", "/settings"];
/// Nothing but what this server itself gives, and no code or style inside of the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
                      worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const NEVER_KEPT: &str = "no-store";
const KEPT_FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Whether there is a studio.
pub fn is_built(files: Files) -> bool {
    files(INDEX).is_some()
}

/// The studio's routes.
pub fn router(files: Files) -> Router<Arc<App>> {
    let home = || async { ([(header::CACHE_CONTROL, NEVER_KEPT)], Redirect::to(PAGES[0])) };
    let page = move || async move { document(files).unwrap_or_else(|| Redirect::to("/").into_response()) };
    let asset = move |Path(name): Path<String>| async move { asset(files, &name) };
    let router = Router::new().route("/studio/assets/{name}", get(asset));
    let router = if is_built(files) { router.route("/", get(home)) } else { router };
    PAGES.iter().fold(router, |router, path| {
        router.route(path, get(page)).route(&format!("{path}/"), get(page)).route(&format!("{path}/{{*rest}}"), get(page))
    })
}

/// The document of all pages; none: the studio is not built.
pub fn document(files: Files) -> Option<Response> {
    files(INDEX).map(|index| file(INDEX, index, NEVER_KEPT))
}

fn asset(files: Files, name: &str) -> Result<Response, Problem> {
    // One folder, and nothing above or below it.
    let is_name = !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let found = is_name.then(|| files(&format!("assets/{name}"))).flatten();
    let bytes = found.ok_or_else(|| Problem::not_found("the studio has no such file; load the page again"))?;
    Ok(file(name, bytes, KEPT_FOR_EVER))
}

fn file(name: &str, bytes: Cow<'static, [u8]>, kept: &'static str) -> Response {
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind(name))),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
    ];
    (headers, bytes).into_response()
}

/// The content type of a file, by how its name ends.
fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{HeaderMap, Request},
    };

    use super::*;
    use crate::testing::{Server, app};

    fn built(path: &str) -> Option<Cow<'static, [u8]>> {
        let text = match path {
            INDEX => "<!doctype html><title>Studio</title>",
            "assets/index-C0ffee12.js" => "export {};",
            "assets/style-12345678.css" => "body {}",
            _ => return None,
        };
        Some(text.as_bytes().into())
    }

    async fn studio(settings: &str) -> Server {
        Server::with_studio(app(settings, store::memory()).await, built)
    }

    async fn headers(server: &Server, path: &str) -> (u16, HeaderMap) {
        let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
        let response = server.open(request).await;
        (response.status().as_u16(), response.headers().clone())
    }

    #[tokio::test]
    async fn every_page_is_the_studio_s_document_and_is_never_kept() {
        let server = studio("").await;
        for path in ["/bots", "/bots/", "/bots/welcome", "/bots/welcome/versions", "/sessions/1", "/settings", "/settings/team"] {
            let answer = server.get(path).await;
            assert_eq!((answer.status, answer.kind.as_str()), (200, "text/html; charset=utf-8"), "{path}");
            assert!(answer.text.contains("Studio"), "{path}");
            let (_, headers) = headers(&server, path).await;
            for (name, expected) in
                [("cache-control", "no-store"), ("referrer-policy", "same-origin"), ("x-content-type-options", "nosniff")]
            {
                assert_eq!(headers[name], expected, "{path}");
            }
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'") && !policy.contains("unsafe"));
        }
        let (status, home) = headers(&server, "/").await;
        assert_eq!((status, &home["location"]), (303, &HeaderValue::from_static("/bots")));
    }

    #[tokio::test]
    async fn its_files_are_kept_for_ever_and_others_are_not_there() {
        let server = studio("").await;
        for (name, kind) in
            [("index-C0ffee12.js", "text/javascript; charset=utf-8"), ("style-12345678.css", "text/css; charset=utf-8")]
        {
            let (status, headers) = headers(&server, &format!("/studio/assets/{name}")).await;
            assert_eq!((status, &headers["content-type"]), (200, &HeaderValue::from_static(kind)));
            assert!(headers["cache-control"].to_str().unwrap().ends_with("immutable"));
            assert!(headers.contains_key("content-security-policy") && headers.contains_key("x-content-type-options"));
        }
        for name in ["other.js", "..", "..%2findex.html", "%2e%2e%2findex.html", ".%00", "index.html", "a%5cb"] {
            assert_eq!(server.get(&format!("/studio/assets/{name}")).await.status, 404, "{name}");
        }
        assert_eq!(server.get("/studio/index.html").await.status, 404);
    }

    #[tokio::test]
    async fn an_address_that_leads_nowhere_is_told_to_people_and_to_programs() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        let kind = async |server: &Server, method: &str, path: &str, accept: &str| {
            let request = Request::builder().method(method).uri(path).header("host", "localhost").header("accept", accept);
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 404, "{path}");
            answer.kind
        };
        let (page, problem) = ("text/html; charset=utf-8", "application/problem+json");
        for settings in ["", "api_token = \"0123456789abcdef\""] {
            let server = studio(settings).await;
            assert_eq!(kind(&server, "GET", "/nonsense", browser).await, page);
            for (method, path, accept) in
                [("GET", "/nonsense", "*/*"), ("GET", "/api/v1/nonsense", browser), ("POST", "/nonsense", browser)]
            {
                assert_eq!(kind(&server, method, path, accept).await, problem, "{method} {path} {accept}");
            }
        }
        assert_eq!(kind(&Server::sandbox().await, "GET", "/nonsense", browser).await, problem, "no studio could tell");
    }

    #[tokio::test]
    async fn without_a_studio_the_bots_are_listed_and_it_is_said_how_to_get_it() {
        let server = Server::sandbox().await;
        let home = server.get("/").await;
        assert!(home.status == 200 && home.text.contains("echo") && home.text.contains("npm"), "{}", home.text);
        assert!(home.text.contains("cargo run --release"));
        let (status, bots) = headers(&server, "/bots/echo").await;
        assert_eq!((status, &bots["location"]), (303, &HeaderValue::from_static("/")));
        assert_eq!(server.get("/studio/assets/index-C0ffee12.js").await.problem().0, 404);
    }

    #[tokio::test]
    async fn without_a_token_there_is_the_studio_and_no_data() {
        let server = studio("api_token = \"0123456789abcdef\"").await;
        for (path, expected) in [
            ("/", 303),
            ("/bots", 200),
            ("/bots/welcome", 200),
            ("/studio/assets/index-C0ffee12.js", 200),
            ("/assets/chat.css", 200),
        ] {
            assert_eq!(headers(&server, path).await.0, expected, "{path}");
        }
        for path in ["/api/v1/bots", "/api/openapi.json", "/metrics"] {
            let (status, headers) = headers(&server, path).await;
            assert_eq!(status, 401, "{path}");
            assert_eq!(headers["content-type"], "application/problem+json", "{path}");
        }
        // Pages that show data ask by themselves, where there is no studio to sign in with.
        let plain = Server::of(app("api_token = \"0123456789abcdef\"", store::memory()).await);
        for (server, path) in [(&server, "/sandbox/+5511987654321"), (&plain, "/")] {
            let (status, headers) = headers(server, path).await;
            assert_eq!(status, 401, "{path}");
            assert!(headers["www-authenticate"].to_str().unwrap().starts_with("Basic"), "{path}");
        }
        let foreign = Request::get("/bots").header("host", "bots.example.com").body(Body::empty()).unwrap();
        assert_eq!(studio("").await.open(foreign).await.status().as_u16(), 403);
    }
}
