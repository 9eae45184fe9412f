//! Out to Kommo and back again: what is not listed as lost comes back as it was.

use std::path::Path;

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Exports a bot and imports it again: what comes of it, and what was lost on the way out.
fn round(document: &Value, mapping: &Mapping) -> (Result<Value, String>, Vec<Lost>) {
    let written = export(document, mapping);
    let import = import("bot", &written.file.to_string(), &mut mapping.clone(), &Options::default());
    let returned = match import {
        Ok(import) => Ok(import.bots[0].document.clone()),
        Err(refused) => Err(format!("{refused}\n{document:#}\n{:#}", written.file)),
    };
    (returned, written.lost)
}

#[test]
fn what_is_exported_comes_back_as_it_was() {
    let message = |text: &str, buttons: Value| json!({"handler": "send_message", "params": {"type": "external", "text": text, "buttons": buttons, "on_error": goto(5)}});
    let buttons = json!([{"type": "inline", "text": "North"}, {"type": "inline", "text": "South"}]);
    let condition = |term: &str, operation: &str, wanted: &str, step| json!({"handler": "conditions", "params": {"logic": "and", "conditions": [{"term1": term, "operation": operation, "term2": wanted}], "result": [goto(step)]}});
    let source = json!({
        "0": {"block_uuid": "x", "question": [message("Hi {{contact.first_name}}, which?", buttons)], "no_answer": goto(6), "answer": [{"handler": "buttons", "params": [
            {"value": "North", "synonyms": ["n", "1"], "params": [goto(1)]}, {"regex": "/so.th/iu", "params": [goto(2)]}, {"type": "else", "params": [goto(3)]}]}]},
        "1": {"question": [
            {"handler": "action", "params": {"name": "set_custom_fields", "params": {"type": "lead", "custom_field": "{{lead.cf.77}}", "value": "{{message_text}}"}}},
            {"handler": "action", "params": {"name": "set_custom_fields", "params": {"type": "lead", "custom_field": "{{lead.cf.78}}", "value": "{{lead.cf.77}} * 2", "calculated": true}}},
            {"handler": "action", "params": {"name": "set_tag", "params": {"type": 1, "value": ["north"]}}},
            {"handler": "action", "params": {"name": "change_status", "params": {"value": 4420, "pipeline_id": 31}}},
            {"handler": "trigger", "params": {"trigger": {"action": "create_task", "settings": {"task_text": "Call", "responsible_user": "9", "deadline-hours": "2"}}}},
            message("Map:", json!([{"type": "url", "text": "Open", "url": "https://example.org"}]))]},
        "2": {"question": [condition("{{lead.cf.77}}", "=", "vip", 1), condition("{{message_text}}", "contains", "price", 4), condition("lead.tags", "!=", "old", 5), goto(3)]},
        "3": {"question": [message("Your e-mail?", json!([]))], "answer": [{"handler": "validations", "params": {"logic": "and", "conditions": [{"client_value": "{{message_text}}", "type": "email", "operation": "contains", "condition_value": ""}], "result": [goto(4)]}}, goto(5)]},
        "4": {"question": [message("Anything else?", json!([])), {"handler": "waits", "params": {"conditions": [
            {"event": {"source": "message", "action": "received"}, "action": {"type": "question", "step": 0}},
            {"event": {"source": "timer", "action": "ended", "delay": 86400}, "action": {"type": "question", "step": 7}}]}}]},
        "5": {"question": [
            {"handler": "action", "params": {"name": "change_responsible_user", "params": {"value": 9, "type": 1}}},
            {"handler": "action", "params": {"name": "unsubscribe", "params": {"type": "all"}}},
            {"handler": "action", "params": {"name": "subscribe", "params": {"type": "group", "value": 5}}},
            {"handler": "action", "params": {"name": "subscribe", "params": {"type": "user", "value": "9"}}},
            {"handler": "action", "params": {"name": "unsubscribe", "params": {"type": "user", "value": "{{lead.responsible_user_id}}"}}}]},
        "6": {"question": [{"handler": "waits", "params": {"conditions": [{"event": {"source": "timer", "action": "ended", "delay": 900}, "action": {"type": "question", "step": 4}}]}}]},
        "7": {"question": [{"handler": "distribution", "params": {"type": "round_robin", "variants": [{"type": "question", "step": 3}, {"type": "question", "step": 8}]}}]},
        "8": {"question": [{"handler": "send_comment", "params": {"text": "x"}}, {"handler": "stop", "params": {"action": "talk-close"}}]}
    });
    let (first, _, mapping) = imported(&source);
    let written = export(&first, &mapping);
    assert_eq!(written.lost, []);
    let (second, _, _) = imported(&written.file);
    assert_eq!(second, first);
    // Once more, and the file is the same too.
    assert_eq!(export(&second, &mapping).file["model"]["text"], written.file["model"]["text"]);
}

#[test]
fn jumps_of_an_imported_step_do_not_lead_astray() {
    let find = json!({"handler": "find", "params": {"type": "catalog_elements", "params": {"actions": [goto(2)]}}});
    let (document, _, mapping) = imported(&json!([
        {"question": [show("a"), find, show("b")]}, {"question": [show("c")]}, {"question": [show("d")]}
    ]));
    let written = export(&document, &mapping);
    assert_eq!(written.lost, []);
    // Kommo's numbers are others by now: what was found goes on where the bot does.
    let program: Value = serde_json::from_str(written.file["model"]["text"].as_str().unwrap()).unwrap();
    let steps = document["steps"].as_object().unwrap();
    let number = |id: &str| steps.keys().position(|step| step == id).unwrap();
    let found = &program[number("unsupported_find").to_string()]["question"][0]["params"]["params"]["actions"][0];
    assert_eq!(found["params"]["step"], number("d"), "{program:#}");
}

#[test]
fn what_kommo_can_not_hold_is_listed() {
    let document = json!({"name": "x", "start": "a", "triggers": [{"on": "conversation"}], "steps": {
        "a": {"type": "message", "text": "{{ vars.score + 1 }}", "next": "b"},
        "b": {"type": "condition", "branches": [{"when": "vars.score > 3", "goto": "c"}], "otherwise": "c"},
        "c": {"type": "ai_reply", "instructions": "Be kind."}}});
    let lost: Vec<String> =
        export(&document, &Mapping::default()).lost.into_iter().map(|lost| format!("{}: {}", lost.step, lost.what)).collect();
    insta::assert_snapshot!(lost.join("\n"));
}

/// All comes back, in its order.
fn comes_back(document: &Value, mapping: &Mapping) {
    let (returned, lost) = round(document, mapping);
    assert_eq!(lost, [], "{document:#}");
    // As texts: the order of the steps counts.
    assert_eq!(format!("{:#}", returned.unwrap()), format!("{document:#}"));
}

/// What is not listed comes back.
fn comes_back_but_for_what_is_listed(document: &Value, mapping: &Mapping) {
    let (returned, lost) = round(document, mapping);
    let returned = match returned {
        Ok(returned) => returned,
        // Without the steps that were lost, the others may run in a circle.
        Err(refused) => return assert!(!lost.is_empty() && refused.contains("never ends"), "{refused}\n{lost:#?}"),
    };
    if lost.is_empty() {
        assert_eq!(format!("{returned:#}"), format!("{document:#}"));
    }
    for (id, step) in document["steps"].as_object().unwrap() {
        if lost.iter().all(|lost| lost.step != *id) {
            assert_eq!(&returned["steps"][id], step, "{id}: {lost:#?}");
        }
    }
}

#[test]
fn the_samples_come_back_as_they_were() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/samples/kommo");
    let Ok(entries) = std::fs::read_dir(&samples) else {
        println!("skipped: there are no samples in {}", samples.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let Ok(source) = std::fs::read_to_string(&path) else { continue };
        let mut mapping = Mapping::default();
        let Ok(import) = import("sample", &source, &mut mapping, &Options::default()) else { continue };
        for bot in import.bots {
            println!("{}: {}", path.display(), bot.id);
            comes_back(&bot.document, &mapping);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn imported_bots_come_back_as_they_were(file in testing::file()) {
        let mut mapping = Mapping::default();
        if let Ok(import) = import("bot", &file.to_string(), &mut mapping, &Options::default()) {
            comes_back_but_for_what_is_listed(&import.bots[0].document, &mapping);
        }
    }
}
