//! The sample webhooks that lie beside the project, when they are there: all of them become something, and the right thing.

use std::{collections::BTreeMap, fs, path::PathBuf};

use steps::{
    event::{Content, EventKind},
    moment::Moment,
};
use whatsapp::webhook::{Item, read};

/// Later than every sample.
const ARRIVED: Moment = Moment(1_800_000_000_000);

/// Payloads by file name; None, said aloud, when the folder is absent.
pub(crate) fn samples(folder: &str) -> Option<BTreeMap<String, Vec<u8>>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: no samples at {}", folder.display());
        return None;
    };
    let files = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?.to_owned();
        let is_sample = name.ends_with(".json") && name != "index.json";
        is_sample.then(|| fs::read(&path).ok().map(|bytes| (name, bytes)))?
    });
    Some(files.collect())
}

/// What a sample's name says that it holds, as an item's first two words say it.
fn expected(name: &str) -> Option<String> {
    let (stem, _) = name.split_once("__").unwrap_or((name.trim_end_matches(".json"), ""));
    let plain = stem.split('_').next().unwrap_or(stem);
    let kind = match plain {
        "message-text"
        | "message-image"
        | "message-video"
        | "message-document"
        | "message-sticker"
        | "message-order"
        | "message-reaction"
        | "message-contacts"
        | "message-location"
        | "message-edit"
        | "message-revoke"
        | "message-unsupported" => plain.replacen('-', " ", 1),
        "message-button" => "message tap".to_owned(),
        _ if stem.starts_with("message-interactive-button_reply") || stem.starts_with("message-interactive-list_reply") => {
            "message tap".to_owned()
        }
        _ if stem.starts_with("message-interactive-nfm_reply") => "message form".to_owned(),
        _ if stem.starts_with("message-interactive-call_permission_reply") => "message call_permission".to_owned(),
        _ if stem.starts_with("message-system-") => "identity".to_owned(),
        _ if stem.starts_with("status-") => match stem.split('-').nth(1)? {
            "read" if stem.ends_with("group") => "notice".to_owned(),
            state => format!("status {state}"),
        },
        _ if stem.starts_with("user_preferences") => "marketing".to_owned(),
        _ if stem.starts_with("smb_message_echoes-") => format!("echo {}", stem.split('-').nth(1)?),
        _ if stem.starts_with("history") || stem.starts_with("account_") || stem.starts_with("template-") => "notice".to_owned(),
        _ => return None,
    };
    Some(kind)
}

fn kind(item: &Item) -> String {
    item.to_string().split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_sample_becomes_what_its_name_says() {
    let (Some(recorded), Some(synthetic)) = (samples("samples/webhooks"), samples("samples/webhooks/synthetic")) else {
        return;
    };
    assert!(recorded.len() + synthetic.len() >= 167, "{} samples", recorded.len() + synthetic.len());
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (name, body) in recorded.iter().chain(&synthetic) {
        let items = read(body, ARRIVED).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!items.is_empty(), "{name}");
        for item in &items {
            *counts.entry(kind(item)).or_default() += 1;
            if let Item::Quarantined(quarantined) = item {
                panic!("{name}: {}", quarantined.reason);
            }
        }
        if let Some(expected) = expected(name) {
            assert!(items[0].to_string().starts_with(&expected), "{name}: {} is not {expected}", items[0]);
        }
    }
    println!("{counts:#?}");
    for kind in [
        "message text",
        "message tap",
        "message form",
        "message call",
        "status failed",
        "echo text",
        "identity",
        "marketing",
        "notice",
    ] {
        assert!(counts.keys().any(|known| known.starts_with(kind)), "no {kind} in {counts:#?}");
    }
}

#[test]
fn samples_without_a_phone_number_have_a_user_id() {
    let Some(samples) = samples("samples/webhooks/synthetic") else {
        return;
    };
    let body = &samples["message-text-bsuid-only-no-phone.json"];
    let items = read(body, ARRIVED).unwrap();
    let [Item::Event(incoming)] = items.as_slice() else { panic!("{items:#?}") };
    assert_eq!(incoming.customer.phone, None);
    assert!(incoming.customer.user_id.is_some());
}

#[test]
fn a_batch_keeps_its_order() {
    let Some(samples) = samples("samples/webhooks/synthetic") else {
        return;
    };
    let items = read(&samples["batch-two-messages-in-one-value-out-of-order.json"], ARRIVED).unwrap();
    let texts: Vec<&str> = items
        .iter()
        .filter_map(|item| match item {
            Item::Event(incoming) => match &incoming.event.kind {
                EventKind::Message(inbound) => match &inbound.content {
                    Content::Text { text } => Some(text.as_str()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["second", "first"]);
}
