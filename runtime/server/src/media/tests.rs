//! Media from a webhook to the answer of the API, with what goes wrong between.

use serde_json::{Value, json};

use super::*;
use crate::testing::{Graph as Stub, NOW, Server, connected, messages};

const ANA: &str = "5511987654321";
/// No try waits for another in a test.
const AT_ONCE: &[Duration] = &[Duration::ZERO; 2];

fn image(id: &str) -> Value {
    json!({
        "id": format!("wamid.{id}"), "from": ANA, "timestamp": (NOW.0 / 1_000).to_string(), "type": "image",
        "image": { "id": id, "mime_type": "image/jpeg", "sha256": "", "caption": "Look" }
    })
}

/// A connected server on a folder.
async fn server(graph: &Stub) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path()).unwrap();
    (Server::connected_on(&graph.address, store).await, folder)
}

fn medium(contact: &str, id: &str) -> Medium {
    let (contact, number) = (ContactId::new(contact), NumberId::new("1001"));
    Medium { id: id.to_owned(), contact, number, kind: MediaKind::Sticker, state: State::Pending, mime_type: None }
}

async fn contact(server: &Server) -> String {
    server.get(&format!("/api/v1/contacts/{ANA}")).await.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_image_is_kept_served_and_erased_with_its_contact() {
    let graph = Stub::accepting().await;
    graph.set_medium("m/1", &[200], b"pixels");
    let (server, folder) = server(&graph).await;
    assert_eq!(server.webhook(&messages(&[image("m/1")])).await, 200);
    server.settle().await;

    let request = axum::http::Request::get("/api/v1/media/m%2F1").header("host", "localhost");
    let answer = server.open(request.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let headers = ["content-type", "content-length", "content-disposition", "x-content-type-options"].map(header);
    assert_eq!(headers, ["image/jpeg", "6", "attachment", "nosniff"]);
    assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), &b"pixels"[..]);

    let files = || std::fs::read_dir(folder.path().join("media")).unwrap().count();
    assert_eq!(files(), 1);
    assert_eq!(server.call("DELETE", &format!("/api/v1/contacts/{ANA}"), &Value::Null).await.status, 204);
    assert_eq!((server.get("/api/v1/media/m%2F1").await.status, files()), (404, 0));
    assert!(records::list(&server.app, OF_CONTACT, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn servers_on_one_store_share_a_folder() {
    let graph = Stub::accepting().await;
    graph.set_medium("m1", &[200], b"pixels");
    let (store, folder) = (store::memory(), tempfile::tempdir().unwrap());
    let settings = format!("media = {:?}\n{}", folder.path().join("shared"), connected(&graph.address));
    let first = Server::with(&settings, store.clone()).await;
    assert_eq!(first.webhook(&messages(&[image("m1")])).await, 200);
    first.settle().await;
    let second = Server::with(&settings, store).await;
    assert_eq!(second.get("/api/v1/media/m1").await.text, "pixels");
}

#[tokio::test]
async fn an_address_that_expired_is_resolved_again_once() {
    let graph = Stub::accepting().await;
    graph.set_medium("m1", &[404, 200], b"pixels");
    let (server, _folder) = server(&graph).await;
    server.webhook(&messages(&[image("m1")])).await;
    server.settle().await;
    assert_eq!(server.get("/api/v1/media/m1").await.text, "pixels");
}

#[tokio::test]
async fn a_fetch_is_tried_again_and_then_given_up() {
    let graph = Stub::accepting().await;
    graph.set_medium("first", &[200], b"");
    let (server, _folder) = server(&graph).await;
    server.webhook(&messages(&[image("first")])).await;
    server.settle().await;
    let contact = contact(&server).await;
    let too_large = vec![0; 600 * 1_024];
    for (id, answers, bytes, expected) in [
        ("passing", &[503, 500, 200][..], &b"ok"[..], State::Kept),
        ("broken", &[503, 503, 503, 200], b"ok", State::Failed),
        ("forbidden", &[403, 200], b"ok", State::Failed),
        ("large", &[200], &too_large, State::Failed),
    ] {
        graph.set_medium(id, answers, bytes);
        keep(&server.app, medium(&contact, id), AT_ONCE).await;
        assert_eq!(find(&server.app, id).await.unwrap().unwrap().state, expected, "{id}");
        assert_eq!(path(&server.app, id).unwrap().exists(), expected == State::Kept, "{id}");
        assert!(!path(&server.app, id).unwrap().with_extension("part").exists(), "{id}");
    }
}

#[tokio::test]
async fn what_a_crash_cut_off_goes_on_at_the_start() {
    let graph = Stub::accepting().await;
    graph.set_medium("m1", &[200], b"pixels");
    let (server, _folder) = server(&graph).await;
    server.app.stop.cancel();
    server.webhook(&messages(&[image("m1")])).await;
    server.settle().await;
    assert_eq!(server.get("/api/v1/media/m1").await.status, 503);
    let next = Server::connected_on(&graph.address, server.app.store.clone()).await;
    resume(&next.app).await.unwrap();
    next.settle().await;
    assert_eq!(next.get("/api/v1/media/m1").await.text, "pixels");
}

#[tokio::test]
async fn nothing_is_left_of_a_contact_that_was_erased_meanwhile() {
    let graph = Stub::accepting().await;
    graph.set_medium("m1", &[200], b"pixels");
    let (server, _folder) = server(&graph).await;
    keep(&server.app, medium("nobody", "m1"), AT_ONCE).await;
    assert_eq!(find(&server.app, "m1").await.unwrap(), None);
    assert!(!path(&server.app, "m1").unwrap().exists());
}

#[tokio::test]
async fn without_a_folder_the_api_says_so() {
    let graph = Stub::accepting().await;
    let server = Server::connected(&graph.address).await;
    assert_eq!(server.webhook(&messages(&[image("m1")])).await, 200);
    server.settle().await;
    assert!(server.get("/api/v1/media/m1").await.json()["detail"].as_str().unwrap().contains("no folder"));
}
