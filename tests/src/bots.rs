//! Bots that several tests tell their stories with.

use serde_json::{Value, json};

/// A bot that a message starts.
pub fn bot(steps: Value) -> Value {
    let start = steps.as_object().and_then(|steps| steps.keys().next().cloned());
    json!({
        "name": "Story",
        "language": "en",
        "triggers": [{"on": "message", "any": true}],
        "start": start,
        "steps": steps,
    })
}

/// Counts the turns of a conversation, in a session that goes on, and says one thing a turn.
pub fn counter() -> Value {
    let mut story = bot(json!({
        "tell": {"type": "ask", "text": "{{ vars.n }}: {{ message.text }}", "expect": "text", "save": "vars.said", "next": "count"},
        "count": {"type": "set", "fields": {"vars.n": "{{ vars.n + 1 }}"}, "next": "tell"}
    }));
    story["variables"] = json!({"n": {"type": "integer", "default": 1}});
    story
}
