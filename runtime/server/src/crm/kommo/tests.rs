//! The client against a server that counts: tokens that are renewed once, changes that go out together, answers that are errors.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    http::{HeaderMap, Method, StatusCode, Uri},
    response::IntoResponse,
};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::{
    Kommo,
    client::{ApiError, Ask},
    names::Entity,
};
use crate::{
    app::system_clock,
    settings::{Flags, Settings},
};

/// What was asked: method, path, whether by the token `new`, the body.
type Asked = (Method, String, bool, Value);

async fn api(answer: impl Fn(&Asked) -> (StatusCode, Value) + Clone + Send + Sync + 'static) -> String {
    let handler = move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
        let is_new = headers.get("authorization").is_some_and(|token| token == "Bearer new");
        let asked = (method, uri.path().to_owned(), is_new, serde_json::from_str(&body).unwrap_or_default());
        let (status, json) = answer(&asked);
        async move { (status, [("retry-after", "7")], Json(json)).into_response() }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
    address
}

fn kommo(address: &str, store: &Arc<dyn store::Store>, token: &str) -> Kommo {
    let text = format!(
        "[kommo]\nsubdomain = \"acme\"\napi_url = \"{address}\"\n{token}\nclient_id = \"i\"\nclient_secret = \"s\"\nrefresh_token = \"first\""
    );
    let settings = Settings::read(&text, "test", |_| None, &Flags::default()).unwrap();
    Kommo::new(&settings, Arc::default(), store.clone(), system_clock()).unwrap()
}

#[tokio::test]
async fn of_several_servers_one_renews_the_token_and_all_use_it() {
    let renewed = Arc::new(AtomicUsize::new(0));
    let count = renewed.clone();
    let address = api(move |(_, path, is_new, body)| match path.as_str() {
        "/oauth2/access_token" if body["refresh_token"] == "first" => {
            count.fetch_add(1, Ordering::Relaxed);
            let token = json!({"token_type": "Bearer", "expires_in": 86_400, "access_token": "new", "refresh_token": "second"});
            (StatusCode::OK, token)
        }
        "/oauth2/access_token" => (StatusCode::BAD_REQUEST, Value::Null),
        _ if *is_new => (StatusCode::OK, json!({"id": 1})),
        _ => (StatusCode::UNAUTHORIZED, Value::Null),
    })
    .await;
    let store = store::memory();
    let servers = [kommo(&address, &store, ""), kommo(&address, &store, "")];
    let asked = join_all(servers.iter().map(|server| server.client.ask(Ask::get("/api/v4/account")))).await;
    assert!(asked.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer["id"] == 1)), "{asked:?}");
    assert_eq!(renewed.load(Ordering::Relaxed), 1);
    // A server that starts later goes on with what is kept.
    assert!(kommo(&address, &store, "").client.ask(Ask::get("/api/v4/account")).await.is_ok());
    assert_eq!(renewed.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn changes_that_wait_go_out_together_and_one_that_is_refused_alone() {
    let requests = Arc::new(AtomicUsize::new(0));
    let count = requests.clone();
    let address = api(move |(_, path, _, body)| {
        count.fetch_add(1, Ordering::Relaxed);
        let is_bad = |one: &Value| one["name"] == "bad";
        match body {
            Value::Array(list) if list.iter().any(is_bad) => (StatusCode::BAD_REQUEST, json!({"title": "no"})),
            Value::Array(list) => {
                let changed: Vec<Value> = list.iter().map(|one| json!({"id": one["id"], "updated_at": one["id"]})).collect();
                (StatusCode::OK, json!({"_embedded": {"leads": changed}}))
            }
            one if is_bad(one) => (StatusCode::BAD_REQUEST, json!({"title": "no"})),
            _ => (StatusCode::OK, json!({"updated_at": path.rsplit('/').next().and_then(|id| id.parse::<i64>().ok())})),
        }
    })
    .await;
    let store = store::memory();
    let kommo = self::kommo(&address, &store, "token = \"t\"");
    let patch = |id: u64, name: &str| {
        let patch = Map::from_iter([("name".to_owned(), name.into())]);
        kommo.leads.patch(&kommo.client, Entity::Lead, id, patch)
    };
    let all = join_all((1..=5).map(|id| patch(id, "good"))).await;
    assert_eq!(all, (1..=5).map(|id| Ok(Some(id))).collect::<Vec<_>>());
    assert!(requests.load(Ordering::Relaxed) <= 2, "all of them wait while it is told who goes");
    let all = join_all([patch(1, "good"), patch(2, "bad"), patch(3, "good")]).await;
    assert_eq!((&all[0], &all[2]), (&Ok(Some(1)), &Ok(Some(3))));
    assert!(matches!(&all[1], Err(ApiError::Refused(said)) if said == "400 no"), "{all:?}");
}

#[tokio::test]
async fn what_is_no_answer_is_for_now_and_what_is_refused_for_good() {
    let address = api(|(_, path, ..)| {
        let status = path.rsplit('/').next().and_then(|status| status.parse().ok()).unwrap_or(500);
        let errors =
            json!([{"request_id": "0", "errors": [{"code": "NotSupportedChoice", "path": "status_id", "detail": "no"}]}]);
        let json = json!({"title": "Bad Request", "detail": "Request validation failed", "validation-errors": errors});
        (StatusCode::from_u16(status).unwrap(), json)
    })
    .await;
    let store = store::memory();
    let kommo = self::kommo(&address, &store, "token = \"t\"");
    for status in [401, 402, 403, 429, 500, 503] {
        let answer = kommo.client.ask(Ask::get(&format!("/api/v4/{status}"))).await;
        assert!(matches!(answer, Err(ApiError::Later { .. })), "{status}: {answer:?}");
        if status == 429 {
            assert!(matches!(answer, Err(ApiError::Later { after: Some(7_000), .. })), "{answer:?}");
        }
    }
    assert!(matches!(kommo.client.ask(Ask::get("/api/v4/404")).await, Err(ApiError::Gone(_))));
    assert_eq!(kommo.client.ask_if_allowed(Ask::get("/api/v4/403")).await, Ok(None));
    let answer = kommo.client.ask(Ask::get("/api/v4/400")).await;
    let said = "400 Request validation failed; NotSupportedChoice status_id: no";
    assert_eq!(answer, Err(ApiError::Refused(said.to_owned())));
    let away = self::kommo("http://127.0.0.1:1", &store, "token = \"t\"");
    assert!(matches!(away.client.ask(Ask::get("/api/v4/account")).await, Err(ApiError::Later { .. })));
}
