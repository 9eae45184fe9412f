//! What is wrong between bots that are live at the same time: triggers that take the same message, and calls in a circle.

use std::collections::HashMap;

use super::{
    diagnostic::{Diagnostic, Severity},
    place::{Key, Place},
    rules::Page,
};
use crate::{
    bot::Bot,
    expression::fold,
    trigger::{KeywordMatch, On, Trigger},
};
use std::sync::Arc;

const OVERLAP: &str = "overlap";
const CALL_DEPTH: &str = "call_depth";

/// How deep bots may call each other (`start_bot`).
pub const MAX_CALL_DEPTH: usize = 8;

pub(super) const PAGES: &[(&str, Page)] = &[
    (
        OVERLAP,
        Page {
            happened: "Two live bots wait for the same message.",
            why: "One message starts at most one bot. Of equal triggers the bot whose id comes first in the alphabet wins, and the other never starts from it; the trace calls it \
                  `outranked`.",
            to_do: "Give each its own keywords, its own `numbers`, or conditions that exclude each other.",
        },
    ),
    (
        CALL_DEPTH,
        Page {
            happened: "Bots call each other in a circle, or more than 8 deep.",
            why: "A call that is too deep fails, and the calling step takes its `failed`.",
            to_do: "Use `\"mode\": \"switch\"` where the first bot need not come back, or call fewer bots in a row.",
        },
    ),
];

/// What is wrong between bots that are to be live together. It has paths and no places in a source.
pub fn overlaps(bots: &[Arc<Bot>]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut taken: HashMap<String, Vec<(&Bot, &Trigger, String)>> = HashMap::new();
    for bot in bots {
        for (index, trigger) in bot.document.triggers.iter().enumerate() {
            for Taken { of, shown, met } in takes(trigger) {
                let others = met.iter().filter_map(|key| taken.get(key)).flatten();
                let meets = |other: &&(&Bot, &Trigger, String)| other.0.id != bot.id && same_number(trigger, other.1);
                if let Some((other, _, theirs)) = others.into_iter().find(meets) {
                    // What both take is the longer of two phrases, or the one ad of any.
                    let what = if theirs.len() > shown.len() { theirs } else { &shown };
                    found.push(overlap(bot, other, index, what));
                }
                for key in of {
                    taken.entry(key).or_default().push((bot, trigger, shown.clone()));
                }
            }
        }
    }
    found.extend(calls(bots));
    found
}

fn same_number(one: &Trigger, other: &Trigger) -> bool {
    one.numbers.is_empty() || other.numbers.is_empty() || one.numbers.iter().any(|number| other.numbers.contains(number))
}

fn overlap(bot: &Bot, other: &Bot, trigger: usize, what: &str) -> Diagnostic {
    let place = Place::of([Key::Name("triggers"), Key::Index(trigger)]);
    let message = format!("`{}` and `{}` both take {what}", other.id, bot.id);
    let help = "give each its own keywords, its own `numbers`, or conditions that exclude each other";
    Diagnostic {
        bot: bot.id.to_string(),
        severity: Severity::Warning,
        ..Diagnostic::error(OVERLAP, &place, 0..0, message).help(help)
    }
}

/// A part of what a trigger takes.
struct Taken {
    /// Under these keys it is found.
    of: Vec<String>,
    /// In words.
    shown: String,
    /// Under these keys lies what takes the same.
    met: Vec<String>,
}

impl Taken {
    fn alone(what: &str) -> Vec<Self> {
        vec![Taken { of: vec![what.to_owned()], shown: what.to_owned(), met: vec![what.to_owned()] }]
    }

    /// A keyword: what is alike, what holds it as whole words, and what it holds.
    fn keyword(word: &str, exact: bool) -> Self {
        let (alike, inside) = (|word: &str| format!("word {word}"), |word: &str| format!("inside {word}"));
        let holding = |word: &str| format!("anywhere {word}");
        let mut of = vec![alike(word)];
        let mut met = vec![alike(word)];
        if !exact {
            of.push(holding(word));
            met.push(inside(word));
        }
        let words: Vec<&str> = word.split(' ').collect();
        for start in 0..words.len() {
            for end in start + 1..=words.len() {
                if end - start < words.len() {
                    let part = words[start..end].join(" ");
                    of.push(inside(&part));
                    met.push(holding(&part));
                }
            }
        }
        Taken { of, shown: format!("the keyword `{word}`"), met }
    }
}

/// What a trigger takes. A trigger with conditions of its own may stand beside another.
fn takes(trigger: &Trigger) -> Vec<Taken> {
    const ANY_AD: &str = "messages from any ad";
    const SOME_AD: &str = "messages from an ad";
    if trigger.when.is_some() || trigger.hours.is_some() {
        return Vec::new();
    }
    match &trigger.on {
        On::Conversation {} => Taken::alone("the first message of a conversation"),
        On::Message { any: true, .. } => Taken::alone("any message"),
        On::Message { keywords, matching, .. } => {
            let mut words: Vec<String> = keywords.iter().map(|word| fold(word)).collect();
            words.sort();
            words.dedup();
            let exact = *matching == Some(KeywordMatch::Exact);
            words.iter().map(|word| Taken::keyword(word, exact)).collect()
        }
        On::Ad { source_ids } if source_ids.is_empty() => {
            let (any, some) = (ANY_AD.to_owned(), SOME_AD.to_owned());
            vec![Taken { of: vec![any.clone()], shown: any.clone(), met: vec![any, some] }]
        }
        On::Ad { source_ids } => source_ids
            .iter()
            .map(|ad| {
                let shown = format!("messages from the ad `{ad}`");
                Taken { of: vec![shown.clone(), SOME_AD.into()], met: vec![shown.clone(), ANY_AD.into()], shown }
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Circles and long chains of calls. A `switch` ends the caller, so it adds no depth.
fn calls(bots: &[Arc<Bot>]) -> Vec<Diagnostic> {
    let by_id: HashMap<&str, &Bot> = bots.iter().map(|bot| (bot.id.as_str(), &**bot)).collect();
    let called = |bot: &Bot| -> Vec<(String, String)> {
        let steps = bot.document.steps.iter().filter(|(_, step)| step.kind == "start_bot");
        let calls = steps.filter(|(_, step)| step.source().get("mode").and_then(serde_json::Value::as_str) != Some("switch"));
        calls.filter_map(|(id, step)| Some((id.to_string(), step.source().get("bot")?.as_str()?.to_owned()))).collect()
    };
    let ways: HashMap<&str, Vec<(String, String)>> = by_id.iter().map(|(id, bot)| (*id, called(bot))).collect();
    let mut depths: HashMap<&str, Depth> = HashMap::new();
    let mut found = Vec::new();
    for bot in bots {
        if depth(bot.id.as_str(), &ways, &mut depths) > MAX_CALL_DEPTH {
            let Some((step, to)) = ways.get(bot.id.as_str()).and_then(|calls| {
                calls
                    .iter()
                    .max_by_key(|(_, to)| ways.get_key_value(to.as_str()).map_or(0, |(to, _)| depth(to, &ways, &mut depths)))
            }) else {
                continue;
            };
            let place = Place::of([Key::Name("steps"), Key::Name(step), Key::Name("bot")]);
            let message = format!("from here, by `{to}`, bots call each other more than {MAX_CALL_DEPTH} deep");
            let help = "use `\"mode\": \"switch\"` where the first bot need not come back";
            let warning = Diagnostic::warning(CALL_DEPTH, &place, 0..0, message).help(help);
            found.push(Diagnostic { bot: bot.id.to_string(), ..warning });
        }
    }
    found
}

#[derive(Clone, Copy)]
enum Depth {
    /// On the way that is being followed: to come here again is a circle.
    Open,
    Known(usize),
}

/// How deep calls from a bot go, itself counted as 0; beyond the limit where they go in a circle.
fn depth<'b>(bot: &'b str, ways: &HashMap<&'b str, Vec<(String, String)>>, depths: &mut HashMap<&'b str, Depth>) -> usize {
    match depths.get(bot) {
        Some(Depth::Open) => return MAX_CALL_DEPTH + 1,
        Some(Depth::Known(depth)) => return *depth,
        None => {}
    }
    depths.insert(bot, Depth::Open);
    let called = ways.get(bot).map_or(&[][..], Vec::as_slice);
    let known = called.iter().filter_map(|(_, to)| ways.get_key_value(to.as_str()).map(|(to, _)| *to)).collect::<Vec<_>>();
    let deepest = known.into_iter().map(|to| 1 + depth(to, ways, depths)).max().unwrap_or(0);
    depths.insert(bot, Depth::Known(deepest));
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ids::BotId;

    fn bot(id: &str, triggers: Value, steps: Value) -> Arc<Bot> {
        let document = serde_json::from_value(json!({"start": "a", "triggers": triggers, "steps": steps})).unwrap();
        Bot::new(BotId::new(id).unwrap(), document)
    }

    fn said(bots: &[Arc<Bot>]) -> Vec<String> {
        overlaps(bots).into_iter().map(|found| format!("{}: {}", found.bot, found.message)).collect()
    }

    #[test]
    fn two_bots_that_take_the_same_word_overlap() {
        let steps = json!({"a": {"type": "stop"}});
        let message = |words: Value| json!([{"on": "message", "keywords": words}]);
        let bots = [
            bot("leads", message(json!(["Preço", "orçamento"])), steps.clone()),
            bot("prices", message(json!(["preco"])), steps.clone()),
            bot("other", message(json!(["pedido"])), steps.clone()),
        ];
        assert_eq!(said(&bots), ["prices: `leads` and `prices` both take the keyword `preco`"]);
        let any = |extra: Value| {
            let mut trigger = json!({"on": "message", "any": true});
            trigger.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            json!([trigger])
        };
        let bots = [bot("a1", any(json!({})), steps.clone()), bot("a2", any(json!({"numbers": ["1"]})), steps.clone())];
        assert_eq!(said(&bots).len(), 1);
        let apart =
            [bot("a1", any(json!({"numbers": ["2"]})), steps.clone()), bot("a2", any(json!({"numbers": ["1"]})), steps.clone())];
        assert!(said(&apart).is_empty());
        let conditions = [bot("a1", any(json!({"when": "window.open"})), steps.clone()), bot("a2", any(json!({})), steps)];
        assert!(said(&conditions).is_empty());
    }

    #[test]
    fn a_word_inside_another_and_an_ad_of_any_overlap() {
        let steps = json!({"a": {"type": "stop"}});
        let words = |word: &str, exact: bool| json!([{"on": "message", "keywords": [word], "match": if exact { "exact" } else { "words" }}]);
        let two = |one: Value, other: Value| said(&[bot("a1", one, steps.clone()), bot("a2", other, steps.clone())]);
        let expected = ["a2: `a1` and `a2` both take the keyword `price list`"];
        assert_eq!(two(words("price", false), words("Price list", false)), expected);
        assert_eq!(two(words("price list", true), words("price", false)), expected);
        assert!(two(words("price", true), words("price list", false)).is_empty());
        assert!(two(words("price", false), words("prices list", false)).is_empty());
        let ads = |ids: Value| json!([{"on": "ad", "source_ids": ids}]);
        let expected = ["a2: `a1` and `a2` both take messages from the ad `7`"];
        assert_eq!(two(ads(json!([])), ads(json!(["7"]))), expected);
        assert_eq!(two(ads(json!(["7"])), ads(json!([]))), expected);
        assert!(two(ads(json!(["7"])), ads(json!(["8"]))).is_empty());
    }

    #[test]
    fn calls_in_a_circle_are_too_deep() {
        let call = |to: &str, mode: &str| json!({"a": {"type": "start_bot", "bot": to, "mode": mode}});
        let circle = [bot("one", json!([]), call("two", "call")), bot("two", json!([]), call("one", "call"))];
        assert_eq!(said(&circle).len(), 2);
        let switched = [bot("one", json!([]), call("two", "call")), bot("two", json!([]), call("one", "switch"))];
        assert!(said(&switched).is_empty());
        let chain = |length: usize| -> Vec<Arc<Bot>> {
            (0..=length)
                .map(|at| match at {
                    at if at == length => bot(&format!("b{at}"), json!([]), json!({"a": {"type": "stop"}})),
                    at => bot(&format!("b{at}"), json!([]), call(&format!("b{}", at + 1), "call")),
                })
                .collect()
        };
        assert!(said(&chain(MAX_CALL_DEPTH)).is_empty());
        assert_eq!(said(&chain(MAX_CALL_DEPTH + 1)).len(), 1);
    }
}
