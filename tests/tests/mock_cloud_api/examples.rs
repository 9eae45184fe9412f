//! Meta's own example requests, where a copy lies beside the workspace.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tests::mock::Mock;

use crate::api::Api;

/// The two that are broken themselves: a placeholder as header type, and a reply without `type`.
const BROKEN: [&str; 2] = ["openapi__send-multi-product-message.json", "openapi__send-reply-to-list-message.json"];

/// What stands for a placeholder, by the name of the member that holds it; `count` makes ids differ.
fn fill(name: &str, text: &str, count: &mut usize) -> String {
    let is_placeholder = match name {
        "to" => !text.contains(|character: char| character.is_ascii_digit()),
        "link" | "url" => !text.starts_with("http://") && !text.starts_with("https://"),
        "name" if text == "template-name" => true,
        "code" => text.contains("code") || text.contains("CODE"),
        _ => text.contains("{{") || (text.contains('<') && text.contains('>')),
    };
    if !is_placeholder {
        return text.to_owned();
    }
    *count += 1;
    match name {
        "to" | "phone" => "+16505551234".to_owned(),
        "link" | "url" => "https://example.com/file".to_owned(),
        "latitude" | "longitude" => "41.4".to_owned(),
        "code" => "en".to_owned(),
        _ => format!("filled_{count}"),
    }
}

fn filled(name: &str, value: Value, count: &mut usize) -> Value {
    match value {
        Value::String(text) => Value::String(fill(name, &text, count)),
        Value::Array(items) => items.into_iter().map(|item| filled(name, item, count)).collect(),
        Value::Object(members) => {
            let members: Map<String, Value> = members
                .into_iter()
                .map(|(name, value)| {
                    let value = filled(&name, value, count);
                    (name, value)
                })
                .collect();
            Value::Object(members)
        }
        other => other,
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/meta/examples/send-requests")
}

#[tokio::test]
async fn all_but_the_broken_ones_are_accepted() {
    let Ok(files) = std::fs::read_dir(folder()) else {
        println!("Meta's example requests are absent; nothing was checked");
        return;
    };
    let mock = Mock::builder().limits(false).accept_unknown_templates().start().await.unwrap();
    let api = Api::of(&mock);
    let (mut accepted, mut wrong) = (0, Vec::new());
    for file in files {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let body: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let call = if name.contains("marketing-messages") { "marketing_messages" } else { "messages" };
        let body = filled("", body, &mut 0);
        let (status, answer) = api.call("POST", &format!("{}/{call}", api.number()), Some(body)).await.unwrap();
        let expected = !BROKEN.contains(&name.as_str());
        accepted += usize::from(status == 200);
        if (status == 200) != expected {
            wrong.push(format!("{name}: {}", answer["error"]["error_data"]["details"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{accepted} of Meta's example requests accepted");
}
