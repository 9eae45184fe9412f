//! Functions of lists.

use rhai::{Array, Dynamic, Engine, NativeCallContext};

use super::{Function, Result, chance};
use crate::expression::convert::text_of;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "pick",
        signature: "pick(list, n)",
        doc: "One element of a list, drawn by the conversation and the moment: the same in a replay. With a number, the element of that number, beginning anew after the last; with a text, always the same one for the same text.",
        example: ("pick([\"Hi\", \"Hello\", \"Hey\"], 4)", "\"Hello\""),
    },
    Function {
        name: "join",
        signature: "list.join(separator)",
        doc: "The elements of a list as one text.",
        example: ("[1, 2, 3].join(\" + \")", "\"1 + 2 + 3\""),
    },
];

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("pick", |context: NativeCallContext, list: Dynamic| -> Result {
            Ok(element(&list_of(list)?, chance::draw(&context)))
        })
        .register_fn("pick", |list: Dynamic, by: Dynamic| -> Result {
            let list = list_of(list)?;
            if let Ok(number) = by.as_int() {
                let index = number.rem_euclid(i64::try_from(list.len()).unwrap_or(i64::MAX).max(1));
                return Ok(element(&list, index as u64));
            }
            Ok(element(&list, text_of(&by).map_or(0, |text| chance::mixed(hashed(&text)))))
        })
        .register_fn("join", |list: Dynamic, separator: Dynamic| -> Result {
            let texts: Vec<String> =
                list_of(list)?.iter().map(|element| text_of(element).map(|text| text.to_string()).unwrap_or_default()).collect();
            Ok(texts.join(text_of(&separator).unwrap_or_default().as_str()).into())
        });
}

fn list_of(value: Dynamic) -> Result<Array> {
    if value.is_unit() {
        return Ok(Array::new());
    }
    value.into_array().map_err(|_| "A list was expected here, such as `[\"a\", \"b\"]`.".into())
}

fn element(list: &Array, draw: u64) -> Dynamic {
    let Some(length) = u64::try_from(list.len()).ok().filter(|length| *length > 0) else {
        return Dynamic::UNIT;
    };
    usize::try_from(draw % length).ok().and_then(|index| list.get(index)).cloned().unwrap_or_default()
}

/// FNV-1a: small, and the same on every machine and version, which the standard library's hashes don't promise.
fn hashed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
