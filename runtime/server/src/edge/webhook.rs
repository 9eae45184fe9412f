//! `GET` and `POST /webhooks/whatsapp`.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, digest},
};
use axum::{
    Router,
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::items;
use crate::{app::App, body, metrics as names, problem::Problem};

const SIGNATURE: &str = "x-hub-signature-256";
/// The largest webhook that is read. Meta sends up to 3 MB (Cloud API, Webhooks overview).
const MAX_BYTES: usize = 4 << 20;

pub fn router() -> Router<Arc<App>> {
    Router::new().route("/webhooks/whatsapp", get(verify).post(receive))
}

/// Meta asks whether the address is ours, whenever it is entered.
async fn verify(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let (mut mode, mut token, mut challenge) = Default::default();
    for (key, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*key {
            "hub.mode" => mode = Some(value.into_owned()),
            "hub.verify_token" => token = Some(value.into_owned()),
            "hub.challenge" => challenge = Some(value.into_owned()),
            _ => {}
        }
    }
    let expected = app.settings.whatsapp.verify_token.expose_secret();
    if expected.is_empty() {
        return Problem::forbidden("no webhook can be verified: set WHATSAPP_VERIFY_TOKEN").into_response();
    }
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    let given = hash(token.as_deref().unwrap_or_default());
    let fits = verify_slices_are_equal(given.as_ref(), hash(expected).as_ref()).is_ok();
    if mode.as_deref() == Some("subscribe") {
        app.connection.asked(fits, app.now());
    }
    match (mode.as_deref(), challenge) {
        (Some("subscribe"), Some(challenge)) if fits => challenge.into_response(),
        (Some("subscribe"), _) if !fits => {
            Problem::forbidden("the verify token is not that of WHATSAPP_VERIFY_TOKEN").into_response()
        }
        _ => Problem::bad_request("hub.mode=subscribe, hub.challenge and hub.verify_token are expected").into_response(),
    }
}

/// A webhook: 200 only when all that it tells was committed.
async fn receive(State(app): State<Arc<App>>, request: Request) -> Response {
    let answer = take(&app, request).await;
    let status = answer.as_ref().map_or_else(|problem| problem.status, |()| StatusCode::OK.as_u16());
    metrics::counter!(names::WEBHOOKS, "answer" => status.to_string()).increment(1);
    match answer {
        Ok(()) => StatusCode::OK.into_response(),
        Err(problem) => {
            tracing::warn!(status, "a webhook was refused ({status}): {}", problem.detail);
            problem.into_response()
        }
    }
}

async fn take(app: &Arc<App>, request: Request) -> Result<(), Problem> {
    let (parts, body) = request.into_parts();
    check_headers(&parts.headers)?;
    let bytes = read(app, body, &parts.headers).await?;
    let sender = signer(app, &parts.headers, &bytes)?;
    let begun = Instant::now();
    let Ok(_room) = app.in_flight.try_acquire() else {
        return Err(Problem::busy("too many webhooks are being processed; send it again"));
    };
    let items = whatsapp::webhook::read(&bytes, app.now()).map_err(|error| Problem::bad_request(error.to_string()))?;
    drop(bytes);
    items::take(app, &app.meta_apps[sender], items).await?;
    metrics::histogram!(names::WEBHOOK_DURATION).record(begun.elapsed().as_secs_f64());
    Ok(())
}

/// Refuses by its headers what would not be read anyway.
fn check_headers(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let detail = "a webhook's body comes as it is, without a content encoding";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BYTES) {
        return Err(body::too_large(MAX_BYTES));
    }
    Ok(())
}

/// Reads the body, if the signature could be one at all.
async fn read(app: &App, body: Body, headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
    if !headers.contains_key(SIGNATURE) {
        return Err(Problem::unauthorized(whatsapp::webhook::SignatureError::Missing.to_string()));
    }
    let Ok(_room) = app.unverified.try_acquire() else {
        return Err(Problem::busy("too many webhooks are being read; send it again"));
    };
    body::read(body, MAX_BYTES, Duration::from_secs(app.settings.limits.webhook_seconds)).await
}

/// The place of the app whose secret fits.
fn signer(app: &App, headers: &HeaderMap, bytes: &[u8]) -> Result<usize, Problem> {
    let header = headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let (places, secrets): (Vec<usize>, Vec<&str>) = app
        .meta_apps
        .iter()
        .enumerate()
        .flat_map(|(place, meta)| meta.secrets.iter().map(move |secret| (place, secret.expose_secret())))
        .unzip();
    let fitting = whatsapp::webhook::verify(&secrets, header, bytes).map_err(|error| {
        app.connection.refused(app.now());
        Problem::unauthorized(error.to_string())
    })?;
    Ok(places[fitting])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{Graph, SECRET, Server, change, messages, sign, text};

    async fn server() -> (Server, Graph) {
        let graph = Graph::accepting().await;
        (Server::connected(&graph.address).await, graph)
    }

    async fn contacts(server: &Server) -> u64 {
        server.app.store.count_contacts().await.unwrap()
    }

    #[tokio::test]
    async fn a_signed_message_is_answered() {
        let (server, graph) = server().await;
        assert_eq!(server.webhook(&messages(&[text("wamid.1", "5511987654321", "Oi")])).await, 200);
        server.settle().await;
        assert_eq!(graph.texts(), ["You said Oi"]);
        let sent = &graph.bodies()[0];
        assert_eq!(sent["to"], "+5511987654321");
        assert!(sent["biz_opaque_callback_data"].as_str().unwrap().starts_with("s2:"));
        let transcript = server.transcript("+5511987654321").await;
        assert_eq!(transcript, ["in: Oi", "out: You said Oi (accepted)"]);
    }

    #[tokio::test]
    async fn what_is_not_signed_by_meta_has_no_effect() {
        let (server, _) = server().await;
        let body = messages(&[text("wamid.1", "5511987654321", "Oi")]).to_string();
        let unsigned = axum::http::Request::post("/webhooks/whatsapp").body(Body::from(body.clone())).unwrap();
        assert_eq!(server.send(unsigned).await.problem().0, 401);
        let forged =
            [sign("another secret", body.as_bytes()), "sha256=00".to_owned(), "sha1=abc".to_owned(), sign(SECRET, b"{}")];
        for signature in forged {
            assert_eq!(server.signed(&signature, body.clone()).await.problem().0, 401, "{signature}");
        }
        assert_eq!(contacts(&server).await, 0);
        // The secret that is being replaced still counts.
        assert_eq!(server.signed(&sign("old-secret", body.as_bytes()), body).await.status, 200);
    }

    #[tokio::test]
    async fn what_is_no_webhook_is_400_and_what_is_huge_413() {
        let (server, _) = server().await;
        let whole = messages(&[text("wamid.1", "5511987654321", "Oi")]).to_string();
        let deep = format!("{{\"object\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        let foreign = json!({ "object": "page", "entry": [] }).to_string();
        for body in ["", "null", "{}", &whole[..whole.len() / 2], &deep, &foreign, "\u{fffd}{"] {
            let answer = server.signed(&sign(SECRET, body.as_bytes()), body.to_owned()).await;
            assert_eq!(answer.problem().0, 400, "{}", &body[..body.len().min(80)]);
        }
        let huge = vec![b' '; MAX_BYTES + 1];
        assert_eq!(server.signed(&sign(SECRET, &huge), huge.clone()).await.problem().0, 413);
        let announced = axum::http::Request::post("/webhooks/whatsapp").header("content-length", "99999999");
        assert_eq!(server.send(announced.body(Body::empty()).unwrap()).await.problem().0, 413);
        let packed = axum::http::Request::post("/webhooks/whatsapp").header("content-encoding", "gzip");
        assert_eq!(server.send(packed.body(Body::empty()).unwrap()).await.problem().0, 415);
        assert_eq!(contacts(&server).await, 0);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_an_error() {
        let (server, _) = server().await;
        let parts = futures_util::stream::iter([Ok("{\"object\":"), Err(std::io::Error::other("gone"))]);
        let answer = server.signed(&sign(SECRET, b"{}"), Body::from_stream(parts)).await;
        assert_eq!(answer.problem().0, 400);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let server = Server::connected("http://127.0.0.1:1").await;
        let never = Body::from_stream(futures_util::stream::pending::<Result<String, std::io::Error>>());
        assert_eq!(server.signed(&sign(SECRET, b"{}"), never).await.problem().0, 408);
    }

    #[tokio::test]
    async fn too_many_webhooks_are_sent_back() {
        let (server, _) = server().await;
        let body = messages(&[text("wamid.1", "5511987654321", "Oi")]);
        let room = server.app.in_flight.acquire_many(u32::try_from(server.app.settings.limits.webhooks_in_flight).unwrap()).await;
        assert_eq!(server.webhook(&body).await, 503);
        drop(room);
        assert_eq!(server.webhook(&body).await, 200);
    }

    #[tokio::test]
    async fn copies_and_disorder_change_nothing() {
        let (server, graph) = server().await;
        let (first, second) = (text("wamid.1", "5511987654321", "Oi"), text("wamid.2", "5511987654321", "Tudo bem?"));
        assert_eq!(server.webhook(&messages(&[first.clone(), first.clone(), second.clone()])).await, 200);
        for copy in [&second, &first, &first] {
            assert_eq!(server.webhook(&messages(std::slice::from_ref(copy))).await, 200);
        }
        server.settle().await;
        assert_eq!(graph.texts(), ["You said Oi", "You said Tudo bem?"]);

        let status = |state: &str| json!({ "id": "wamid.out0", "status": state, "timestamp": "1763700000", "recipient_id": "5511987654321" });
        for state in ["read", "delivered", "sent", "read"] {
            assert_eq!(server.webhook(&change(&json!({ "statuses": [status(state)] }))).await, 200);
        }
        let transcript = server.transcript("+5511987654321").await;
        assert!(transcript.contains(&"out: You said Oi (read)".to_owned()), "{transcript:?}");
        assert_eq!(contacts(&server).await, 1);
    }

    #[tokio::test]
    async fn the_same_message_at_once_from_eight_is_one() {
        let (server, graph) = server().await;
        let body = messages(&[text("wamid.1", "5511987654321", "Oi")]);
        let all = futures_util::future::join_all((0..8).map(|_| server.webhook(&body))).await;
        assert_eq!(all, [200; 8]);
        server.settle().await;
        assert_eq!(graph.texts(), ["You said Oi"]);
    }

    #[tokio::test]
    async fn one_bad_message_is_set_aside_and_the_rest_runs() {
        let (server, graph) = server().await;
        let bad = json!({ "id": "wamid.1", "type": "text" });
        assert_eq!(server.webhook(&messages(&[bad, text("wamid.2", "5511987654321", "Oi")])).await, 200);
        server.settle().await;
        assert_eq!(graph.texts(), ["You said Oi"]);
        let dead = server.get("/api/v1/dead").await.json();
        assert_eq!(dead.as_array().unwrap().len(), 1);
        assert!(dead[0]["reason"].as_str().unwrap().starts_with("messages: "), "{dead}");
    }

    #[tokio::test]
    async fn numbers_and_accounts_of_others_do_not_count() {
        let (server, _) = server().await;
        let whole = messages(&[text("wamid.1", "5511987654321", "Oi")]);
        for (path, id) in [("/entry/0/changes/0/value/metadata/phone_number_id", "9999"), ("/entry/0/id", "9999")] {
            let mut foreign = whole.clone();
            *foreign.pointer_mut(path).unwrap() = id.into();
            assert_eq!(server.webhook(&foreign).await, 200);
        }
        assert_eq!(contacts(&server).await, 0);
    }

    #[tokio::test]
    async fn a_status_makes_no_contact() {
        let (server, _) = server().await;
        let status = json!({ "id": "wamid.x", "status": "read", "timestamp": "1763700000", "recipient_id": "5511987654321" });
        assert_eq!(server.webhook(&change(&json!({ "statuses": [status] }))).await, 200);
        assert_eq!(contacts(&server).await, 0);
    }

    #[tokio::test]
    async fn meta_can_verify_the_address() {
        let (server, _) = server().await;
        let path = |token: &str| format!("/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=a%2Fb&hub.verify_token={token}");
        let good = server.get(&path("verify")).await;
        assert_eq!((good.status, good.text.as_str()), (200, "a/b"));
        assert_eq!(server.get(&path("guess")).await.problem().0, 403);
        assert_eq!(server.get("/webhooks/whatsapp?hub.verify_token=verify").await.problem().0, 400);
    }
}
