//! An imported bot says what Kommo's says. Here stands a small Kommo, after the reference of its Salesbot: what it says to random answers is
//! what the bot that was made of the same program says.

use std::collections::HashSet;

use interpreter::rehearsal::Rehearsal;
use proptest::prelude::*;
use serde_json::{Value, json};
use steps::{
    check::load,
    environment::Environment,
    expression::fold,
    ids::BotId,
    import::kommo::{Mapping, Options, import},
    moment::HOUR,
};

use crate::story::{rehearse, say, start, texts};

/// The words that buttons, branches and customers have.
const WORDS: [&str; 5] = ["North", "South", "East", "West", "Price please"];
/// How many handlers the small Kommo runs without a message: fewer than any loop of a bot here may run.
const MOST_HANDLERS: usize = 100;

fn goto() -> BoxedStrategy<Value> {
    (0_u64..8).prop_map(|step| json!({"handler": "goto", "params": {"type": "question", "step": step}})).boxed()
}

fn word() -> BoxedStrategy<&'static str> {
    prop::sample::select(WORDS.to_vec()).boxed()
}

/// What runs in a list: mostly a jump, sometimes something that goes on behind itself.
fn list() -> BoxedStrategy<Vec<Value>> {
    let tag =
        word().prop_map(|tag| json!({"handler": "action", "params": {"name": "set_tag", "params": {"type": 2, "value": [tag]}}}));
    let say = word().prop_map(|word| json!({"handler": "show", "params": {"type": "text", "value": format!("You said {word}")}}));
    prop_oneof![
        4 => goto().prop_map(|goto| vec![goto]),
        1 => (tag, goto()).prop_map(|(tag, goto)| vec![tag, goto]),
        1 => (say, goto()).prop_map(|(say, goto)| vec![say, goto]),
        1 => Just(Vec::new()),
    ]
    .boxed()
}

fn condition() -> BoxedStrategy<Value> {
    let term = prop::sample::select(vec!["{{message_text}}", "lead.tags"]);
    let operation = prop::sample::select(vec!["=", "!=", "contains", "not_contains", "in"]);
    let test = (term, operation, word())
        .prop_map(|(term, operation, word)| json!({"term1": term, "operation": operation, "term2": word}));
    let several = (prop::collection::vec(test.clone(), 1..3), prop::sample::select(vec!["and", "or"]), list()).prop_map(|(tests, logic, result)| {
        json!({"handler": "conditions", "params": {"logic": logic, "conditions": tests, "result": result}})
    });
    let one = (test, list()).prop_map(|(mut test, result)| {
        test["result"] = result.into();
        json!({"handler": "condition", "params": test})
    });
    prop_oneof![several, one].boxed()
}

fn branches() -> BoxedStrategy<Value> {
    let item = (word(), prop::collection::vec(word(), 0..2), list())
        .prop_map(|(value, synonyms, params)| json!({"value": value, "synonyms": synonyms, "params": params}));
    (prop::collection::vec(item, 1..4), prop::option::of(goto()))
        .prop_map(|(mut items, otherwise)| {
            items.extend(otherwise.map(|otherwise| json!({"type": "else", "params": [otherwise]})));
            json!({"handler": "buttons", "params": items})
        })
        .boxed()
}

/// A step that says its own number, so that what was said tells where the bot was.
fn step(number: usize) -> BoxedStrategy<Value> {
    let text = format!("Step {number}");
    let ask_text = text.clone();
    let ask = move |buttons: HashSet<&'static str>| {
        let buttons: Vec<Value> =
            WORDS.iter().filter(|word| buttons.contains(*word)).map(|word| json!({"type": "inline", "text": word})).collect();
        json!({"handler": "send_message", "params": {"type": "external", "text": ask_text, "buttons": buttons}})
    };
    let say = json!({"handler": "show", "params": {"type": "text", "value": text}});
    let drawn = prop::collection::hash_set(word(), 0..4).prop_map(ask);
    let then = |question: Value| {
        move |mut list: Vec<Value>| {
            list.insert(0, question.clone());
            json!({"question": list})
        }
    };
    let waits = (0_u64..8).prop_map(|step| {
        vec![json!({"handler": "waits", "params": {"logic": "or", "conditions": [{"event": {"source": "message", "action": "received"}, "action": {"type": "question", "step": step}}]}})]
    });
    let answer = prop_oneof![
        3 => branches().prop_map(|branches| vec![branches]),
        1 => (branches(), list()).prop_map(|(branches, list)| [vec![branches], list].concat()),
        1 => (prop::collection::vec(condition(), 1..3), list()).prop_map(|(tests, list)| [tests, list].concat()),
    ];
    let tests = (prop::collection::vec(condition(), 1..4), list()).prop_map(|(tests, list)| [tests, list].concat());
    prop_oneof![
        4 => (drawn, answer).prop_map(|(message, answer)| json!({"question": [message], "answer": answer})),
        2 => list().prop_map(then(say.clone())),
        2 => waits.prop_map(then(say.clone())),
        2 => tests.prop_map(then(say)),
    ]
    .prop_map(|mut step| {
        step["block_uuid"] = "x".into();
        step
    })
    .boxed()
}

fn program() -> BoxedStrategy<Value> {
    let steps: Vec<_> = (0..6).map(step).collect();
    steps
        .prop_map(|steps| Value::Object(steps.into_iter().enumerate().map(|(number, step)| (number.to_string(), step)).collect()))
        .boxed()
}

/// Where Kommo's bot stands.
#[derive(Clone, Debug)]
enum At {
    Ended,
    /// The next message goes through this step's answers.
    Answers(u64),
    /// The next message goes on there.
    Message(u64),
}

/// What a list of handlers leads to.
enum Then {
    Fell,
    Jump(u64),
    Park(u64),
    /// Nothing knew the answer: the bot waits on.
    Stay,
}

/// Kommo's bot: §4 of the reference, with what is decided there.
struct Kommo {
    program: Value,
    at: At,
    said: Vec<String>,
    message: String,
    tags: Vec<String>,
    handlers: usize,
}

impl Kommo {
    fn start(program: Value, message: &str) -> Self {
        let mut kommo =
            Kommo { program, at: At::Ended, said: Vec::new(), message: message.to_owned(), tags: Vec::new(), handlers: 0 };
        kommo.enter(0);
        kommo
    }

    fn hear(&mut self, message: &str) {
        self.message = message.to_owned();
        self.handlers = 0;
        match std::mem::replace(&mut self.at, At::Ended) {
            At::Ended => {}
            At::Message(step) => self.enter(step),
            At::Answers(step) => {
                let answer = self.program[step.to_string()]["answer"].clone();
                match self.list(&answer) {
                    Then::Fell => {}
                    Then::Jump(step) => self.enter(step),
                    Then::Park(step) => self.at = At::Message(step),
                    Then::Stay => {
                        self.at = At::Answers(step);
                        self.asks_again(step);
                    }
                }
            }
        }
    }

    /// A button that no branch knows does nothing there; here the question is asked once more.
    fn asks_again(&mut self, step: u64) {
        let send = &self.program[step.to_string()]["question"][0]["params"];
        let is_button = |button: &Value| button["text"] == self.message.as_str();
        if send["buttons"].as_array().is_some_and(|buttons| buttons.iter().any(is_button)) {
            let text = send["text"].clone();
            self.say(&text);
        }
    }

    fn enter(&mut self, step: u64) {
        let there = self.program[step.to_string()].clone();
        match self.list(&there["question"]) {
            Then::Jump(to) => self.enter(to),
            Then::Park(to) => self.at = At::Message(to),
            Then::Fell if there["answer"].as_array().is_some_and(|answer| !answer.is_empty()) => self.at = At::Answers(step),
            Then::Fell | Then::Stay => {}
        }
    }

    fn list(&mut self, list: &Value) -> Then {
        for (index, handler) in list.as_array().into_iter().flatten().enumerate() {
            self.handlers += 1;
            if self.handlers > MOST_HANDLERS {
                return Then::Stay;
            }
            let params = &handler["params"];
            let then = match handler["handler"].as_str().unwrap() {
                "show" => self.say(&params["value"]),
                "send_message" => self.say(&params["text"]),
                "action" => {
                    self.tags.push(params["params"]["value"][0].as_str().unwrap().to_owned());
                    Then::Fell
                }
                "goto" => Then::Jump(params["step"].as_u64().unwrap()),
                "waits" => Then::Park(params["conditions"][0]["action"]["step"].as_u64().unwrap()),
                "condition" if self.holds(params) => self.list(&params["result"]),
                "conditions" if self.all_hold(params) => self.list(&params["result"]),
                "condition" | "conditions" => Then::Fell,
                "buttons" => match (self.branch(params), list.as_array().unwrap().len() > index + 1) {
                    (Some(branch), _) => self.list(&branch),
                    (None, true) => Then::Fell,
                    (None, false) => Then::Stay,
                },
                other => panic!("{other}"),
            };
            if !matches!(then, Then::Fell) {
                return then;
            }
        }
        Then::Fell
    }

    fn say(&mut self, text: &Value) -> Then {
        self.said.push(text.as_str().unwrap().to_owned());
        Then::Fell
    }

    fn branch(&self, items: &Value) -> Option<Value> {
        let items = items.as_array().unwrap();
        let said = |word: &Value| word.as_str().is_some_and(|word| fold(word) == fold(&self.message));
        let by_value = items.iter().find(|item| said(&item["value"]));
        let by_word = || items.iter().find(|item| item["synonyms"].as_array().is_some_and(|words| words.iter().any(said)));
        let otherwise = || items.iter().find(|item| item["type"] == "else");
        by_value.or_else(by_word).or_else(otherwise).map(|item| item["params"].clone())
    }

    fn all_hold(&self, params: &Value) -> bool {
        let mut tests = params["conditions"].as_array().unwrap().iter();
        if params["logic"] == "or" { tests.any(|test| self.holds(test)) } else { tests.all(|test| self.holds(test)) }
    }

    fn holds(&self, test: &Value) -> bool {
        let word = test["term2"].as_str().unwrap();
        let operation = test["operation"].as_str().unwrap();
        let holds = match (test["term1"].as_str().unwrap(), operation.trim_start_matches("not_")) {
            ("lead.tags", _) => self.tags.iter().any(|tag| tag == word),
            (_, "contains") => fold(&self.message).contains(&fold(word)),
            _ => fold(&self.message) == fold(word),
        };
        holds != (operation == "!=" || operation.starts_with("not_"))
    }
}

fn imported(program: &Value) -> Option<Rehearsal> {
    let import = import("desk", &program.to_string(), &mut Mapping::default(), &Options::default()).ok()?;
    let id = BotId::new("desk").unwrap();
    let bot = load(&id, &import.bots[0].document.to_string(), &Environment::default()).bot.unwrap();
    let mut rehearsal = rehearse(&[bot]);
    say(&mut rehearsal, "hello");
    start(&mut rehearsal, "desk");
    Some(rehearsal)
}

proptest! {
    #[test]
    fn an_imported_bot_says_what_kommos_says(program in program(), words in prop::collection::vec(prop_oneof![3 => word(), 1 => Just("something else")], 0..12)) {
        let Some(mut rehearsal) = imported(&program) else { return Ok(()) };
        let mut kommo = Kommo::start(program.clone(), "hello");
        if kommo.handlers > MOST_HANDLERS {
            return Ok(());
        }
        prop_assert_eq!(texts(&rehearsal), kommo.said.iter().map(String::as_str).collect::<Vec<_>>());
        for word in words {
            // So late that no guard against too many messages an hour holds the bot back.
            rehearsal.pass(HOUR);
            say(&mut rehearsal, word);
            kommo.hear(word);
            // Both go round in a loop that only a condition ends; who stops it when is no matter.
            if kommo.handlers > MOST_HANDLERS {
                break;
            }
            prop_assert_eq!(texts(&rehearsal), kommo.said.iter().map(String::as_str).collect::<Vec<_>>(), "after {:?}", word);
        }
    }
}
