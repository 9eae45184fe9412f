//! What nobody should send, and who should not get in. Bad input gets a clear error and changes nothing.

use std::net::SocketAddr;

use reqwest::Method;
use serde_json::{Value, json};
use tests::harness::{Answer, Server};
use tests::mock::{Mock, Person, payload};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::shop::{ANA, Shop, bot, deliver};

fn greeting() -> Value {
    bot(json!({"hello": {"type": "message", "text": "Hello!"}}))
}

/// A webhook as the mock would send it: a text from Ana.
fn webhook(mock: &Mock) -> Value {
    let account = mock.account();
    let ana = Person::with_phone(ANA);
    let message = payload::text("hi").from(&ana, "wamid.EDGE", mock.clock().now());
    payload::envelope(&account.business_account, vec![payload::change(&account.numbers[0], "messages", &ana, vec![message])])
}

async fn post_webhook(shop: &Shop, body: Vec<u8>, signature: Option<String>) -> Answer {
    let request = shop.server.call_without_token(Method::POST, "/webhooks/whatsapp").bytes(body);
    let request = match signature {
        Some(signature) => request.header(payload::SIGNATURE_HEADER, &signature),
        None => request,
    };
    request.send().await
}

/// What a peer answers to bytes that are no whole request. Empty: it only hung up.
async fn answer_to(address: SocketAddr, request: &str, hang_up: bool) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    if hang_up {
        stream.shutdown().await.unwrap();
    }
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    // An answer to a request that isn't read to its end may come with a reset behind it.
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        answer.extend_from_slice(&buffer[..count]);
        if answer.ends_with(b"}") {
            break;
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_bad_webhook_is_refused_and_changes_nothing() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    let secret = shop.mock.account().app_secret.clone();
    let good = payload::bytes(&webhook(&shop.mock));
    let signed = |body: &[u8]| Some(payload::sign(&secret, body));

    let cut_off = good[..good.len() / 2].to_vec();
    let deep = [b"{\"object\":\"whatsapp_business_account\",\"entry\":".as_slice(), &b"[".repeat(100_000)].concat();
    let foreign = br#"{"object":"page","entry":[{"id":"1","changes":[]}]}"#.to_vec();
    let text = b"hello".to_vec();
    let changed = String::from_utf8(good.clone()).unwrap().replace("\"hi\"", "\"ho\"").into_bytes();
    let cases = [
        ("unsigned", good.clone(), None, 401),
        ("signed with another secret", good.clone(), Some(payload::sign("another", &good)), 401),
        ("signed, then changed", changed, signed(&good), 401),
        ("a signature that is none", good.clone(), Some("sha256=zz".to_owned()), 401),
        ("an older kind of signature", good.clone(), signed(&good).map(|it| it.replace("sha256=", "sha1=")), 401),
        ("cut off", cut_off.clone(), signed(&cut_off), 400),
        ("no JSON", text.clone(), signed(&text), 400),
        ("deeply nested", deep.clone(), signed(&deep), 400),
        ("of another platform", foreign.clone(), signed(&foreign), 400),
        ("empty", Vec::new(), signed(b""), 400),
    ];
    for (what, body, signature, expected) in cases {
        let answer = post_webhook(&shop, body, signature).await;
        assert_eq!(answer.status, expected, "{what}: {}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json", "{what}");
        assert_eq!(answer.json()["status"], expected, "{what}");
    }
    let length = (4 << 20) + 1;
    let huge = format!(
        "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\nx-hub-signature-256: sha256=0\r\ncontent-length: {length}\r\n\r\n"
    );
    let answer = answer_to(shop.server.address(), &huge, false).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("application/problem+json"), "{answer}");
    let packed = good.clone();
    let request = shop.server.call_without_token(Method::POST, "/webhooks/whatsapp").bytes(packed);
    let packed = request.header("content-encoding", "gzip").header(payload::SIGNATURE_HEADER, "sha256=0").send().await;
    assert_eq!(packed.status, 415);
    let breaks_off = "POST /webhooks/whatsapp HTTP/1.1\r\nhost: localhost\r\nx-hub-signature-256: sha256=0\r\ncontent-length: 900\r\n\r\n{\"object\"";
    answer_to(shop.server.address(), breaks_off, true).await;

    assert!(shop.server.get(&format!("/api/v1/contacts/%2B{}", &ANA[1..])).await.status == 404, "nobody was made a contact");
    assert_eq!(shop.server.dead().await, Vec::<Value>::new());
    assert_eq!(shop.mock.counts().accepted, 0);
    assert_eq!(shop.server.call_without_token(Method::GET, "/healthz").send().await.text, "ok");
    deliver(shop.ana().text("hi")).await;
    assert_eq!(shop.texts_to(ANA, 1).await, ["Hello!"]);
}

#[tokio::test]
async fn one_bad_part_of_a_batch_is_set_aside_and_the_rest_runs() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    let mut batch = webhook(&shop.mock);
    let mut bad = batch["entry"][0]["changes"][0].clone();
    bad["value"]["messages"][0]["id"] = json!(["no", "id"]);
    batch["entry"][0]["changes"].as_array_mut().unwrap().insert(0, bad);
    assert_eq!(shop.mock.deliver_raw(payload::bytes(&batch), None).await.unwrap(), 200);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Hello!"]);
    assert_eq!(shop.server.dead().await.len(), 1);
}

#[tokio::test]
async fn events_of_numbers_that_are_not_ours_have_no_effect() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    for (place, id) in [("/entry/0/id", "999"), ("/entry/0/changes/0/value/metadata/phone_number_id", "999")] {
        let mut body = webhook(&shop.mock);
        *body.pointer_mut(place).unwrap() = json!(id);
        assert_eq!(shop.mock.deliver_raw(payload::bytes(&body), None).await.unwrap(), 200, "{place}");
    }
    shop.is_quiet().await;
    assert_eq!(shop.mock.counts().accepted, 0);
}

#[tokio::test]
async fn the_verification_call_needs_the_word() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    shop.mock.verify(&shop.server.webhook_url(), &shop.mock.account().verify_token).await.unwrap();
    assert!(shop.mock.verify(&shop.server.webhook_url(), "guessed").await.is_err());
}

#[tokio::test]
async fn a_bad_call_of_the_api_says_what_is_wrong() {
    let shop = Shop::open(Server::with().bot("greeting", greeting()).token("a-token-of-some-length")).await;
    let stage = "/api/v1/triggers/stage";
    let good = json!({"lead": {"id": "1", "stage": "new", "contact": {"phone": ANA}}});

    let nobody = shop.server.call_without_token(Method::GET, "/api/v1/bots").send().await;
    assert_eq!((nobody.status.as_u16(), nobody.header("www-authenticate")), (401, "Bearer"));
    let guess = shop.server.call_without_token(Method::POST, stage).header("authorization", "Bearer a-token-of-some-lengtH");
    assert_eq!(guess.json(&good).send().await.status, 401);

    let unknown = json!({"lead": {"id": "1", "stage": "new", "colour": "red", "contact": {"phone": ANA}}});
    let cases = [
        (unknown, 422, "lead.colour"),
        (json!({"lead": {"id": "1", "contact": {"phone": ANA}}}), 422, "lead.stage"),
        (json!({"lead": {"id": true, "stage": "new", "contact": {"phone": ANA}}}), 422, "lead.id"),
        (json!({"lead": {"id": "1", "stage": "new", "contact": {"phone": "123"}}}), 422, "lead.contact.phone"),
        (json!([]), 422, ""),
    ];
    for (body, expected, key) in cases {
        let problem = shop.server.post(stage, &body).await;
        assert_eq!(problem.header("content-type"), "application/problem+json");
        let problem = problem.expect(expected);
        assert_eq!(problem["key"].as_str().unwrap_or_default(), key, "{problem}");
    }
    let raw = |kind: &'static str, body: &'static str| {
        let request = shop.server.call(Method::POST, stage).header("content-type", kind);
        request.bytes(body).send()
    };
    raw("text/plain", "{}").await.expect(415);
    raw("application/json", "{\"lead\":").await.expect(400);
    raw("application/json", "{} {}").await.expect(400);
    shop.server.get("/api/v1/contacts/%2B5511900000000").await.expect(404);
    shop.server.get("/api/v1/nothing").await.expect(404);
    shop.server.call(Method::DELETE, "/api/v1/alerts").send().await.expect(405);
    shop.server.get("/api/v1/contacts/%2B5511900000000/messages?limit=many").await.expect(422);

    assert_eq!(shop.mock.counts().accepted, 0);
    assert_eq!(shop.server.call_without_token(Method::GET, "/healthz").send().await.text, "ok");
    shop.server.post(stage, &good).await.expect(202);
}

const WITHOUT_A_TOKEN: &[&str] = &["/", "/api/v1/bots", "/api/v1/alerts", "/api/openapi.json", "/metrics"];

#[tokio::test]
async fn without_a_token_nobody_from_elsewhere_gets_in() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    let refused: &[(&str, &str)] = &[
        ("origin", "https://evil.example"),
        ("host", "evil.example"),
        ("host", "evil.example:8080"),
        ("x-forwarded-for", "203.0.113.9"),
        ("cf-connecting-ip", "203.0.113.9"),
        ("forwarded", "for=203.0.113.9"),
    ];
    for path in WITHOUT_A_TOKEN {
        let here = shop.server.get(path).await;
        assert!(here.status.is_success(), "{path}: {}", here.text);
        assert_eq!(here.header("access-control-allow-origin"), "", "{path}");
        for (name, value) in refused {
            let problem = shop.server.call(Method::GET, path).header(name, value).send().await;
            assert_eq!(problem.status, 403, "{path} {name}: {value}");
            let detail = problem.json()["detail"].as_str().unwrap_or_default().to_owned();
            assert!(detail.contains("SALESBOT_API_TOKEN"), "the cure is named: {detail}");
        }
    }
    let run = json!({"contact": {"phone": ANA}});
    for (name, value) in refused.iter().chain(&[("sec-fetch-site", "cross-site"), ("origin", "null")]) {
        let request = shop.server.call(Method::POST, "/api/v1/bots/greeting/run").header(name, value);
        assert_eq!(request.json(&run).send().await.status, 403, "{name}: {value}");
    }
    let preflight = shop.server.call(Method::OPTIONS, "/api/v1/bots/greeting/run").header("origin", "https://evil.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await;
    assert!(!preflight.status.is_success());
    assert_eq!(shop.mock.counts().accepted, 0);
}

#[tokio::test]
async fn the_webhook_works_through_a_tunnel() {
    let shop = Shop::with_bot("greeting", greeting()).await;
    let body = payload::bytes(&webhook(&shop.mock));
    let signature = payload::sign(&shop.mock.account().app_secret, &body);
    let request = shop.server.call_without_token(Method::POST, "/webhooks/whatsapp").header("host", "shop.tunnel.example");
    let request = request.header("x-forwarded-for", "203.0.113.9").header("cf-connecting-ip", "203.0.113.9");
    let answer = request.header(payload::SIGNATURE_HEADER, &signature).bytes(body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(shop.texts_to(ANA, 1).await, ["Hello!"]);
}

#[tokio::test]
async fn with_a_token_the_tunnel_is_open_to_whoever_has_it() {
    let shop = Shop::open(Server::with().bot("greeting", greeting()).token("a-token-of-some-length")).await;
    let tunnelled =
        |request: tests::harness::Request| request.header("host", "shop.example").header("x-forwarded-for", "203.0.113.9");
    for path in WITHOUT_A_TOKEN {
        let with = tunnelled(shop.server.call(Method::GET, path)).send().await;
        assert!(with.status.is_success(), "{path}: {}", with.text);
        let without = tunnelled(shop.server.call_without_token(Method::GET, path)).send().await;
        // Where the studio was built `/` leads to its page, which asks for the token and holds nothing of the shop.
        let is_studio = *path == "/" && without.status.is_success() && !without.text.contains("greeting");
        assert!(without.status == 401 || is_studio, "{path}: {}", without.status);
    }
}
