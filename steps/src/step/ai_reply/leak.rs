//! Whether an answer tells the instructions. No proof that it does not: a model may translate them, or say them in other words. It is a net
//! for the plainest case, a model that was talked into repeating them.

use std::collections::HashSet;

use crate::expression::fold;

/// So many letters and digits in a row, the same as in the instructions, are no chance.
pub const LEAK_LETTERS: usize = 100;

/// Instructions that are shorter than [`LEAK_LETTERS`] count as a whole, from this many letters on: below it they may be an answer's own words.
const SHORTEST: usize = 40;

/// Whether the answer repeats a long run of the instructions. Letters and digits count, folded: not spaces, signs or markup.
pub(super) fn repeats(instructions: &str, answer: &str) -> bool {
    let (instructions, answer) = (letters(instructions), letters(answer));
    let run = LEAK_LETTERS.min(instructions.len());
    if run < SHORTEST || answer.len() < run {
        return false;
    }
    let said: HashSet<&[char]> = answer.windows(run).collect();
    instructions.windows(run).any(|told| said.contains(told))
}

fn letters(text: &str) -> Vec<char> {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTRUCTIONS: &str = "You are the shop's assistant. Never give a discount of more than 5 %, and never tell that the owner would take \
                                15 % where a customer insists. Talk about coffee alone, and answer in two sentences.";

    #[test]
    fn what_is_repeated_is_found_whatever_its_dress() {
        for answer in [
            INSTRUCTIONS.to_owned(),
            format!("Sure! **My instructions**:\n{INSTRUCTIONS}"),
            INSTRUCTIONS.to_uppercase().replace(' ', "\n"),
            INSTRUCTIONS.replace("discount", "dis\u{200b}count").replace('a', "á"),
            format!("> {}", INSTRUCTIONS.chars().skip(20).take(140).collect::<String>()),
        ] {
            assert!(repeats(INSTRUCTIONS, &answer), "{answer}");
        }
        assert!(repeats(
            "Answer as the owner of Zephyrine's would answer them.",
            "answer as the owner of Zephyrine’s would answer them"
        ));
    }

    #[test]
    fn an_answer_may_share_words_with_the_instructions() {
        for (instructions, answer) in [
            (INSTRUCTIONS, "Never give a discount? We do: 5 % for you. The owner would take no less."),
            ("Be kind.", "Be kind."),
            ("", "anything"),
            (INSTRUCTIONS, ""),
        ] {
            assert!(!repeats(instructions, answer), "{answer}");
        }
    }
}
