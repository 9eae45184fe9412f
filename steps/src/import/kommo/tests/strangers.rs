//! What strangers bring: files that were cut off, saved wrongly or made by hand. Each becomes a sound bot or is refused in plain words.

use serde_json::json;

use super::*;

/// A bot with a bit of everything, as Kommo exports it.
fn rich() -> Value {
    let message = json!({"handler": "send_message", "params": {"type": "external", "text": "Hi {{contact.first_name}}, which?", "buttons": [{"type": "inline", "text": "North"}, {"type": "url", "text": "Map", "url": "https://example.org"}],
        "attachments": [{"type": "picture", "value": "https://example.org/a.jpg", "is_external": true}], "recipient": {"type": "all_contacts"}, "chat_sources": [{"id": 77}], "on_error": goto(5)}});
    let buttons = json!({"handler": "buttons", "params": [{"value": "North", "synonyms": ["n", "1"], "params": [goto(1)]}, {"regex": "/so.th/iu", "params": [goto(2)]}, {"type": "else", "params": [goto(3)]}]});
    let list = json!({"handler": "send_message", "params": {"list_message": {"body": "Pick", "button": "Open", "sections": [{"title": "A", "rows": [{"title": "One", "callback_data": "c1", "description": "d"}]}]}}});
    let program = json!({
        "0": {"block_uuid": "x", "question": [message], "answer": [buttons], "no_answer": goto(6)},
        "1": {"question": [
            {"handler": "action", "params": {"name": "set_custom_fields", "params": {"type": "lead", "custom_field": "{{lead.cf.78}}", "value": "{{lead.cf.77}} * 2", "calculated": true}}},
            {"handler": "action", "params": {"name": "set_tag", "params": {"type": 1, "value": ["north"]}}},
            {"handler": "action", "params": {"name": "change_status", "params": {"value": 4420, "pipeline_id": 31}}},
            {"handler": "action", "params": {"name": "add_lead_contact", "params": {"preset": "contacts.require_email_or_phone", "lead": {"name": "New", "status_id": 142, "price": 10, "custom_fields": [{"id": 5, "values": [{"value": "x"}]}]}, "contact": {"name": "{{name}}"}}}},
            {"handler": "trigger", "params": {"trigger": {"action": "create_task", "settings": {"task_text": "Call", "responsible_user": 9, "deadline-hours": 2}}}},
            {"handler": "send_internal", "params": {"message": "Hot", "user_id": 55}},
            {"handler": "preset", "params": {"name": "contacts.validate_base_info", "params": {"empty_all": "Phone and e-mail?", "success": "Saved"}}}]},
        "2": {"question": [
            {"handler": "condition", "params": {"term1": "{{lead.price}}", "operation": "in_range", "term2": {"from": 1, "to": 5}, "result": [goto(1)]}},
            {"handler": "conditions", "params": {"logic": "or", "conditions": [{"term1": "{{lead.cf.77}}", "operation": "=", "term2": "vip", "value_type": "custom_value"}], "result": [goto(4)]}}, goto(3)]},
        "3": {"question": [list], "answer": [{"handler": "validations", "params": {"logic": "and", "conditions": [{"client_value": "{{message_text}}", "type": "range_numbers", "operation": "contains", "condition_value": {"from": 1, "to": 9}}], "result": [goto(4)]}}, goto(5)]},
        "4": {"question": [{"handler": "send_message", "params": {"template_id": 801, "templateType": "waba"}}, {"handler": "waits", "params": {"logic": "or", "conditions": [
            {"event": {"source": "message", "action": "received"}, "action": {"type": "question", "step": 0}},
            {"event": {"source": "timer", "action": "ended", "delay": 86400}, "action": {"type": "question", "step": 7}}]}}]},
        "5": {"question": [{"handler": "action", "params": {"name": "change_responsible_user", "params": {"value": 9, "type": 1}}}]},
        "6": {"question": [{"handler": "waits", "params": {"conditions": [{"event": {"source": "timer", "action": "ended", "delay": 900}, "action": {"type": "question", "step": 4}}]}}]},
        "7": {"question": [{"handler": "distribution", "params": {"type": "round_robin", "variants": [{"type": "question", "step": 3}, {"type": "question", "step": 8}]}}]},
        "8": {"question": [{"handler": "find", "params": {"type": "catalog_elements", "params": {"value": "{{message_text}}", "catalog_id": 51, "actions": [goto(5)]}}}, {"handler": "stop", "params": {"action": "talk-close"}}]},
        "error": [goto(5)], "conversation": false
    });
    let nodes = json!([{"id": 0, "type": "start", "step": -1, "goto": {"block": 1}}, {"id": 1, "type": "question", "step": 0, "name": "Where", "x": 10, "y": 20},
        {"id": 9, "type": "finish", "step": 9, "x": 500, "y": 20}]);
    json!({"type_functionality": 0, "model": {"name": "Desk", "type": 2, "text": program, "positions": nodes}})
}

/// As Kommo writes it: program and canvas are texts.
fn exported(rich: &Value) -> String {
    let mut file = rich.clone();
    for key in ["text", "positions"] {
        file["model"][key] = file["model"][key].to_string().into();
    }
    file.to_string()
}

/// Imports; what is accepted is a sound bot.
fn brought(source: &str) -> Result<Import, Refused> {
    let import = import("desk", source, &mut Mapping::default(), &Options::default());
    for bot in import.iter().flat_map(|import| &import.bots) {
        let checked = load(&BotId::new(&bot.id).unwrap(), &bot.document.to_string(), &Environment::default());
        assert!(checked.bot.is_some(), "{source}: {:?}", checked.diagnostics);
    }
    import
}

/// The places of all values inside of a value.
fn places(value: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| places(item, format!("{at}/{index}"), found)),
        Value::Object(map) => map.iter().for_each(|(key, inner)| places(inner, format!("{at}/{key}"), found)),
        _ => {}
    }
}

#[test]
fn a_file_that_was_cut_off_is_refused_as_such() {
    let whole = exported(&rich());
    assert!(brought(&whole).is_ok());
    for length in (0..whole.len()).step_by(100) {
        let cut = text(&whole.as_bytes()[..length]).and_then(|cut| brought(&cut));
        let refused = cut.err().unwrap_or_else(|| panic!("{length} bytes were taken"));
        assert!(["cut off", "is empty"].iter().any(|word| refused.message.contains(word)), "{length}: {refused}");
    }
}

#[test]
fn any_encoding_of_editors_is_read() {
    let source = "[{\"question\": [{\"handler\": \"show\", \"params\": {\"type\": \"text\", \"value\": \"Olá 👍\"}}]}]";
    let wide = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
        mark.iter().copied().chain(source.encode_utf16().flat_map(bytes)).collect::<Vec<u8>>()
    };
    let with_mark = ["\u{feff}".as_bytes(), source.as_bytes()].concat();
    for bytes in
        [source.as_bytes().to_vec(), with_mark, wide(&[0xff, 0xfe], u16::to_le_bytes), wide(&[0xfe, 0xff], u16::to_be_bytes)]
    {
        let import = brought(&text(&bytes).unwrap()).unwrap();
        assert!(import.bots[0].document.to_string().contains("Olá 👍"), "{:?}", import.bots[0].document);
    }
    for bytes in [vec![0xff, 0xfe, b'['], vec![0xff, 0xfe, 0x00, 0xd8], vec![b'[', 0xe1]] {
        assert!(text(&bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn whatever_stands_where_something_else_is_due_is_no_panic() {
    let rich = rich();
    let mut all = Vec::new();
    places(&rich, String::new(), &mut all);
    assert!(all.len() > 200, "{}", all.len());
    let others = [
        Value::Null,
        json!([]),
        json!({}),
        json!("x"),
        json!(7),
        json!(-1.5),
        json!(true),
        json!([[null]]),
        json!({"handler": 3}),
    ];
    // Each place gets one of them; the places around it get the others.
    for (place, other) in all.iter().zip(others.iter().cycle()) {
        let mut changed = rich.clone();
        *changed.pointer_mut(place).unwrap() = other.clone();
        // Refused or sound: that is asked inside.
        let _ = brought(&changed.to_string());
    }
}

#[test]
fn numbers_may_be_texts() {
    fn quoted(value: &mut Value) {
        match value {
            Value::Number(number) => *value = number.to_string().into(),
            Value::Array(items) => items.iter_mut().for_each(quoted),
            Value::Object(map) => map.values_mut().for_each(quoted),
            _ => {}
        }
    }
    let plain = rich();
    let mut texts = plain.clone();
    quoted(&mut texts);
    // What has no equal is kept as it was written.
    let read = |source: &Value| {
        let mut document = brought(&source.to_string()).unwrap().bots[0].document.clone();
        document["steps"]["unsupported_find"]["source"].take();
        document
    };
    assert_eq!(read(&texts), read(&plain));
}

#[test]
fn a_megabyte_is_read() {
    let step = |number: usize| json!({"block_uuid": "x", "question": [show(&format!("Step {number}: {}", "word ".repeat(180))), goto(number as u64 + 1)]});
    let steps: Map<String, Value> = (0..1_200).map(|number| (number.to_string(), step(number))).collect();
    let source = exported(&json!({"model": {"name": "Long", "text": steps}}));
    assert!(source.len() > 1_000_000, "{}", source.len());
    let import = brought(&source).unwrap();
    assert_eq!(import.bots[0].document["steps"].as_object().unwrap().len(), 1_200);
    assert_eq!(find(&import.report, Code::Size).code, Code::Size);
}

#[test]
fn a_template_before_a_pause_waits_in_a_step_of_its_own() {
    let pause = json!({"handler": "waits", "params": {"conditions": [
        {"event": {"source": "message", "action": "received"}, "action": {"type": "question", "step": 1}},
        {"event": {"source": "timer", "action": "ended", "delay": 60}, "action": {"type": "question", "step": 2}}]}});
    let template =
        json!({"handler": "send_message", "params": {"template_id": 801, "buttons": [{"type": "inline", "text": "Yes"}]}});
    let (document, _, _) = imported(
        &json!({"0": {"question": [template.clone(), pause]}, "1": {"question": [show("one")]}, "2": {"question": [show("two")]}}),
    );
    let steps = &document["steps"];
    let wait = steps[document["start"].as_str().unwrap()]["next"].as_str().unwrap();
    assert_eq!(steps[wait]["for"][0], json!({"for": "message", "goto": "one"}), "{document:#}");
    // What is tapped on it comes back as its text.
    let buttons =
        json!({"handler": "buttons", "params": [{"value": "Yes", "params": [goto(1)]}, {"type": "else", "params": [goto(2)]}]});
    let (document, _, _) = imported(
        &json!({"0": {"question": [template], "answer": [buttons]}, "1": {"question": [show("one")]}, "2": {"question": [show("two")]}}),
    );
    let first = &document["steps"][document["start"].as_str().unwrap()];
    assert_eq!(first["answers"], json!([{"title": "Yes", "goto": "one"}]), "{document:#}");
    assert_eq!(first["otherwise"], "two", "{document:#}");
}

#[test]
fn a_pause_that_leads_behind_itself_does() {
    let pause = json!({"handler": "waits", "params": {"conditions": [{"event": {"source": "message", "action": "received"}}]}});
    let (document, _, _) = imported(
        &json!({"0": {"block_uuid": "x", "question": [show("first"), goto(1)]}, "1": {"question": [pause, show("second")]}}),
    );
    let wait = document["steps"]["first"]["next"].as_str().unwrap_or_else(|| panic!("{document:#}"));
    assert_eq!(document["steps"][wait]["next"], "second", "{document:#}");
}

#[test]
fn a_button_with_a_pattern_that_can_not_be_used_is_shown() {
    let message = json!({"handler": "send_message", "params": {"text": "Which?", "buttons": [{"type": "inline", "text": "A"}]}});
    let buttons = json!({"handler": "buttons", "params": [{"value": "A", "regex": "/(?=a)/", "params": [show("done")]}]});
    let (document, _, _) = imported(&json!({"0": {"block_uuid": "x", "question": [message], "answer": [buttons]}}));
    assert_eq!(document["steps"]["which"]["buttons"], json!([{"id": "a", "title": "A", "goto": "done"}]), "{document:#}");
}

#[test]
fn a_box_that_was_ticked_is_ticked() {
    let tick = json!({"handler": "action", "params": {"name": "set_custom_fields", "params": {"type": 1, "custom_field": "{{contact.cf.7}}", "value": "1"}}});
    let test = json!({"handler": "condition", "params": {"term1": "{{contact.cf.7.is_checked}}", "term2": "1", "operation": "=", "result": [goto(1)]}});
    let (document, _, _) = imported(&json!([{"question": [tick, test]}, {"question": [show("ticked")]}]));
    assert_eq!(document["steps"]["set_cf_7"]["fields"], json!({"contact.fields.cf_7": true}), "{document:#}");
}

#[test]
fn a_loop_that_a_condition_may_leave_is_told() {
    let test = json!({"handler": "condition", "params": {"term1": "{{lead.price}}", "term2": "5", "operation": ">", "result": [goto(1)]}});
    let (_, report, _) = imported(
        &json!({"0": {"block_uuid": "x", "question": [show("again"), test, goto(0)]}, "1": {"question": [show("done")]}}),
    );
    let told = find(&report, Code::Loop);
    assert!(told.message.contains("waits for nothing") && told.place == "0" && told.step.is_some(), "{told:?}");
}
