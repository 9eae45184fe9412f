//! The bots of a run. Each text that goes out holds the words of the message that called for it, so that no two sends of a run have the
//! same text, and a text that goes out twice is a send that went out twice.

/// Every bot, with its id.
pub const BOTS: [(&str, &str); 2] = [("echo", ECHO), ("survey", SURVEY)];

/// The first word of a message that starts the survey.
pub const SURVEY_WORD: &str = "survey";
/// How the survey's last text begins, whichever way it ended: answered, or not in time.
pub const ENDS: [&str; 3] = ["Many.", "Few.", "No answer."];
/// How long the survey waits for an answer.
pub const PATIENCE_SECONDS: u64 = 90;

const ECHO: &str = r#"{
    "name": "Echo",
    "triggers": [{"on": "message", "any": true}],
    "start": "answer",
    "steps": {"answer": {"type": "message", "text": "You said {{ message.text ?? \"nothing\" }}"}}
}"#;

/// A name, a question with buttons, a number, a branch; and what happens to whoever does not answer.
const SURVEY: &str = r#"{
    "name": "Survey",
    "language": "en",
    "variables": {"asked": {"type": "text"}, "name": {"type": "text"}, "need": {"type": "text"}, "size": {"type": "integer"}},
    "defaults": {"timeout": {"after": "90s", "goto": "silent"}, "failed": "silent"},
    "triggers": [{"on": "message", "keywords": ["survey"]}],
    "start": "keep",
    "steps": {
        "keep": {"type": "set", "fields": {"vars.asked": "{{ message.text }}"}, "next": "greet"},
        "greet": {"type": "message", "text": "Welcome! [{{ vars.asked }}]", "next": "name"},
        "name": {"type": "ask", "text": "Your name? [{{ vars.asked }}]", "expect": "text", "save": "vars.name", "next": "need"},
        "need": {
            "type": "message",
            "text": "{{ vars.name }}, what do you want? [{{ vars.asked }}]",
            "buttons": [{"id": "sell", "title": "Sell"}, {"id": "serve", "title": "Serve"}],
            "save": "vars.need",
            "next": "size"
        },
        "size": {"type": "ask", "text": "How many are you? [{{ vars.asked }}]", "expect": "integer", "min": 1, "save": "vars.size", "next": "decide"},
        "decide": {"type": "condition", "branches": [{"when": "vars.size >= 20", "goto": "many"}], "otherwise": "few"},
        "many": {"type": "message", "text": "Many. [{{ vars.asked }}]"},
        "few": {"type": "message", "text": "Few. [{{ vars.asked }}]"},
        "silent": {"type": "message", "text": "No answer. [{{ vars.asked }}]"}
    }
}"#;
