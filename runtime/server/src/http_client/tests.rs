use std::{net::IpAddr, sync::Mutex};

use axum::{
    Router,
    body::Body,
    extract::Path,
    http::{Response as Answer, Uri},
    response::Redirect,
    routing::any,
};
use tokio::net::TcpListener;

use super::*;

const SOON: Duration = Duration::from_secs(20);

/// Serves on a loopback port; gives its address, `http://127.0.0.1:PORT`.
async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

/// A server that tells how it was asked.
async fn echo() -> String {
    let tell = |method: Method, uri: Uri, headers: HeaderMap, body: String| async move {
        let mut names: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        names.sort();
        format!("{method} {uri}\n{}\n\n{body}", names.join("\n"))
    };
    serve(Router::new().fallback(any(tell))).await
}

fn client(allowed: &[&str]) -> HttpClient {
    named(allowed, &[])
}

/// A client whose resolver knows these names alone.
fn named(allowed: &[&str], names: &[(&'static str, &str)]) -> HttpClient {
    let names: Vec<(&str, IpAddr)> = names.iter().map(|(name, address)| (*name, address.parse().unwrap())).collect();
    let lookup: Lookup = Arc::new(move |name| {
        let found = names.iter().filter(|(known, _)| *known == name).map(|(_, address)| *address).collect();
        Box::pin(std::future::ready(Ok(found)))
    });
    let allow_private = allowed.iter().map(|text| text.parse().unwrap()).collect();
    HttpClient::with_lookup(Access::new(Rules { allow_private, ports: Vec::new() }), lookup).unwrap()
}

fn get(url: impl AsRef<str>) -> Request {
    let url = url.as_ref().parse().unwrap();
    Request { method: Method::GET, url, headers: HeaderMap::new(), body: None, body_is_secret: false }
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

#[tokio::test]
async fn an_allowed_host_is_asked_and_answers() {
    let server = echo().await;
    let mut request = get(format!("{server}/path?q=1"));
    request.method = Method::POST;
    request.body = Some("body".into());
    request.headers.insert("x-key", "1".parse().unwrap());
    request.headers.insert("content-length", "9999".parse().unwrap());
    let reply = client(&["127.0.0.1"]).fetch(request, SOON).await.unwrap();
    assert_eq!((reply.status, reply.content_type.as_str()), (StatusCode::OK, "text/plain"));
    let said = text(&reply);
    assert!(said.starts_with("POST /path?q=1\n") && said.contains("x-key: 1") && said.ends_with("\n\nbody"), "{said}");
    assert!(said.contains("content-length: 4"), "{said}");
}

#[tokio::test]
async fn addresses_inside_are_refused_in_every_spelling() {
    let server = echo().await;
    let port = server.rsplit(':').next().unwrap();
    let client = client(&[]);
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::1]",
        "[2001:0:7f00:1::1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "[fe80::1]",
    ] {
        let error = client.fetch(get(format!("http://{host}:{port}/")), SOON).await.unwrap_err();
        assert_eq!(error.name(), "address_refused", "{host}: {error}");
    }
}

#[tokio::test]
async fn names_are_judged_by_their_addresses() {
    let server = echo().await;
    let port = server.rsplit(':').next().unwrap();
    let names = [("inside.example", "127.0.0.1"), ("mapped.example", "::ffff:127.0.0.1"), ("allowed.example", "127.0.0.1")];
    let client = named(&["allowed.example"], &names);
    for name in ["inside.example", "mapped.example"] {
        let error = client.fetch(get(format!("http://{name}:{port}/")), SOON).await.unwrap_err();
        assert_eq!(error, HttpError::AddressRefused(name.into()));
    }
    assert!(client.fetch(get(format!("http://allowed.example:{port}/")), SOON).await.is_ok());
    let error = client.fetch(get("http://nowhere.example/"), SOON).await.unwrap_err();
    assert_eq!(error.name(), "unreachable", "{error}");
}

#[tokio::test]
async fn a_name_is_reached_by_those_of_its_addresses_that_may_be() {
    let server = echo().await;
    let port = server.rsplit(':').next().unwrap();
    let client = named(&["127.0.0.1"], &[("two.example", "10.0.0.1"), ("two.example", "127.0.0.1")]);
    assert!(client.fetch(get(format!("http://two.example:{port}/")), SOON).await.is_ok());
}

#[tokio::test]
async fn the_systems_localhost_is_refused() {
    let server = echo().await.replace("127.0.0.1", "localhost");
    let client = HttpClient::new(Access::default()).unwrap();
    let error = client.fetch(get(server), SOON).await.unwrap_err();
    assert_eq!(error, HttpError::AddressRefused("localhost".into()));
}

#[tokio::test]
async fn a_redirect_to_the_inside_is_refused() {
    let inside = echo().await;
    let port = inside.rsplit(':').next().unwrap().to_owned();
    let targets = [
        format!("http://10.0.0.1:{port}/"),
        format!("http://[::ffff:127.0.0.1]:{port}/"),
        format!("http://inside.example:{port}/"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
    ];
    for target in targets {
        let to = target.clone();
        let server = serve(Router::new().fallback(any(move || async move { Redirect::temporary(&to) }))).await;
        let client = named(&["127.0.0.1"], &[("inside.example", "10.0.0.1")]);
        let error = client.fetch(get(server), SOON).await.unwrap_err();
        assert_eq!(error.name(), "address_refused", "{target}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_leaves_http_for_nothing_else() {
    for target in ["file:///etc/passwd", "ftp://example.com/", "gopher://127.0.0.1/", "javascript:alert(1)"] {
        let server = serve(Router::new().fallback(any(move || async move { Redirect::temporary(target) }))).await;
        let error = client(&["127.0.0.1"]).fetch(get(server), SOON).await.unwrap_err();
        assert_eq!(error.name(), "invalid_url", "{target}: {error}");
    }
}

/// A server that redirects all to `target`, with this status.
async fn redirecting(status: u16, target: String) -> String {
    let answer = move || async move { Answer::builder().status(status).header("location", target).body(Body::empty()).unwrap() };
    serve(Router::new().fallback(any(answer))).await
}

fn with_credentials(url: &str) -> Request {
    let mut request = get(url);
    request.method = Method::POST;
    request.body = Some("{}".into());
    for (name, value) in [
        ("authorization", "Bearer key"),
        ("cookie", "a=b"),
        ("x-api-key", "key"),
        ("x-own-token", "key"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("idempotency-key", "once"),
    ] {
        request.headers.insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn credentials_stay_with_their_host() {
    let other = echo().await;
    let server = redirecting(307, format!("{other}/new")).await;
    let reply = client(&["127.0.0.1"]).fetch(with_credentials(&server), SOON).await.unwrap();
    let said = text(&reply);
    for gone in ["authorization", "cookie", "x-api-key", "x-own-token"] {
        assert!(!said.contains(gone), "{said}");
    }
    for kept in ["POST /new", "accept: application/json", "content-type: application/json", "idempotency-key: once", "{}"] {
        assert!(said.contains(kept), "{said}");
    }
}

#[tokio::test]
async fn a_redirect_within_a_host_keeps_credentials() {
    let tell = |headers: HeaderMap| async move { headers["x-api-key"].to_str().unwrap().to_owned() };
    let router = Router::new().route("/new", any(tell)).route("/old", any(|| async { Redirect::permanent("/new") }));
    let server = serve(router).await;
    let reply = client(&["127.0.0.1"]).fetch(with_credentials(&format!("{server}/old")), SOON).await.unwrap();
    assert_eq!(text(&reply), "key");
}

#[tokio::test]
async fn a_secret_in_a_body_goes_to_no_other_host() {
    let other = echo().await;
    for (status, refused) in [(307, true), (308, true), (302, false), (303, false)] {
        let server = redirecting(status, other.clone()).await;
        let mut request = with_credentials(&server);
        request.body_is_secret = true;
        let result = client(&["127.0.0.1"]).fetch(request, SOON).await;
        match result {
            Ok(reply) => assert!(!refused && text(&reply).starts_with("GET /\n") && text(&reply).ends_with("\n\n"), "{status}"),
            Err(error) => assert!(refused && error.name() == "address_refused", "{status}: {error}"),
        }
    }
}

#[tokio::test]
async fn redirects_end() {
    let counted = Arc::new(Mutex::new(0));
    let count = counted.clone();
    let more = move |Path(n): Path<u32>| async move {
        *count.lock().unwrap() += 1;
        Redirect::temporary(&format!("/{}", n + 1))
    };
    let server = serve(Router::new().route("/{n}", any(more))).await;
    let error = client(&["127.0.0.1"]).fetch(get(format!("{server}/0")), SOON).await.unwrap_err();
    assert_eq!(error.name(), "redirects");
    assert_eq!(*counted.lock().unwrap(), MAX_REDIRECTS + 1);
}

#[tokio::test]
async fn a_large_reply_is_cut_off_however_it_comes() {
    let whole = |bytes: usize| any(move || async move { vec![b'a'; bytes] });
    let streamed = any(|| async {
        let chunk = || Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 64 * 1024]));
        // Endless: only a reader that stops gets away.
        Body::from_stream(futures_util::stream::repeat_with(chunk))
    });
    let router = Router::new().route("/fits", whole(MAX_REPLY)).route("/over", whole(MAX_REPLY + 1)).route("/stream", streamed);
    let server = serve(router).await;
    let client = client(&["127.0.0.1"]);
    assert_eq!(client.fetch(get(format!("{server}/fits")), SOON).await.unwrap().body.len(), MAX_REPLY);
    for path in ["over", "stream"] {
        let error = client.fetch(get(format!("{server}/{path}")), SOON).await.unwrap_err();
        assert_eq!(error.name(), "too_large", "{path}");
    }
}

#[tokio::test]
async fn the_deadline_holds_for_the_answer_its_body_and_the_name() {
    let silent = any(std::future::pending::<()>);
    let slow_body = any(|| async { Body::from_stream(futures_util::stream::pending::<std::io::Result<Bytes>>()) });
    let server = serve(Router::new().route("/silent", silent).route("/body", slow_body)).await;
    let client = client(&["127.0.0.1"]);
    let tiny = Duration::from_millis(50);
    for path in ["silent", "body"] {
        let error = client.fetch(get(format!("{server}/{path}")), tiny).await.unwrap_err();
        assert_eq!(error, HttpError::Timeout(tiny), "{path}");
    }
    let lookup: Lookup = Arc::new(|_| Box::pin(std::future::pending()));
    let unresolved = HttpClient::with_lookup(Access::default(), lookup).unwrap();
    assert_eq!(unresolved.fetch(get("http://slow.example/"), tiny).await, Err(HttpError::Timeout(tiny)));
}

#[tokio::test]
async fn what_goes_wrong_below_has_a_name() {
    let plain = echo().await;
    let client = client(&["127.0.0.1"]);
    let tls = client.fetch(get(plain.replace("http:", "https:")), SOON).await.unwrap_err();
    assert_eq!(tls.name(), "tls", "{tls}");
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let unreachable = client.fetch(get(format!("http://{closed}/")), SOON).await.unwrap_err();
    assert_eq!(unreachable.name(), "unreachable", "{unreachable}");
}

#[tokio::test]
async fn only_named_ports_are_reached() {
    let server = echo().await;
    let rules = Rules { allow_private: vec!["127.0.0.1".parse().unwrap()], ports: vec![443] };
    let client = HttpClient::new(Access::new(rules)).unwrap();
    let error = client.fetch(get(server), SOON).await.unwrap_err();
    assert_eq!(error.name(), "address_refused");
    assert!(error.to_string().contains("ports"), "{error}");
}
