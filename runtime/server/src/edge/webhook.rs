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
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::{body, items};
use crate::{app::App, metrics as names, problem::Problem};

const SIGNATURE: &str = "x-hub-signature-256";

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
    body::check_headers(&parts.headers)?;
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

/// Reads the body, if the signature could be one at all.
async fn read(app: &App, body: Body, headers: &HeaderMap) -> Result<Vec<u8>, Problem> {
    if !headers.contains_key(SIGNATURE) {
        return Err(Problem::unauthorized(whatsapp::webhook::SignatureError::Missing.to_string()));
    }
    let Ok(_room) = app.unverified.try_acquire() else {
        return Err(Problem::busy("too many webhooks are being read; send it again"));
    };
    body::read(body, Duration::from_secs(app.settings.limits.webhook_seconds)).await
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
    let fitting = whatsapp::webhook::verify(&secrets, header, bytes).map_err(|error| Problem::unauthorized(error.to_string()))?;
    Ok(places[fitting])
}
