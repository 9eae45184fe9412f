//! What is left of an erased customer: nothing, wherever one looks. And what is made again from what is left of the others.

use serde_json::json;
use servers::postgres::PostgresServer;
use servers::redis::RedisServer;
use tests::harness::{DEADLINE, Server};
use tests::mock::{Mock, Person};

use crate::shop::{ANA, BIA, Shop, bot, deliver};

const USER_ID: &str = "BR.13491208655302741918";

/// What must not be found any more: the number, the name, the id and the words of the customer.
const TRACES: [&str; 5] = ["987654321", "Rhubarb", "13491208655302741918", "zanzibar", "quagga"];

fn has(all: &[u8], word: &str) -> bool {
    all.windows(word.len()).any(|bytes| bytes == word.as_bytes())
}

/// A customer who was two contacts, and who is erased while an answer is under way and the journal still waits in Redis.
#[tokio::test]
async fn nothing_is_left_of_an_erased_customer() {
    let (redis, postgres, mock) = (RedisServer::start("rdbcompression no"), PostgresServer::start(), Mock::start().await);
    let answer = bot(json!({
        "told": {"type": "message", "text": "{{ contact.name }} said {{ message.text }}", "next": "task"},
        "task": {"type": "task", "text": "Ask {{ contact.name }} about {{ message.text }}", "next": "note"},
        "note": {"type": "note", "text": "{{ message.text }}"}
    }));
    let setup = Server::with().variable("SALESBOT_STORE", redis.url()).variable("SALESBOT_JOURNAL", postgres.url("postgres"));
    let shop = Shop::open_at(mock, setup.bot("echo", answer)).await;
    let named = |person: Person| shop.mock.customer_like(person).named("Ana Rhubarb");
    deliver(named(Person::with_phone(ANA)).text("zanzibar")).await;
    deliver(shop.mock.customer_with_user_id(USER_ID).named("Ana Rhubarb").text("zanzibar too")).await;
    shop.is_quiet().await;
    let both = Person { user_id: Some(USER_ID.to_owned()), ..Person::with_phone(ANA) };
    deliver(named(both.clone()).text("quagga")).await;
    deliver(shop.mock.customer(BIA).named("Bia").text("hello")).await;
    let found = async |server: &Server| {
        let found = server.get("/api/v1/contacts?q=rhubarb").await.expect(200);
        (found["contacts"].as_array().map(Vec::len) == Some(1)).then_some(())
    };
    shop.server.until("one contact of two", found).await;
    shop.is_quiet().await;

    let everything = async || (redis.dump(), postgres.dump("postgres", "salesbot").await);
    let (in_redis, in_sql) = everything().await;
    for trace in TRACES {
        assert!(has(&in_sql, trace), "{trace} is looked for in vain");
    }
    assert!(has(&in_redis, "987654321") && has(&in_redis, "13491208655302741918"));

    deliver(named(both).text("quagga again")).await;
    let path = format!("/api/v1/contacts/{}", ANA.replace('+', "%2B"));
    assert_eq!(shop.server.call(reqwest::Method::DELETE, &path).send().await.status, 204);
    shop.is_quiet().await;
    assert!(shop.mock.wait_for_webhooks(DEADLINE).await);
    shop.server.get(&path).await.expect(404);
    let (in_redis, in_sql) = everything().await;
    for trace in TRACES {
        assert!(!has(&in_redis, trace), "{trace} is left in Redis");
        assert!(!has(&in_sql, trace), "{trace} is left in PostgreSQL");
    }
    let others = shop.server.get("/api/v1/conversations").await.expect(200);
    assert_eq!(others["conversations"].as_array().map(Vec::len), Some(1), "{others}");
    assert!(has(&in_sql, "Bia"));
}

/// Tables that are made from the journal, damaged and made again while the server runs.
#[tokio::test]
async fn read_models_are_made_again_while_servers_run() {
    let (redis, postgres, mock) = (RedisServer::start(""), PostgresServer::start(), Mock::start().await);
    let answer = bot(json!({
        "told": {"type": "message", "text": "You said {{ message.text }}", "next": "task"},
        "task": {"type": "task", "text": "Call back"}
    }));
    let journal = postgres.url("postgres");
    let setup = Server::with().variable("SALESBOT_STORE", redis.url()).variable("SALESBOT_JOURNAL", &journal);
    let shop = Shop::open_at(mock, setup.bot("echo", answer)).await;
    for (phone, name) in [(ANA, "Ana"), (BIA, "Bia")] {
        deliver(shop.mock.customer(phone).named(name).text("hello")).await;
    }
    shop.is_quiet().await;
    let lists = async || {
        let [contacts, conversations, sessions, tasks] = ["contacts", "conversations", "sessions", "tasks"].map(str::to_owned);
        let paths = [contacts, conversations, sessions, tasks, format!("contacts/{}/messages", ANA.replace('+', "%2B"))];
        let mut lists = Vec::new();
        for path in paths {
            lists.push(shop.server.get(&format!("/api/v1/{path}")).await.expect(200));
        }
        lists
    };
    let before = lists().await;
    let damage = "DELETE FROM salesbot.messages; DELETE FROM salesbot.conversations; DELETE FROM salesbot.sessions; DELETE FROM salesbot.tasks; \
                  DELETE FROM salesbot.profiles";
    postgres.execute("postgres", damage).await;
    assert_ne!(lists().await, before);

    let mut rebuild = tokio::process::Command::new(tests::harness::program());
    rebuild.args(["rebuild", "--json"]).env_clear().env("SALESBOT_STORE", redis.url()).env("SALESBOT_JOURNAL", &journal);
    let elsewhere = tempfile::tempdir().unwrap();
    let rebuilt = rebuild.current_dir(elsewhere.path()).output().await.unwrap();
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
    let counts: serde_json::Value = serde_json::from_slice(&rebuilt.stdout).unwrap();
    assert_eq!(counts, json!({"contacts": 2, "messages": 4, "conversations": 2, "sessions": 2, "tasks": 2, "listed": 0}));
    assert_eq!(lists().await, before);
}

/// The embedded store belongs to its server alone.
#[tokio::test]
async fn a_store_in_use_is_not_made_again() {
    let shop = Shop::with_bot("echo", bot(json!({"told": {"type": "message", "text": "Hi"}}))).await;
    deliver(shop.ana().text("hello")).await;
    shop.is_quiet().await;
    let folder = shop.server.bots().parent().unwrap().join("data");
    let rebuild = async || {
        let mut command = tokio::process::Command::new(tests::harness::program());
        command.args(["rebuild", "--store"]).arg(&folder).env_clear().current_dir(&folder);
        let output = command.output().await.unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let (code, said) = rebuild().await;
    assert!(code == Some(2) && said.contains("in use by another process"), "{said}");
    let mut server = shop.server;
    server.terminate();
    assert!(server.ended().await.success());
    let (code, said) = rebuild().await;
    assert!(code == Some(0) && said.contains("Rebuilt 1 contact: 2 messages, 1 conversation, 1 session, 0 tasks."), "{said}");
}
