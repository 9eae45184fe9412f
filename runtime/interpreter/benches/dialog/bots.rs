//! The bot of the qualification dialog, filled up to any number of steps with ones that it never comes to.

use serde_json::{Value, json};
use steps::ids::BotId;

pub fn id(index: usize) -> BotId {
    BotId::new(&format!("qualification_{index}")).expect("letters, digits and `_`")
}

/// The bot as its designer would write it: 14 steps run in the dialog, one of them twice as long as the others: the script of the score.
const QUALIFICATION: &str = include_str!("qualification.json");

/// The bot with so many steps in all. No two indices give the same version.
pub fn qualification(index: usize, steps: usize) -> String {
    let mut document: Value = serde_json::from_str(QUALIFICATION).expect("a file of this bench");
    document["name"] = json!(format!("Qualification {index}"));
    let all = document["steps"].as_object_mut().expect("a bot has steps");
    let own = all.len();
    for number in own..steps {
        let following = if number + 1 == steps { "bye".to_owned() } else { format!("more_{}", number + 1) };
        all.insert(format!("more_{number}"), further(number, &following));
    }
    // So that every step is reached by a link, as in a bot that somebody drew.
    if steps > own {
        all["ask_need"]["buttons"][2]["goto"] = json!(format!("more_{own}"));
    }
    document.to_string()
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
