//! What a model thought before it answered, which some servers leave in the answer. It is for nobody else.

use std::{borrow::Cow, sync::LazyLock};

use regex::Regex;

/// A block of thoughts; one that is not closed takes all that is behind it.
static BLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?is)<think(?:ing)?(?:\s[^>]*)?>.*?(?:</think(?:ing)?\s*>|\z)")
        .expect("a constant pattern, compiled by the tests")
});

/// Where a block ends whose beginning stood in the prompt: some servers put it there.
static UNOPENED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)\A.*</think(?:ing)?\s*>").expect("a constant pattern, compiled by the tests"));

/// The answer without thoughts.
pub(super) fn without(answer: &str) -> String {
    let mut text = answer.to_owned();
    // What stood around a block may have become one.
    while let Cow::Owned(less) = BLOCK.replace_all(&text, "") {
        text = less;
    }
    UNOPENED.replace(&text, "").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_not_for_the_customer() {
        for (answer, expected) in [
            ("<think>secret</think>Olá", "Olá"),
            ("<think>\nel cliente quiere\n\nprecio\n</think>\n\n¡Hola!", "¡Hola!"),
            ("Hi. <Thinking>why?</THINKING> Bye.", "Hi.  Bye."),
            ("<think>a</think>Olá<think>b</think>, Ana", "Olá, Ana"),
            ("<think>only</think>", ""),
            ("<think>and then it was cut off", ""),
            ("Olá <thinking>e agora", "Olá"),
            ("the prompt opened it</think>Olá", "Olá"),
            ("<think>a<think>b</think>c</think>Olá", "Olá"),
            ("<th<think>a</think>ink>b</think>Olá", "Olá"),
            ("<think type=\"deep\">a</think>Olá", "Olá"),
            ("I think <b>so</b>", "I think <b>so</b>"),
            ("<thinker>me</thinker>", "<thinker>me</thinker>"),
        ] {
            assert_eq!(without(answer), expected, "{answer}");
        }
    }
}
