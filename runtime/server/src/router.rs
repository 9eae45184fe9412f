//! The server's HTTP side as one router.

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    api,
    app::App,
    crm, edge,
    guard::{guard, guard_open},
    metrics, pages,
    problem::Problem,
    studio,
};

/// Bytes of what the framework says of an error.
const MAX_DETAIL: usize = 4 * 1024;

/// All routes. Webhooks and health stand before the guard, everything else behind it; what holds no data passes it more easily.
pub fn router(app: Arc<App>) -> Router {
    with_studio(app, editor_preview::studio::file)
}

/// The same with these files of the studio.
pub(crate) fn with_studio(app: Arc<App>, files: studio::Files) -> Router {
    let open = Router::new()
        .merge(api::open_router())
        .merge(pages::style_router())
        .merge(studio::router(files))
        .fallback(move |method: Method, uri: Uri, headers: HeaderMap| async move { unknown(files, &method, &uri, &headers) })
        .layer(middleware::from_fn_with_state(app.clone(), guard_open));
    let guarded = Router::new()
        .merge(api::router())
        .merge(pages::router(studio::is_built(files)))
        .route("/metrics", get(render_metrics))
        .layer(middleware::from_fn_with_state(app.clone(), guard));
    Router::new()
        .merge(edge::router())
        .merge(crm::kommo::router())
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .merge(open)
        .merge(guarded)
        .layer(CatchPanicLayer::custom(|_| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the server failed on this request").into_response()
        }))
        .layer(middleware::map_response(as_problem))
        .with_state(app)
}

/// 200 while the server takes work: bots are loaded, the store answers, and it does not stop.
async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    if !app.is_ready() {
        return Err(Problem::busy(if app.is_stopping() { "the server stops" } else { "the server starts" }));
    }
    app.store.ping().await?;
    Ok("ready")
}

async fn render_metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ::metrics::counter!(metrics::FLUSHES).absolute(app.store.flushes());
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics::recorder().render())
}

/// An address that leads nowhere: who typed it into a browser is told by the studio, a program as the API tells all.
fn unknown(files: studio::Files, method: &Method, uri: &Uri, headers: &HeaderMap) -> Response {
    let is_read = matches!(*method, Method::GET | Method::HEAD);
    let accepted = headers.get(header::ACCEPT).and_then(|accepted| accepted.to_str().ok()).unwrap_or_default();
    let is_page = is_read && accepted.contains("text/html") && !uri.path().starts_with("/api/");
    match is_page.then(|| studio::document(files)).flatten() {
        Some(document) => (StatusCode::NOT_FOUND, document).into_response(),
        None => Problem::not_found("there is nothing at this address; /api/openapi.json lists what is").into_response(),
    }
}

/// Gives the errors of the framework itself our form: a method that an address does not know, a path that can't be read. What a handler
/// refuses has a form already.
async fn as_problem(response: Response) -> Response {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_error = status.is_client_error() || status.is_server_error();
    let is_plain = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_error || !is_plain {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = axum::body::to_bytes(body, MAX_DETAIL).await.unwrap_or_default();
    let detail = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            "this address does not know the method; /api/openapi.json lists what it knows".to_owned()
        }
        _ => String::from_utf8_lossy(&said).into_owned(),
    };
    let mut problem = Problem::new(status, detail).into_response();
    problem.headers_mut().extend(parts.headers.get(header::ALLOW).map(|allow| (header::ALLOW, allow.clone())));
    problem
}
