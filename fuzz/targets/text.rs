//! Texts, expressions and scripts: compiling ends in a value or in an error with a place inside the source; running ends within its
//! limits.

#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use steps::{
    contact::Contact,
    environment::Environment,
    event::Identity,
    expression::{Expression, Facts, Locals, Script, Text, fold},
    ids::{ContactId, NumberId},
    moment::Moment,
    state::State,
};

fuzz_target!(|source: &str| {
    let facts = facts();
    if let Ok(text) = Text::compile(source) {
        let _ = text.render(&facts, Locals::none());
        let _ = text.value(&facts, Locals::none());
    }
    if let Ok(expression) = Expression::compile(source) {
        let _ = expression.simple();
        let _ = expression.evaluate(&facts, Locals::none());
    }
    if let Ok(script) = Script::compile(source) {
        let _ = script.run(&facts, &serde_json::Map::new());
    }
    let folded = fold(source);
    assert_eq!(fold(&folded), folded);
});

fn facts() -> Arc<dyn Facts> {
    let identity = Identity { phone: Some("+5511999999999".into()), name: Some("Ana Souza".into()), ..Identity::default() };
    let now = Moment(1_772_445_600_000);
    Arc::new(State {
        contact: Contact::new(ContactId::new("fuzzed"), identity, now),
        now,
        number: NumberId::new("1"),
        session: None,
        bot: None,
        environment: Arc::new(Environment::default()),
        seed: 7,
        secrets_readable: false,
    })
}
