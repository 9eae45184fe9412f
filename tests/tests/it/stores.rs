//! Redis servers that can't be worked with: the start ends with a message that says what to change, and no key is touched. And those that
//! can: over TLS, or shared with other programs.

use std::collections::BTreeMap;

use servers::free_port;
use servers::redis::RedisServer;
use tests::harness::Server;
use tests::mock::Mock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::shop::{ANA, BIA, Shop, deliver};
use tests::bots::counter;

/// The start on this store is refused: exit code 2, and a message with all these parts.
async fn assert_refused(store: &str, parts: &[&str]) {
    let (code, said) = Server::with().on(store).start_in_vain().await;
    assert_eq!(code, Some(2), "{store}: {said}");
    for part in parts {
        assert!(said.contains(part), "{store}: {part:?} is not in {said}");
    }
    assert!(!said.contains("panicked") && !said.contains("secret"), "{store}: {said}");
}

/// All keys of the first database, each with its value.
fn everything(redis: &RedisServer) -> BTreeMap<String, Vec<u8>> {
    let keys: Vec<String> = redis.ask("KEYS *");
    keys.into_iter().map(|key| (key.clone(), redis.ask_all(&["DUMP", &key]))).collect()
}

#[tokio::test]
async fn a_redis_that_would_lose_or_refuse_data_is_refused() {
    let redis = RedisServer::start("");
    redis.ask::<()>("SET other theirs");
    let before = everything(&redis);

    redis.ask::<()>("CONFIG SET maxmemory-policy allkeys-lru");
    assert_refused(&redis.url(), &["maxmemory-policy is \"allkeys-lru\"", "CONFIG SET maxmemory-policy noeviction"]).await;
    redis.ask::<()>("CONFIG SET maxmemory-policy noeviction");

    redis.ask::<()>("CONFIG SET maxmemory 1");
    assert_refused(&redis.url(), &["its memory is full", "raise maxmemory"]).await;
    redis.ask::<()>("CONFIG SET maxmemory 0");

    redis.ask::<()>(&format!("REPLICAOF 127.0.0.1 {}", free_port()));
    assert_refused(&redis.url(), &["read-only replica", "name its master, or use redis+sentinel://"]).await;
    redis.ask::<()>("REPLICAOF NO ONE");

    redis.ask::<()>("CONFIG SET requirepass word");
    let wrong = format!("redis://:secret@127.0.0.1:{}/0", redis.port);
    assert_refused(&wrong, &["mend the user and password in its address"]).await;
    assert_refused(&redis.url(), &["mend the user and password in its address"]).await;
    let mut login = servers::redis::connection(&format!("redis://:word@127.0.0.1:{}", redis.port));
    servers::redis::ask::<()>(&mut login, "CONFIG SET requirepass ");
    assert_eq!(everything(&redis), before);
}

#[tokio::test]
async fn keys_of_another_format_are_left_as_they_are() {
    let redis = RedisServer::start("");
    for (format, cure) in
        [("2 id", "start the newer version"), ("0 id", "start a version between"), ("mine", "name another database")]
    {
        redis.ask_all::<()>(&["SET", "sb:store", format]);
        redis.ask_all::<()>(&["SET", "sb:{34}cada", "a contact"]);
        let before = everything(&redis);
        assert_refused(&redis.url(), &[cure]).await;
        assert_eq!(everything(&redis), before);
    }
}

/// The address of a program that is no Redis, or only says so.
async fn answering(answer: impl Fn(&str) -> String + Clone + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while let Ok(length @ 1..) = client.read(&mut request).await {
                    let answer = answer(&String::from_utf8_lossy(&request[..length]));
                    // A client that has gone needs no answer.
                    let _ = client.write_all(answer.as_bytes()).await;
                }
            });
        }
    });
    format!("redis://127.0.0.1:{port}/0")
}

#[tokio::test]
async fn what_is_no_redis_is_named() {
    let unreachable = format!("redis://:secret@127.0.0.1:{}/0", free_port());
    assert_refused(&unreachable, &["redis://127.0.0.1:", "check that it runs and can be reached"]).await;
    assert_refused("redis://no-such-host.invalid/0", &["redis://no-such-host.invalid/0", "check that it runs"]).await;
    let web = answering(|_| "HTTP/1.1 400 Bad Request\r\n\r\n".to_owned()).await;
    assert_refused(&web, &["it gives answers that are not Redis's", "name Redis's own port"]).await;
    let silent = answering(|_| String::new()).await;
    assert_refused(&silent, &["check that it runs, can be reached"]).await;
}

/// No such old program is at hand: this one only says that it is.
#[tokio::test]
async fn a_redis_that_is_too_old_is_refused() {
    let old = answering(|request| {
        let info = "# Server\r\nredis_version:5.0.14\r\nrole:master\r\nmaxmemory_policy:noeviction\r\n";
        let commands = request.split('*').skip(1);
        let answer = |command: &str| match command.contains("INFO\r\n$7\r\ndefault") {
            true => format!("${}\r\n{info}\r\n", info.len()),
            false => "+OK\r\n".to_owned(),
        };
        commands.map(answer).collect()
    });
    assert_refused(&old.await, &["\"5.0.14\"", "at least 6.2"]).await;
}

#[tokio::test]
async fn a_server_runs_over_tls_with_an_authority_of_its_own() {
    let redis = RedisServer::start_with_tls("");
    let url = redis.tls_url();
    assert_refused(url.split('?').next().unwrap(), &["UnknownIssuer", "?ca=FILE"]).await;
    assert_refused(&format!("rediss://127.0.0.1:{}/0", redis.port), &["talks TLS or not as the address says"]).await;
    let shop = Shop::open(Server::with().on(&url).bot("counter", counter())).await;
    deliver(shop.ana().text("one")).await;
    deliver(shop.ana().text("two")).await;
    assert_eq!(shop.texts_to(ANA, 2).await, ["1: one", "2: two"]);
}

#[tokio::test]
async fn what_others_keep_in_the_same_database_stays() {
    let redis = RedisServer::start("");
    for key in ["other", "sb", "s:a1", "{34}j"] {
        redis.ask_all::<()>(&["SET", key, "theirs"]);
    }
    let theirs = everything(&redis);
    let shop = Shop::open_at(Mock::start().await, Server::with().on(&redis.url()).bot("counter", counter())).await;
    for customer in [ANA, BIA] {
        deliver(shop.mock.customer(customer).text("hi")).await;
    }
    shop.is_quiet().await;
    let path = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
    let erased = shop.server.call(reqwest::Method::DELETE, &path).send().await;
    assert!(erased.status.is_success(), "{}", erased.text);
    assert_eq!(shop.server.get(&path).await.status, 404);
    drop(shop);
    let mut left = everything(&redis);
    left.retain(|key, _| !key.starts_with("sb:"));
    assert_eq!(left, theirs);
}
