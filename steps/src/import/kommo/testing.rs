//! Random programs of Kommo's, for tests of this package and of others (feature `testing`): every handler and container that is known, both
//! dialects, with jumps to anywhere and texts that are not as they should be.

mod deeds;
mod messages;
mod texts;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use deeds::deed;
use messages::message;
use texts::{condition, validation, words};

/// The numbers that steps and jumps have: a few more than there are steps, so that some jumps lead nowhere.
const NUMBERS: std::ops::Range<u64> = 0..9;

/// What customers write to such bots: words that their branches, patterns and validations know, and others.
pub const SAID: [&str; 16] = [
    "A",
    "b",
    "North",
    "yes",
    "2",
    "ana@example.com",
    "+55 11 98765-4321",
    "42",
    "price",
    "on site",
    "oi",
    "?",
    "👍",
    "stop it",
    "",
    "a long answer that no branch of any bot knows, of many words",
];

/// A target, which mostly is there and mostly is a question.
fn target() -> BoxedStrategy<Value> {
    let kind = prop_oneof![6 => Just("question"), 1 => Just("answer"), 1 => Just("finish")];
    (kind, NUMBERS, any::<bool>())
        .prop_map(|(kind, step, is_text)| match is_text && step == 3 {
            true => json!({"type": kind, "step": step.to_string()}),
            false => json!({"type": kind, "step": step}),
        })
        .boxed()
}

fn jump() -> BoxedStrategy<Value> {
    target().prop_map(|target| json!({"handler": "goto", "params": target})).boxed()
}

fn event() -> BoxedStrategy<Value> {
    prop_oneof![
        4 => Just(json!({"source": "message", "action": "received"})),
        1 => Just(json!({"source": "message_received"})),
        4 => (0_u64..200_000).prop_map(|delay| json!({"source": "timer", "action": "ended", "delay": delay})),
        1 => Just(json!({"source": "timer", "action": "ended"})),
        1 => Just(json!({"source": "video", "action": "opened"})),
    ]
    .boxed()
}

fn pause() -> BoxedStrategy<Value> {
    let condition = (event(), prop::option::weighted(0.9, target())).prop_map(|(event, action)| match action {
        Some(action) => json!({"event": event, "action": action}),
        None => json!({"event": event}),
    });
    prop_oneof![
        5 => prop::collection::vec(condition, 0..4)
            .prop_map(|conditions| json!({"handler": "waits", "params": {"logic": "or", "conditions": conditions}})),
        1 => target().prop_map(|target| json!({"handler": "wait_answer", "params": target})),
    ]
    .boxed()
}

fn distribution() -> BoxedStrategy<Value> {
    let kind = prop_oneof![4 => Just("round_robin"), 1 => Just("random"), 1 => Just("weighted")];
    let variant = (target(), prop::option::of(0_u64..200)).prop_map(|(mut variant, weight)| {
        if let Some(weight) = weight {
            variant["weight"] = weight.into();
        }
        variant
    });
    (kind, prop::collection::vec(variant, 0..5))
        .prop_map(|(kind, variants)| json!({"handler": "distribution", "params": {"type": kind, "seed_id": "9d3c", "variants": variants}}))
        .boxed()
}

/// The `buttons` of an answer part, each branch with its list.
fn branches(list: BoxedStrategy<Vec<Value>>) -> BoxedStrategy<Value> {
    let title = prop_oneof![3 => prop::sample::select(vec!["A", "B", "North", "South"]).prop_map(str::to_owned), 1 => words()];
    let pattern = prop::sample::select(vec!["/on ?site/iu", "/^\\d+$/", "/(?<=a)b/", "/a++/", "/pr.ce/", "plain"]);
    let item = prop_oneof![
        5 => (title.clone(), prop::collection::vec(title, 0..3), list.clone())
            .prop_map(|(value, synonyms, params)| json!({"value": value, "synonyms": synonyms, "params": params})),
        2 => (pattern, list.clone()).prop_map(|(regex, params)| json!({"regex": regex, "params": params})),
        1 => list.prop_map(|params| json!({"params": params})),
    ];
    (prop::collection::vec(item, 0..4), prop::option::of(jump()))
        .prop_map(|(mut items, otherwise)| {
            items.extend(otherwise.map(|otherwise| json!({"type": "else", "params": [otherwise]})));
            json!({"handler": "buttons", "params": items})
        })
        .boxed()
}

/// A handler; those with lists hold others.
fn handler() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![4 => message(), 3 => deed(), 3 => jump(), 2 => pause(), 1 => distribution()];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let list = prop::collection::vec(inner, 0..3).boxed();
        let logic = || prop::sample::select(vec!["and", "or", "OR"]);
        prop_oneof![
            (condition(), list.clone()).prop_map(|(mut params, result)| {
                params["result"] = result.into();
                json!({"handler": "condition", "params": params})
            }),
            (prop::collection::vec(condition(), 0..4), logic(), list.clone()).prop_map(|(conditions, logic, result)| {
                json!({"handler": "conditions", "params": {"logic": logic, "conditions": conditions, "result": result}})
            }),
            (prop::collection::vec(validation(), 0..3), logic(), list.clone()).prop_map(|(conditions, logic, result)| {
                json!({"handler": "validations", "params": {"logic": logic, "conditions": conditions, "result": result}})
            }),
            branches(list.clone()),
            (words(), list.clone()).prop_map(|(value, actions)| {
                json!({"handler": "find", "params": {"type": "catalog_elements", "params": {"value": value, "catalog_id": 51, "actions": actions}}})
            }),
            list.clone().prop_map(|actions| json!({"handler": "find", "params": {"type": "contact_double", "params": {"type": "name", "actions": actions}}})),
            (words(), list).prop_map(|(value, actions)| {
                json!({"handler": "filter", "params": {"type": 1, "value": value, "custom_fields_id": 301, "actions": actions}})
            }),
        ]
    })
    .boxed()
}

/// A step as designers make them: it says something, then waits, branches or goes on.
fn usual_step() -> BoxedStrategy<Value> {
    let list = || prop::collection::vec(jump(), 1..2).boxed();
    let ask = (message(), branches(list()), jump())
        .prop_map(|(message, branches, otherwise)| json!({"question": [message], "answer": [branches, otherwise]}));
    let check = (message(), validation(), jump(), jump()).prop_map(|(message, test, good, bad)| {
        json!({"question": [message], "answer": [{"handler": "validations", "params": {"logic": "and", "conditions": [test], "result": [good]}}, bad]})
    });
    let say = (prop::collection::vec(prop_oneof![message(), deed()], 1..3), jump()).prop_map(|(mut list, jump)| {
        list.push(jump);
        json!({"question": list})
    });
    let tests = (prop::collection::vec((condition(), jump()), 1..4), jump()).prop_map(|(tests, otherwise)| {
        let branch = |(test, jump): (Value, Value)| json!({"handler": "conditions", "params": {"logic": "and", "conditions": [test], "result": [jump]}});
        let mut list: Vec<Value> = tests.into_iter().map(branch).collect();
        list.push(otherwise);
        json!({"question": list})
    });
    let wait = (message(), pause()).prop_map(|(message, pause)| json!({"question": [message, pause]}));
    let end = message().prop_map(|message| json!({"question": [message]}));
    let timer = pause().prop_map(|pause| json!({"question": [pause]}));
    prop_oneof![ask, check, say, tests, wait, end, timer].boxed()
}

/// A step of anything.
fn strange_step() -> BoxedStrategy<Value> {
    let list = || prop::collection::vec(handler(), 0..4);
    (list(), list(), prop::option::weighted(0.2, list()))
        .prop_map(|(question, answer, finish)| {
            let mut step = json!({"question": question, "answer": answer});
            if let Some(finish) = finish {
                step["finish"] = finish.into();
            }
            step
        })
        .boxed()
}

fn step() -> BoxedStrategy<Value> {
    (prop_oneof![2 => usual_step(), 1 => strange_step()], prop::option::weighted(0.3, jump()), any::<bool>())
        .prop_map(|(mut step, no_answer, is_visual)| {
            if let Some(no_answer) = no_answer {
                step["no_answer"] = no_answer;
            }
            if is_visual {
                step["block_uuid"] = "0b9c".into();
            }
            step
        })
        .boxed()
}

/// Numbered steps, as "View source" shows them.
pub fn program() -> BoxedStrategy<Value> {
    let steps = prop::collection::vec(step(), 1..8);
    let error = prop::option::weighted(0.3, prop::collection::vec(prop_oneof![jump(), deed(), message()], 0..3));
    (steps, error, 2_usize..5)
        .prop_map(|(steps, error, gap)| {
            // Numbers have gaps.
            let numbered = steps.into_iter().enumerate().map(|(index, step)| ((index + index / gap).to_string(), step));
            let mut program: Map<String, Value> = numbered.collect();
            program.insert("conversation".to_owned(), false.into());
            program.extend(error.map(|error| ("error".to_owned(), error.into())));
            Value::Object(program)
        })
        .boxed()
}

/// The canvas of a program, with names and places, and a node that ends the bot.
fn canvas() -> BoxedStrategy<Value> {
    let name = prop_oneof![Just("Pause".to_owned()), Just("Ask the size".to_owned()), words()];
    let node =
        (name, -500_i32..500, 0_i32..900).prop_map(|(name, x, y)| json!({"type": "question", "name": name, "x": x, "y": y}));
    (prop::collection::vec(node, 1..9), 0_usize..9)
        .prop_map(|(mut nodes, start)| {
            for (index, node) in nodes.iter_mut().enumerate() {
                node["id"] = (index + 1).into();
                node["step"] = index.into();
            }
            if let Some(last) = nodes.last_mut() {
                last["type"] = "finish".into();
            }
            nodes.insert(0, json!({"id": 0, "type": "start", "step": -1, "goto": {"block": start}}));
            Value::Array(nodes)
        })
        .boxed()
}

/// A file in any of the containers.
pub fn file() -> BoxedStrategy<Value> {
    let array = |program: Value| match program {
        Value::Object(steps) => {
            Value::Array(steps.into_iter().filter(|(_, step)| step.is_object()).map(|(_, step)| step).collect())
        }
        other => other,
    };
    let envelope = |(program, canvas): (Value, Value)| json!({"type_functionality": 0, "model": {"name": "Showroom desk", "type": 2, "text": program.to_string(), "positions": canvas.to_string()}});
    prop_oneof![
        2 => program(),
        1 => program().prop_map(array),
        1 => program().prop_map(move |program| Value::from(array(program).to_string())),
        3 => (program(), canvas()).prop_map(envelope),
    ]
    .boxed()
}
