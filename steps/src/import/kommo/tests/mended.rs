//! The smallest bots that once came out wrong, each with what has to come of it.

use serde_json::json;

use super::*;

fn message(text: &str, buttons: &[&str]) -> Value {
    let buttons: Vec<Value> = buttons.iter().map(|title| json!({"type": "inline", "text": title})).collect();
    json!({"handler": "send_message", "params": {"type": "external", "text": text, "buttons": buttons}})
}

fn branch(value: &str, step: u64) -> Value {
    json!({"value": value, "synonyms": [], "params": [goto(step)]})
}

fn answers(branches: &[Value]) -> Value {
    json!({"handler": "buttons", "params": branches})
}

fn action(name: &str, params: Value) -> Value {
    json!({"handler": "action", "params": {"name": name, "params": params}})
}

/// A bot of these steps, as the visual editor writes it.
fn visual(steps: Value) -> Value {
    let mut steps = steps;
    steps["0"]["block_uuid"] = "x".into();
    steps
}

fn step<'d>(document: &'d Value, id: &str) -> &'d Value {
    document["steps"].get(id).unwrap_or_else(|| panic!("{id}: {document:#}"))
}

fn first(document: &Value) -> &Value {
    step(document, document["start"].as_str().unwrap_or_default())
}

/// What was imported comes back from Kommo as it was.
fn returns(document: &Value, mapping: &Mapping) {
    let written = export(document, mapping);
    assert_eq!(written.lost, [], "{document:#}");
    let (again, _, _) = imported(&written.file);
    assert_eq!(again["steps"], document["steps"]);
}

#[test]
fn buttons_that_are_cut_to_the_same_are_both_there() {
    let source = visual(json!({
        "0": {"question": [message("Which?", &["Comprar carro novo hoje", "Comprar carro novo depois"])],
            "answer": [answers(&[branch("Comprar carro novo hoje", 1), branch("Comprar carro novo depois", 2)])]},
        "1": {"question": [show("one: {{message_text}}")]}, "2": {"question": [show("two")]}}));
    let (document, report, mapping) = imported(&source);
    let buttons = &first(&document)["buttons"];
    assert_eq!(buttons[0]["title"], "Comprar carro novo…");
    assert_eq!(buttons[1]["title"], "Comprar carro nov… 2");
    assert_eq!((&buttons[0]["goto"], &buttons[1]["goto"]), (&json!("one"), &json!("two")), "{document:#}");
    // The title that Kommo shows is what a tap says, and what may be typed.
    assert_eq!(
        (&buttons[1]["value"], &buttons[1]["synonyms"][0]),
        (&json!("Comprar carro novo depois"), &json!("Comprar carro novo depois"))
    );
    assert_eq!(step(&document, "one")["text"], "one: {{ message.said }}");
    let cut = report.findings.iter().filter(|finding| finding.code == Code::TooLong).count();
    assert_eq!(cut, 2, "one word for each: {report:#?}");
    returns(&document, &mapping);
}

#[test]
fn a_word_that_two_branches_know_belongs_to_the_first() {
    let known = |value: &str, to: u64| json!({"value": value, "synonyms": ["Abajo", value], "params": [goto(to)]});
    let (document, ..) = imported(&visual(json!({
        "0": {"question": [message("Where?", &["West"])], "answer": [answers(&[known("East", 1), known("West", 2)])]},
        "1": {"question": [show("east")]}, "2": {"question": [show("west")]}})));
    let asked = first(&document);
    assert_eq!(asked["buttons"][0]["goto"], "west", "{document:#}");
    assert!(!asked["buttons"][0].to_string().contains("Abajo"), "{document:#}");
    assert!(asked["answers"].to_string().contains("Abajo"), "{document:#}");
}

#[test]
fn a_channel_that_messages_are_given_is_told_once() {
    let by = |text: &str, key: &str, to_all: bool| {
        let mut sent = message(text, &[]);
        sent["params"]["send_to_all_chat_sources"] = to_all.into();
        sent["params"][key] = json!([{"id": 77}]);
        sent
    };
    let told = |messages: &[Value]| {
        let (document, report, _) = imported(&visual(json!({"0": {"question": messages}})));
        let told = report.findings.iter().filter(|finding| finding.message.contains("the channel 77 in Kommo")).count();
        (told, document.to_string().matches("the channel 77 in Kommo").count())
    };
    assert_eq!(told(&[by("One", "chat_sources", false), by("Two", "chat_sources", false)]), (1, 1));
    assert_eq!(told(&[by("One", "channels", false)]), (1, 1));
    assert_eq!(told(&[by("One", "chat_sources", true)]), (0, 0), "it goes out by all");
}

#[test]
fn rows_of_one_name_go_their_own_ways() {
    let list = json!({"handler": "send_message", "params": {"list_message": {"body": "Menu", "sections": [{"rows": [
        {"title": "Sim", "callback_data": "a1"}, {"title": "Sim", "callback_data": "a2"}]}]}}});
    let (document, _, mapping) = imported(&visual(json!({
        "0": {"question": [list], "answer": [answers(&[branch("a1", 1), branch("a2", 2)])]},
        "1": {"question": [show("one")]}, "2": {"question": [show("two")]}})));
    let rows = &first(&document)["sections"][0]["rows"];
    assert_eq!((&rows[0]["title"], &rows[0]["goto"]), (&json!("Sim"), &json!("one")), "{document:#}");
    assert_eq!((&rows[1]["title"], &rows[1]["goto"], &rows[1]["value"]), (&json!("Sim 2"), &json!("two"), &json!("Sim")));
    returns(&document, &mapping);
}

#[test]
fn two_buttons_that_lead_to_the_same_are_one() {
    let (document, report, _) = imported(&visual(json!({
        "0": {"question": [message("Which?", &["Sim", "sim!"])], "answer": [answers(&[branch("Sim", 1)])]}, "1": {"question": [show("one")]}})));
    assert_eq!(first(&document)["buttons"].as_array().unwrap().len(), 1, "{document:#}");
    assert!(find(&report, Code::Differs).message.contains("Kommo knows the first alone"), "{report:#?}");
}

#[test]
fn what_has_no_equal_and_stands_last_is_no_failed_send() {
    let mut source = visual(json!({"0": {"question": [show("Hi"), action("link_to_unsorted", json!({"entity_type": 2}))]}}));
    source["error"] = json!([show("It failed")]);
    let (document, _, _) = imported(&source);
    assert_eq!(document["defaults"]["failed"], "it_failed");
    assert_eq!(step(&document, "unsupported_action")["failed"], "end", "{document:#}");
}

#[test]
fn the_data_of_the_test_that_was_true_is_kept() {
    let test =
        |kind: &str| json!({"client_value": "{{message_text}}", "type": kind, "operation": "contains", "condition_value": ""});
    let check = |logic: &str| json!({"handler": "validations", "params": {"logic": logic, "conditions": [test("email"), test("phone")], "result": [show("ok {{last_validation_result}}"), goto(9)]}});
    let document =
        |logic: &str| imported(&visual(json!({"0": {"question": [show("Contact?")], "answer": [check(logic), goto(0)]}}))).0;
    let kept = |document: &Value| step(document, "keep_validated")["fields"]["vars.validated"].clone();
    let any = document("or");
    let expected = "{{ if phone(message.text) != () { phone(message.text) } else { email(message.text) } }}";
    assert_eq!(kept(&any), expected, "{any:#}");
    returns(&any, &Mapping::default());
    assert_eq!(kept(&document("and")), "{{ phone(message.text) }}");
}

#[test]
fn a_chat_template_of_kommos_own_is_its_text() {
    let template = |params: Value| {
        let mut params = params;
        params["template_id"] = 900.into();
        visual(json!({"0": {"question": [{"handler": "send_message", "params": params}]}}))
    };
    let (document, _, _) = imported(&template(json!({"text": "Olá {{contact.name}}"})));
    assert_eq!((&first(&document)["type"], &first(&document)["text"]), (&json!("message"), &json!("Olá {{ contact.name }}")));
    for params in [json!({"text": ""}), json!({"text": "Olá", "templateType": "waba"})] {
        assert_eq!(first(&imported(&template(params)).0)["type"], "template");
    }
}

#[test]
fn what_is_done_to_a_company_is_not_done_to_the_lead() {
    let source = visual(json!({"0": {"question": [
        action("change_responsible_user", json!({"value": 5, "type": 3})), action("add_note", json!({"element_type": 3, "text": "x"})), show("done")]}}));
    let (document, report, _) = imported(&source);
    assert_eq!(first(&document)["type"], "unsupported", "{document:#}");
    assert!(report.findings.iter().any(|finding| finding.message.contains("a note at the company")), "{report:#?}");
}

#[test]
fn a_lead_without_a_price_costs_nothing() {
    let test = |operation: &str, wanted: Value| {
        let condition = json!({"handler": "condition", "params": {"term1": "{{lead.price}}", "operation": operation, "term2": wanted, "result": [goto(1)]}});
        let (document, _, mapping) =
            imported(&visual(json!({"0": {"question": [condition, show("no")]}, "1": {"question": [show("yes")]}})));
        returns(&document, &mapping);
        first(&document)["branches"][0]["when"].as_str().unwrap().to_owned()
    };
    assert_eq!(test("in_range", json!({"from": 0, "to": 9000})), "(lead.price ?? 0) >= 0 && (lead.price ?? 0) <= 9000");
    assert_eq!(test("<", json!(10)), "(lead.price ?? 0) < 10");
    assert_eq!(test("=", json!(0)), "(lead.price ?? 0) == 0");
    // Where 0 does not hold, what is missing does not either.
    assert_eq!(test("in_range", json!({"from": 100, "to": 500})), "lead.price >= 100 && lead.price <= 500");
}

#[test]
fn task_types_have_names_in_the_map() {
    let task = |kind: &str| json!({"handler": "trigger", "params": {"trigger": {"action": "create_task", "settings": {"task_text": "Call", "task_type": kind, "task_type_name": "Reunião com o cliente"}}}});
    let (document, _, mapping) = imported(&visual(json!({"0": {"question": [task("777"), task("2")]}})));
    assert_eq!(
        (&step(&document, "task_call")["kind"], &step(&document, "task_call_2")["kind"]),
        (&json!("777"), &json!("meeting"))
    );
    assert!(mapping.write().contains("[task_types]"), "{}", mapping.write());
    let mut named = Mapping::read("[task_types]\n777 = \"visit\"").unwrap();
    let source = visual(json!({"0": {"question": [task("777")]}}));
    let import = import("bot", &source.to_string(), &mut named, &Options::default()).unwrap();
    assert_eq!(first(&import.bots[0].document)["kind"], "visit");
    returns(&document, &mapping);
}

#[test]
fn the_row_that_leads_on_speaks_the_bots_language() {
    let titles: Vec<String> = (1..13).map(|number| format!("Opção {number}")).collect();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let (document, report, _) = imported(&visual(
        json!({"0": {"question": [message("Olá! Qual você quer, por favor? Não sei.", &titles)], "answer": [answers(&[json!({"type": "else", "params": [goto(0)]})])]}}),
    ));
    assert_eq!((&document["language"], &first(&document)["more"]), (&json!("pt-BR"), &json!("Mais opções")));
    assert!(find(&report, Code::Language).message.contains("pt-BR"));
}

#[test]
fn several_values_of_a_field_are_kept() {
    let set = action("set_custom_fields", json!({"type": 2, "custom_fields_id": 4, "value": ["x", "y"]}));
    let (document, _, _) = imported(&visual(json!({"0": {"question": [set, show("done")]}})));
    assert_eq!(first(&document)["fields"], json!({"lead.fields.cf_4": "x, y"}));
}

#[test]
fn names_of_notes_and_generators_are_read_as_what_they_mean() {
    let handler = |name: &str, params: Value| json!({"handler": name, "params": params});
    let source = visual(json!({"0": {"question": [
        handler("add_tag", json!({"type": 2, "value": "vip"})), handler("remove_tag", json!({"type": 2, "value": "new"})),
        handler("create_note", json!({"text": "n"})), handler("create_task", json!({"text": "Call"})), handler("set_responsible", json!({"value": 5})),
        handler("start", json!({"bot": 7})), show("behind it"), handler("talk_close", json!({}))]}}));
    let mut mapping = Mapping::read("[bots]\n7 = \"other\"").unwrap();
    let import = import("bot", &source.to_string(), &mut mapping, &Options::default()).unwrap();
    let document = &import.bots[0].document;
    let kinds: Vec<&str> = document["steps"].as_object().unwrap().values().filter_map(|step| step["type"].as_str()).collect();
    assert_eq!(kinds, ["tags", "tags", "note", "task", "assign", "start_bot", "message", "stop"], "{document:#}");
    assert_eq!(step(document, "start_other")["next"], "behind_it");
    assert_eq!(import.report.findings.iter().filter(|finding| finding.message.starts_with("no known export")).count(), 7);
}

#[test]
fn an_option_of_a_field_is_one_only_where_the_field_holds_it() {
    let test = |wanted: &str| {
        let condition = json!({"handler": "condition", "params": {"term1": "{{lead.cf.1.77}}", "operation": "=", "term2": wanted, "result": [goto(1)]}});
        let (document, _, mapping) =
            imported(&visual(json!({"0": {"question": [condition, show("no")]}, "1": {"question": [show("yes")]}})));
        returns(&document, &mapping);
        first(&document)["branches"][0]["when"].as_str().unwrap().to_owned()
    };
    assert_eq!(test("1"), "lead.fields.cf_1 == \"77\"");
    assert_eq!(test("0"), "!(lead.fields.cf_1 == \"77\")");
    let set = action("set_custom_fields", json!({"custom_field": "{{lead.cf.1}}", "value": "{{lead.cf.1.77}}"}));
    let (document, _, mapping) = imported(&visual(json!({"0": {"question": [set, show("It is {{lead.cf.1.77}}")]}})));
    assert_eq!(first(&document)["fields"], json!({"lead.fields.cf_1": "77"}));
    returns(&document, &mapping);
}

#[test]
fn strange_parts_of_a_file_are_told() {
    let source = r#"{"-1": {"question": []}, "1": {"question": []}, "1": {"block_uuid": "x", "answer": "x", "question": [
        {"handler": "send_message", "params": {"text": "Hi", "buttons": "A"}},
        {"handler": "send_message", "params": {"text": "Ho", "buttons": [null, {"type": "inline"}, {"type": "inline", "text": "A"}]}},
        {"handler": "waits", "params": {"conditions": {}}}]}, "2": "x"}"#;
    let import = import("bot", source, &mut Mapping::default(), &Options::default()).unwrap();
    let said = |place: &str, words: &str| {
        let found = import.report.findings.iter().any(|finding| finding.place == place && finding.message.contains(words));
        assert!(found, "{place} {words}: {:#?}", import.report);
    };
    said("", "\"1\" stands twice");
    said("-1", "no number");
    said("2", "no object");
    said("1.answer", "no handler");
    said("1.question[0]", "a button without a text");
    said("1.question[1]", "a button without a text");
    said("1.question[2]", "no list");
}

#[test]
fn a_name_in_the_map_that_can_not_be_used_is_told() {
    let mut mapping = Mapping::read("[files]\nf-1 = \"photo.jpg\"\n[lead_fields]\n5 = \"Forma de Pagamento\"").unwrap();
    let photo = json!({"handler": "send_message", "params": {"text": "Hi {{lead.cf.5}}", "attachments": [{"type": "picture", "value": "f-1"}]}});
    let import =
        import("bot", &visual(json!({"0": {"question": [photo]}})).to_string(), &mut mapping, &Options::default()).unwrap();
    for words in ["\"photo.jpg\", which the map names for the file f-1, is no address", "`forma_de_pagamento`"] {
        assert!(import.report.findings.iter().any(|finding| finding.message.contains(words)), "{words}: {:#?}", import.report);
    }
}

#[test]
fn placeholders_inside_of_placeholders_come_back() {
    let (document, _, mapping) =
        imported(&visual(json!({"0": {"question": [show("Hi {{name:ifempty({{lead.name}})}}, {{lead.tags}}!")]}})));
    assert_eq!(first(&document)["text"], "Hi {{ contact.name ?? lead.name }}, {{ lead.tags }}!");
    returns(&document, &mapping);
}

#[test]
fn a_task_and_a_template_go_back_as_kommo_writes_them() {
    let task = json!({"handler": "trigger", "params": {"trigger": {"action": "create_task", "settings": {"task_text": "Call", "task_type": "2",
        "deadline-days": "1", "deadline-hours": "2", "deadline-minutes": "30"}}}});
    let template = json!({"handler": "send_message", "params": {"template_id": 801, "templateType": "waba"}});
    let mut source = visual(json!({"0": {"question": [task, template, show("done")]}}));
    source["conversation"] = true.into();
    let (document, _, mapping) = imported(&source);
    let file = export(&document, &mapping).file;
    let program: Value = serde_json::from_str(file["model"]["text"].as_str().unwrap()).unwrap();
    let settings = &program["0"]["question"][0]["params"]["trigger"]["settings"];
    let wanted =
        json!({"task_text": "Call", "task_type": "2", "deadline-days": "1", "deadline-hours": "2", "deadline-minutes": "30"});
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(settings[key], *value, "{program:#}");
    }
    let params = |step: &str| program[step]["question"][0]["params"].clone();
    assert_eq!((&params("1")["template_id"], &params("1")["is_in_starting_block"]), (&json!(801), &json!(true)), "{program:#}");
    assert_eq!((&params("2")["is_in_starting_block"], &program["conversation"]), (&json!(false), &json!(true)), "{program:#}");
}

/// A program whose first step goes on by this handler to "yes", else to "no".
fn asks(handler: &Value) -> Value {
    let mut handler = handler.clone();
    handler["params"]["result"] = json!([goto(1)]);
    visual(json!({"0": {"question": [handler, goto(2)]}, "1": {"question": [show("yes")]}, "2": {"question": [show("no")]}}))
}

#[test]
fn hundreds_of_tests_of_one_condition_are_read_and_come_back() {
    let words: Vec<String> = (0..150).map(|number| format!("word{number}")).collect();
    let several: Vec<Value> =
        words.iter().map(|word| json!({"term1": "{{message_text}}", "operation": "contains", "term2": word})).collect();
    let one = |operation: &str| json!([{"term1": "{{message_text}}", "operation": operation, "term2": words.join(",")}]);
    let validated: Vec<Value> = words
        .iter()
        .map(|word| json!({"client_value": "{{message_text}}", "type": "simple", "operation": "equal", "condition_value": word}))
        .collect();
    for (handler, logic, tests) in [
        ("conditions", "or", several.clone().into()),
        ("conditions", "and", several.into()),
        ("conditions", "and", one("in")),
        ("conditions", "and", one("not_in")),
        ("validations", "or", validated.into()),
    ] {
        let asked = asks(&json!({"handler": handler, "params": {"logic": logic, "conditions": tests}}));
        let (document, _, mapping) = imported(&asked);
        let when = first(&document)["branches"][0]["when"].as_str().unwrap();
        assert!(when.contains("word0") && when.contains("word149"), "{when}");
        returns(&document, &mapping);
    }
}

#[test]
fn what_can_not_be_read_is_not_taken_where_it_is_denied() {
    for (operation, wanted, when) in [
        ("not_contains", "/^(?=.*x)y/", "false"),
        ("contains", "/^(?=.*x)y/", "false"),
        ("not_contains", "", "false"),
        ("not_contains", "/(?!)/", "!(false)"),
        ("not_contains", "/x/i", "!(matches(message.text, \"(?i)x\"))"),
    ] {
        let test =
            json!({"client_value": "{{message_text}}", "type": "regex", "operation": operation, "condition_value": wanted});
        let asked = asks(&json!({"handler": "validations", "params": {"logic": "and", "conditions": [test]}}));
        let (document, ..) = imported(&asked);
        assert_eq!(first(&document)["branches"][0]["when"], when, "{wanted}");
    }
}

#[test]
fn an_owner_by_a_placeholder_is_read_when_the_bot_runs() {
    let owner = |user: &str, of: u8| action("change_responsible_user", json!({"value": user, "type": of}));
    let task = |user: &str| {
        let settings = json!({"task_text": "Call", "responsible_user": user});
        json!({"handler": "trigger", "params": {"element_type": "lead", "trigger": {"action": "create_task", "settings": settings}}})
    };
    let stage = action("change_status", json!({"value": "{{lead.cf.5}}"}));
    let list = json!([
        owner("{{lead.responsible_user_id}}", 1),
        owner("{{visitor_uid}}", 2),
        task("{{lead.responsible.id}}"),
        stage,
        show("end")
    ]);
    let (document, report, mapping) = imported(&visual(json!({"0": {"question": list}})));
    let steps: Vec<&Value> = document["steps"].as_object().unwrap().values().collect();
    let of = |kind: &str| steps.iter().filter(|step| step["type"] == kind).count();
    assert_eq!(steps[0]["fields"], json!({"contact.owner": "{{ lead.owner }}"}));
    assert_eq!((of("unsupported"), of("assign"), of("stage"), of("task")), (2, 0, 0, 1), "{document:#}");
    assert!(steps.iter().all(|step| step.get("owner").is_none()));
    assert!(!mapping.write().contains("{{"), "{}", mapping.write());
    assert!(!report.findings.iter().any(|finding| finding.message.contains("placeholder is for the lead's owner")));
    let (document, _, mapping) =
        imported(&visual(json!({"0": {"question": [owner("{{lead.responsible.id}}", 1), show("end")]}})));
    returns(&document, &mapping);
}

#[test]
fn a_new_contact_has_its_tags_and_its_owner() {
    let params = json!({"lead": {"name": "New", "tags": "l1"}, "contact": {"name": "{{name}}", "tags": "c1, c2", "responsible_user_id": 8}});
    let (document, _, mapping) = imported(&visual(json!({"0": {"question": [action("add_lead_contact", params), show("end")]}})));
    let steps = document["steps"].as_object().unwrap();
    let of = |kind: &str| steps.values().find(|step| step["type"] == kind).unwrap();
    assert_eq!((&of("tags")["on"], &of("tags")["add"]), (&json!("contact"), &json!(["c1", "c2"])));
    assert_eq!((&of("assign")["on"], &of("assign")["to"]), (&json!("contact"), &json!({"user": "8"})));
    assert_eq!(of("create_lead")["tags"], json!(["l1"]));
    returns(&document, &mapping);
}

#[test]
fn searches_for_another_contact_come_back() {
    let told = |text: &str| json!([show(text), goto(1)]);
    let double = json!({"handler": "find", "params": {"type": "contact_double", "params": {"type": "phone", "actions": told("{{contact_double.name}}?")}}});
    let other = json!({"handler": "filter", "params": {"type": 1, "value": "{{message_text}}", "custom_fields_id": 301, "actions": told("{{external_contact.id}}")}});
    for search in [double, other] {
        let (document, _, mapping) =
            imported(&visual(json!({"0": {"question": [search, show("nobody")]}, "1": {"question": [show("end")]}})));
        let written = export(&document, &mapping);
        assert_eq!(written.lost, [], "{:#}", written.file);
        returns(&document, &mapping);
    }
}

#[test]
fn what_is_left_out_is_told() {
    let finish = json!([{"handler": "stop", "params": {"action": "talk-close"}}]);
    let list =
        json!([{"question": [show("a"), goto(2)]}, {"question": [show("b")]}, {"question": [show("c")], "finish": finish}]);
    let (_, report, _) = imported(&list);
    let told = |code: Code| {
        report.findings.iter().filter(|finding| finding.code == code).map(|finding| finding.place.as_str()).collect::<Vec<_>>()
    };
    assert_eq!((told(Code::Unreachable), told(Code::Differs)), (vec!["1"], vec!["2.finish"]), "{report:#?}");

    let task = |key: &str, value: &str| {
        let mut settings = json!({"task_text": "Call"});
        settings[key] = value.into();
        json!({"handler": "trigger", "params": {"element_type": "contact", "trigger": {"action": "create_task", "delay": 60, "settings": settings}}})
    };
    let field = |of: u8, value: Value| action("set_custom_fields", json!({"type": of, "custom_fields_id": 5, "value": value}));
    let test = json!({"term1": "{{message_text}}", "operation": "=", "term2": "x"});
    let strange =
        json!({"client_value": "{{message_text}}", "type": "regex", "operation": "resembles", "condition_value": "/x/"});
    for (handler, words) in [
        (task("deadline-days", "soon"), "a deadline that is no number"),
        (task("responsible_user", "{{visitor_uid}}"), "is for the lead's owner here"),
        (task("deadline-days", "1"), "without its `delay`"),
        (task("deadline-days", "1"), "a task is for the lead here"),
        (field(11, "x".into()), "a field that can't be written here"),
        (field(2, json!({"a": 1})), "neither a text, a number nor a list"),
        (json!({"handler": "goto", "params": {"type": "teleport", "step": 1}}), "the jump's type `teleport`"),
        (
            json!({"handler": "conditions", "params": {"logic": "xor", "conditions": [test], "result": [goto(1)]}}),
            "the logic `xor`",
        ),
        (json!({"handler": "validations", "params": {"conditions": [strange], "result": [goto(1)]}}), "read as `contains`"),
    ] {
        let (_, report, _) =
            imported(&visual(json!({"0": {"question": [handler, show("next")]}, "1": {"question": [show("end")]}})));
        assert!(report.findings.iter().any(|finding| finding.message.contains(words)), "{words}: {report:#?}");
    }
}
