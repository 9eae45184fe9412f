//! The bot of the qualification dialog, filled up to any number of steps with ones that it never comes to.

use serde_json::{Map, Value, json};
use steps::ids::BotId;

pub fn id(index: usize) -> BotId {
    BotId::new(&format!("qualification_{index}")).expect("letters, digits and `_`")
}

/// The bot as its designer would write it, with so many steps in all. No two indices give the same version.
pub fn qualification(index: usize, steps: usize) -> String {
    let mut all = dialog();
    let own = all.len();
    for number in own..steps {
        let following = if number + 1 == steps { "bye".to_owned() } else { format!("more_{}", number + 1) };
        all.insert(format!("more_{number}"), further(number, &following));
    }
    // So that every step is reached by a link, as in a bot that somebody drew.
    if steps > own {
        all["ask_need"]["buttons"][2]["goto"] = json!(format!("more_{own}"));
    }
    let document = json!({
        "format": 1,
        "name": format!("Qualification {index}"),
        "language": "en",
        "timezone": "America/Sao_Paulo",
        "variables": {"score": {"type": "integer", "default": 0}, "need": {"type": "text"}, "size": {"type": "integer"}},
        "defaults": {"failed": "bye", "outside_window": "hold", "expires": "24h"},
        "triggers": [{"on": "message", "keywords": ["quote", "price"]}],
        "start": "greet",
        "steps": all
    });
    document.to_string()
}

/// 14 steps run in the dialog, one of them twice as long as the others: the script of the score.
fn dialog() -> Map<String, Value> {
    let steps = json!({
        "greet": {"type": "message", "text": "Hello! I am Lia, the assistant of Plumb Line. A few questions, and you have your quote.", "next": "ask_name"},
        "ask_name": {"type": "ask", "text": "What is your name?", "expect": "text", "save": "contact.name", "next": "ask_need"},
        "ask_need": {
            "type": "message",
            "text": "Nice to meet you, {{ contact.first_name }}! What would you like to do first?",
            "buttons": [
                {"id": "sell", "title": "Sell more", "synonyms": ["sales", "crm"]},
                {"id": "finance", "title": "Order my finances", "synonyms": ["finances", "cash flow"]},
                {"id": "service", "title": "Serve better", "goto": "bye"}
            ],
            "save": "vars.need",
            "timeout": {"after": "2h", "goto": "bye"},
            "next": "by_need"
        },
        "by_need": {
            "type": "condition",
            "branches": [{"when": "vars.need == \"Sell more\"", "goto": "sell"}],
            "otherwise": "keep_need"
        },
        "sell": {"type": "message", "text": "Great, that is what we do best.", "next": "keep_need"},
        "keep_need": {"type": "set", "fields": {"lead.fields.need": "{{ vars.need }}"}, "next": "ask_email"},
        "ask_email": {
            "type": "ask",
            "text": "Where may we send the quote?",
            "expect": "email",
            "save": "contact.email",
            "invalid": "That does not look like an e-mail address. Could you check it?",
            "attempts": 2,
            "otherwise": "ask_size",
            "next": "ask_size"
        },
        "ask_size": {"type": "ask", "text": "How many people are in your team?", "expect": "integer", "min": 1, "save": "vars.size", "next": "score"},
        "score": {
            "type": "set",
            "fields": {"vars.score": "{{ (if vars.size >= 20 { 40 } else { 10 }) + (if contact.email != () { 20 } else { 0 }) }}"},
            "next": "keep_score"
        },
        "keep_score": {"type": "set", "fields": {"lead.fields.score": "{{ vars.score }}"}, "next": "decide"},
        "decide": {"type": "condition", "branches": [{"when": "vars.score >= 50", "goto": "hot"}], "otherwise": "bye"},
        "hot": {"type": "tags", "on": "lead", "add": ["hot"], "next": "promise"},
        "promise": {"type": "message", "text": "Thank you, {{ contact.first_name }}! You are the first in line.", "next": "bye"},
        "bye": {"type": "message", "text": "A colleague writes to {{ contact.email ?? \"you here\" }} today. Have a good day!"}
    });
    match steps {
        Value::Object(steps) => steps,
        _ => Map::new(),
    }
}

/// Steps of the usual kinds, that the dialog never comes to.
fn further(number: usize, next: &str) -> Value {
    match number % 4 {
        0 => {
            json!({"type": "message", "text": format!("Part {number} for {{{{ contact.first_name ?? \"you\" }}}}."), "next": next})
        }
        1 => json!({"type": "ask", "text": format!("Question {number}?"), "expect": "text", "save": "vars.need", "next": next}),
        2 => {
            json!({"type": "condition", "branches": [{"when": format!("vars.score > {number}"), "goto": next}], "otherwise": next})
        }
        _ => json!({
            "type": "message",
            "text": format!("Choice {number}?"),
            "buttons": [{"id": "yes", "title": "Yes", "goto": next}, {"id": "no", "title": "No", "goto": "bye"}],
            "next": next
        }),
    }
}
