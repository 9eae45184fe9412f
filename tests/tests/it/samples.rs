//! Webhooks as they were seen in the wild, where a folder of them is at hand.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::harness::Server;
use tests::mock::{Mock, Number, payload};

use crate::shop::{Shop, bot};

fn files() -> Option<Vec<PathBuf>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/webhooks");
    let mut files = Vec::new();
    for folder in [folder.join("synthetic"), folder] {
        let entries = std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        files.extend(entries.filter(|path| path.extension().is_some_and(|kind| kind == "json")));
    }
    files.retain(|path| path.file_name().is_some_and(|name| name != "index.json"));
    files.sort();
    Some(files)
}

/// The ids of all business numbers that a webhook names.
fn numbers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("phone_number_id").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| numbers(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| numbers(item, found)),
        _ => {}
    }
}

/// Every time stamp of a webhook becomes now, so that nothing in it is too old to run.
fn stamp(value: &mut Value, now: &str) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(text) if name == "timestamp" => *text = now.to_owned(),
                    value => stamp(value, now),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| stamp(item, now)),
        _ => {}
    }
}

/// A webhook as it was seen, and where it stands.
struct Sample {
    name: String,
    body: Vec<u8>,
}

/// All samples; `None`, and a line that says so, where there are none.
fn samples() -> Option<Vec<Sample>> {
    let Some(files) = files() else {
        println!("no samples of webhooks here: nothing is shown about them");
        return None;
    };
    let read = |path: PathBuf| Sample { name: path.display().to_string(), body: std::fs::read(path).unwrap() };
    Some(files.into_iter().map(read).collect())
}

/// A business to which all of them belong, so that what they tell happens.
async fn open(samples: &[Sample]) -> Shop {
    let mut ids = BTreeSet::new();
    for sample in samples {
        numbers(&serde_json::from_slice(&sample.body).unwrap(), &mut ids);
    }
    let ours = ids.iter().map(|id| Number::new(id, "15550783881"));
    let mock = Mock::builder().limits(false).windows(false).numbers(ours).start().await.unwrap();
    let account = mock.account();
    let echo = bot(
        json!({"echo": {"type": "message", "text": "You said: {{ message.text ?? message.type }}", "outside_window": "skip"}}),
    );
    let more = ids.iter().skip(1).map(|id| format!("[[whatsapp.numbers]]\nphone_number_id = \"{id}\"\n"));
    // Without a business account any counts: samples come from many.
    let setup = Server::with()
        .bot("echo", echo)
        .settings(&more.collect::<String>())
        .variable("WHATSAPP_GRAPH_URL", mock.graph_url())
        .variable("WHATSAPP_ACCESS_TOKEN", &account.access_token)
        .variable("WHATSAPP_APP_SECRET", &account.app_secret)
        .variable("WHATSAPP_PHONE_NUMBER_ID", ids.first().unwrap());
    let server = setup.start_alone().await;
    mock.set_webhook_url(Some(server.webhook_url()));
    Shop { mock, server }
}

#[tokio::test]
async fn every_webhook_that_was_seen_is_taken() {
    let Some(samples) = samples() else { return };
    let shop = open(&samples).await;
    for sample in &samples {
        let answer = shop.mock.deliver_raw(sample.body.clone(), None).await.unwrap();
        assert_eq!(answer, 200, "{}", sample.name);
    }
    shop.is_quiet().await;
    assert_eq!(shop.server.dead().await, Vec::<Value>::new(), "nothing was set aside");
    println!("{} webhooks were taken", samples.len());
}

#[tokio::test]
async fn every_message_that_was_seen_is_answered_when_it_is_fresh() {
    let Some(mut samples) = samples() else { return };
    samples.retain(|sample| sample.name.contains("/message-") || sample.name.contains("/batch-"));
    let shop = open(&samples).await;
    let now = shop.mock.clock().now().as_second().to_string();
    for sample in &samples {
        let mut body: Value = serde_json::from_slice(&sample.body).unwrap();
        stamp(&mut body, &now);
        let answer = shop.mock.deliver_raw(payload::bytes(&body), None).await.unwrap();
        assert_eq!(answer, 200, "{}", sample.name);
    }
    shop.is_quiet().await;
    assert_eq!(shop.server.dead().await, Vec::<Value>::new(), "nothing was set aside");
    let (accepted, rejected) = (shop.mock.counts().accepted, shop.mock.rejections());
    println!("{} webhooks with messages, {accepted} answers", samples.len());
    assert!(rejected.is_empty(), "{rejected:#?}");
    assert!(accepted > 20, "{accepted} answers");
}
