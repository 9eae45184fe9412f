//! Functions of chance. It comes from the turn's seed, so that a replay draws the same.

use rhai::{Dynamic, Engine, NativeCallContext};

use super::{Function, Result, numbers::number_of};
use crate::expression::engine::current_facts;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "random",
        signature: "random(from, to)",
        doc: "A whole number from one to another, both included, drawn by the conversation and the moment: the same in a replay. Keep it with `set` where it is needed again.",
        example: ("random(7, 7)", "7"),
    },
    Function {
        name: "random_text",
        signature: "random_text(length)",
        doc: "So many random small letters and digits, at most 64, without those that are taken for each other (`0` and `o`, `1` and `l`); drawn as `random` is. For codes that are told, not for secrets.",
        example: ("random_text(8).len()", "8"),
    },
];

/// The most characters of a random text.
const LONGEST: f64 = 64.0;
/// What a random text is made of.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_fn("random", |context: NativeCallContext, from: Dynamic, to: Dynamic| -> Result {
            let (Some(from), Some(to)) = (number_of(&from)?, number_of(&to)?) else {
                return Ok(Dynamic::UNIT);
            };
            let (from, to) = (from.ceil() as i64, to.floor() as i64);
            let Some(numbers) = to.checked_sub(from).and_then(|span| u64::try_from(span).ok()) else {
                return Err("`random` needs the smaller number first, then the larger one.".into());
            };
            let drawn = if numbers == u64::MAX { draw(&context) } else { draw(&context) % (numbers + 1) };
            Ok(from.wrapping_add_unsigned(drawn).into())
        })
        .register_fn("random_text", |context: NativeCallContext, length: Dynamic| -> Result {
            let Some(length) = number_of(&length)? else {
                return Ok(Dynamic::UNIT);
            };
            let mut bits = draw(&context);
            let letters = (0..length.clamp(0.0, LONGEST) as u32).map(|_| {
                bits = mixed(bits);
                char::from(LETTERS[(bits % LETTERS.len() as u64) as usize])
            });
            Ok(letters.collect::<String>().into())
        });
}

/// A number by the turn's seed. Two draws of one expression are apart: each goes by its place too.
pub(super) fn draw(context: &NativeCallContext<'_>) -> u64 {
    let place = context.call_position();
    let place = (place.line().unwrap_or_default() as u64) << 32 | place.position().unwrap_or_default() as u64;
    mixed(current_facts().seed() ^ mixed(place))
}

/// Spreads a number over all bits (the finalizer of SplitMix64), so that neighbouring seeds draw apart.
pub(super) fn mixed(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
