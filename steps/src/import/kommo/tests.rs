//! The importer as a whole: what it is given becomes a sound bot, or is refused.

mod mended;
mod round_trip;
mod strangers;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::check::Severity;

fn imported(source: &Value) -> (Value, Report, Mapping) {
    let mut mapping = Mapping::default();
    let import = import("bot", &source.to_string(), &mut mapping, &Options::default());
    let import = import.unwrap_or_else(|refused| panic!("{refused}\n{source:#}"));
    (import.bots[0].document.clone(), import.report, mapping)
}

fn goto(step: u64) -> Value {
    json!({"handler": "goto", "params": {"type": "question", "step": step}})
}

fn show(text: &str) -> Value {
    json!({"handler": "show", "params": {"type": "text", "value": text}})
}

fn find(report: &Report, code: Code) -> &Finding {
    report.findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code:?}: {report:#?}"))
}

#[test]
fn buttons_no_answer_and_chains_are_folded() {
    let message = json!({"handler": "send_message", "params": {"type": "external", "text": "Which?", "buttons": [{"type": "inline", "text": "A"}, {"type": "inline", "text": "B"}]}});
    let buttons = json!({"handler": "buttons", "params": [
        {"value": "A", "synonyms": ["first"], "params": [goto(1)]},
        {"value": "B", "synonyms": [], "params": [goto(2)]},
        {"type": "else", "params": [goto(3)]}]});
    let test = |text: &str, step| json!({"handler": "conditions", "params": {"logic": "and", "conditions": [{"term1": "{{message_text}}", "operation": "=", "term2": text}], "result": [goto(step)]}});
    let source = json!({
        "0": {"question": [message], "answer": [buttons], "no_answer": goto(4)},
        "1": {"question": [show("one")]},
        "2": {"question": [show("two")]},
        "3": {"question": [test("x", 1), test("y", 2), goto(9)]},
        "4": {"question": [{"handler": "waits", "params": {"conditions": [{"event": {"source": "timer", "action": "ended", "delay": 900}, "action": {"type": "question", "step": 3}}]}}]}
    });
    let (document, report, _) = imported(&source);
    insta::assert_json_snapshot!(document["steps"]);
    assert_eq!(find(&report, Code::MissingStep).place, "3.question[2]");
}

#[test]
fn a_validation_is_what_a_question_expects() {
    let validation = json!({"handler": "validations", "params": {"logic": "and", "conditions": [{"client_value": "{{message_text}}", "type": "email", "operation": "contains", "condition_value": ""}], "result": [
        {"handler": "action", "params": {"name": "set_custom_fields", "params": {"type": 1, "custom_fields_id": 7, "value": "{{last_validation_result}}"}}}, goto(1)]}});
    let (document, _, mapping) = imported(&json!([
        {"question": [show("E-mail?")], "answer": [validation, show("No e-mail."), goto(0)]},
        {"question": [show("Thanks")]}
    ]));
    insta::assert_json_snapshot!(document["steps"]);
    assert!(mapping.write().contains("\"7\" = { name = \"\", used = [\"bot: step 0\"] }"), "{}", mapping.write());
}

#[test]
fn bad_things_are_told_with_their_place() {
    let buttons = json!({"handler": "buttons", "params": [{"regex": "/(?=a)b/", "params": [goto(1)]}, {"value": "ok", "params": [goto(1)]}, {}]});
    let (document, report, _) = imported(&json!({
        "0": {"block_uuid": "x", "question": [{"handler": "teleport", "params": {}}, {"no": "handler"}, show("Hi {{shoe_size}}"), goto(5)], "answer": [buttons]},
        "1": {"question": [show("ok"), {"handler": "waits", "params": {"conditions": [{"event": {"source": "video"}, "action": {"step": 1}}]}}]},
        "2": {"question": [show("nobody comes here")]},
        "5": {"question": [goto(6)]},
        "6": {"question": [goto(5)]}
    }));
    for (code, place) in [
        (Code::Unsupported, "0.question[0]"),
        (Code::Malformed, "0.question[1]"),
        (Code::Placeholder, "0.question[2]"),
        (Code::Loop, "5"),
        (Code::Unreachable, "1"),
    ] {
        assert!(
            report.findings.iter().any(|finding| finding.code == code && finding.place == place),
            "{code:?} {place}: {report:#?}"
        );
    }
    assert!(document.to_string().contains("teleport") && !document.to_string().contains("shoe_size}}"), "{document:#}");
}

#[test]
fn a_step_of_answers_alone_belongs_to_the_message_before_it() {
    let buttons =
        json!({"handler": "buttons", "params": [{"value": "A", "params": [goto(2)]}, {"type": "else", "params": [goto(0)]}]});
    let (document, _, _) = imported(&json!([
        {"question": [{"handler": "show", "params": {"type": "buttons", "value": "Which?", "buttons": ["A", "B"]}}]},
        {"answer": [buttons]},
        {"question": [show("done")]}
    ]));
    assert_eq!(document["steps"]["which"]["otherwise"], "which", "{document:#}");
    assert_eq!(document["steps"]["which"]["buttons"][0]["goto"], "done", "{document:#}");
}

#[test]
fn what_is_said_of_a_message_stands_at_its_step() {
    let send = json!({"handler": "send_message", "params": {"type": "external", "text": "Hi {{visitor_uid}}, which?", "buttons": [{"type": "inline", "text": "A title that is far too long"}]}});
    let buttons = json!({"handler": "buttons", "params": [{"value": "A title that is far too long", "params": [show("done")]}]});
    let (document, _, _) = imported(&json!({"0": {"block_uuid": "x", "question": [send], "answer": [buttons]}}));
    let steps = document["steps"].as_object().unwrap();
    let comment = steps[document["start"].as_str().unwrap()]["comment"].as_str().unwrap();
    assert!(comment.contains("visitor_uid") && comment.contains("more than 20 characters"), "{comment}");
    assert!(steps["done"].get("comment").is_none(), "{document:#}");
}

#[test]
fn a_loop_that_waits_for_nothing_is_refused() {
    let refused =
        import("bot", &json!([{"question": [show("a"), goto(0)]}]).to_string(), &mut Mapping::default(), &Options::default());
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("never ends") && refused.contains("step 0 of Kommo's"), "{refused}");
}

#[test]
fn a_hundred_and_fifty_conditions_are_one_step() {
    let mut list: Vec<Value> = (0..150)
        .map(|number| json!({"handler": "condition", "params": {"term1": "{{message_text}}", "operation": "=", "term2": format!("word{number}"), "result": [goto(1)]}}))
        .collect();
    list.push(goto(2));
    let (document, _, _) = imported(&json!([{"question": list}, {"question": [show("yes")]}, {"question": [show("no")]}]));
    let steps = document["steps"].as_object().unwrap();
    assert_eq!(steps.len(), 3, "{document:#}");
    assert_eq!(steps[document["start"].as_str().unwrap()]["branches"].as_array().unwrap().len(), 150);
}

#[test]
fn what_is_too_long_is_cut_or_split_and_said() {
    let titles: Vec<String> = (0..12).map(|number| format!("A long title of an option, number {number}")).collect();
    let long = "word ".repeat(2_000);
    let (document, report, _) = imported(&json!([
        {"question": [{"handler": "show", "params": {"type": "buttons", "value": long, "buttons": titles}}], "answer": [{"handler": "buttons", "params": [{"type": "else", "params": [goto(1)]}]}]},
        {"question": [show("done")]}
    ]));
    assert!(
        report.findings.iter().any(|finding| finding.code == Code::TooLong && finding.message.contains("messages")),
        "{report:#?}"
    );
    assert!(
        report.findings.iter().any(|finding| finding.code == Code::TooLong && finding.message.contains("… 2\" here")),
        "{report:#?}"
    );
    assert!(document["steps"].as_object().unwrap().len() > 3);
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let mut list = vec![goto(0)];
    for _ in 0..20 {
        list = vec![
            json!({"handler": "condition", "params": {"term1": "{{message_text}}", "term2": "a", "operation": "=", "result": list}}),
        ];
    }
    let source = json!([{"question": list}]).to_string();
    let refused = import("bot", &source, &mut Mapping::default(), &Options::default()).unwrap_err();
    assert!(refused.message.contains("nested"), "{refused}");
}

/// The bot without what nobody is sent: comments, and what stands for steps without an equal.
fn sent(document: &Value) -> String {
    let mut document = document.clone();
    for step in document["steps"].as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        for key in ["comment", "label", "source", "what"] {
            step.remove(key);
        }
    }
    document.to_string()
}

proptest! {
    #[test]
    fn whatever_is_accepted_passes_the_checker(program in testing::file()) {
        let mut mapping = Mapping::default();
        match import("bot", &program.to_string(), &mut mapping, &Options::default()) {
            Ok(import) => {
                let document = import.bots[0].document.to_string();
                let checked = load(&BotId::new("bot").unwrap(), &document, &Environment::default());
                prop_assert!(checked.bot.is_some(), "{:?}", checked.diagnostics);
                // Nothing of Kommo's own braces is left.
                let sent = sent(&import.bots[0].document);
                for braces in ["{{message_text}}", "{{name}}", "{{lead.cf"] {
                    prop_assert!(!sent.contains(braces), "{sent}");
                }
                // The same file gives the same bot.
                let again = super::import("bot", &program.to_string(), &mut mapping, &Options::default()).unwrap();
                prop_assert_eq!(&again.bots[0].document, &import.bots[0].document);
            }
            // Loops without a wait, and texts that can't be cut, are the only reasons here.
            Err(refused) => prop_assert!(
                refused.message.contains("never ends") || refused.message.contains("WhatsApp takes"), "{}", refused
            ),
        }
        prop_assert!(Mapping::read(&mapping.write()).is_ok());
    }

    #[test]
    fn any_text_is_read_or_refused(source in "\\PC{0,60}") {
        let _ = import("bot", &source, &mut Mapping::default(), &Options::default());
    }

    #[test]
    fn any_json_like_text_is_read_or_refused(source in r#"([\[\]{}:,"\\ 0-9a-z]|"question"|"handler"|"params"|"model"|"text"){0,60}"#) {
        let _ = import("bot", &source, &mut Mapping::default(), &Options::default());
    }
}

#[test]
fn what_a_designer_reads_is_a_warning_at_most() {
    let (document, _, _) = imported(&json!([{"question": [show("Hi"), {"handler": "send_comment", "params": {"text": "x"}}]}]));
    let checked = load(&BotId::new("bot").unwrap(), &document.to_string(), &Environment::default());
    assert!(checked.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning), "{:#?}", checked.diagnostics);
}
