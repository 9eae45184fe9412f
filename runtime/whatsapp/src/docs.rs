//! The page that shows which of Meta's payloads becomes which event; made by the docs command from the samples that it is given.

use std::fmt::Write;

use steps::moment::Moment;

use crate::webhook;

/// A Markdown table: a row a payload, in the order given, with what [`webhook::read`] makes of it.
pub fn table(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> String {
    let mut table = String::from("| payload | becomes |\n| --- | --- |\n");
    for (name, body) in files {
        let becomes = match webhook::read(body.as_ref(), Moment::MAX) {
            Ok(items) if items.is_empty() => "nothing".to_owned(),
            Ok(items) => items.iter().map(|item| cell(&item.to_string())).collect::<Vec<_>>().join("<br>"),
            Err(error) => format!("an error: {}", cell(&error.to_string())),
        };
        writeln!(table, "| {} | {becomes} |", cell(name.as_ref())).expect("writing to a text can't fail");
    }
    table
}

/// Text within one cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_a_payload() {
        let value = json!({"metadata": {"phone_number_id": "1001"},
            "messages": [{"from": "5511987654321", "id": "wamid.A1", "type": "text", "text": {"body": "Oi"}, "context": {"id": "wamid.B1"}}],
            "statuses": [{"id": "wamid.B1", "status": "failed", "errors": [{"code": 131_047}]}]});
        let changes =
            json!([{"field": "messages", "value": value}, {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}]);
        let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "2001", "changes": changes}]}).to_string();
        let empty = r#"{"object":"whatsapp_business_account","entry":[]}"#;
        insta::assert_snapshot!(table(&[("mixed", body.as_str()), ("a|b", empty), ("none", "[")]), @r"
        | payload | becomes |
        | --- | --- |
        | mixed | message text (reply)<br>status failed 131047 window_closed<br>notice account_update ACCOUNT_DELETED |
        | a\|b | nothing |
        | none | an error: the body is no whole JSON document: EOF while parsing a list at line 1 column 1 |
        ");
    }
}
