//! A model's answer as WhatsApp writes: models are fond of Markdown, of which WhatsApp shows the stars.

use std::{borrow::Cow, sync::LazyLock};

use regex::{Captures, Regex};

fn pattern(source: &str) -> Regex {
    Regex::new(source).expect("a constant pattern, compiled by the tests")
}

/// What keeps its own signs: code and addresses. Pictures and links are their addresses, behind their words.
static KEPT: LazyLock<Regex> = LazyLock::new(|| {
    let target = r#"\(\s*<?(?P<target>(?:[^()\s<>]|\([^()\s]*\))+)>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?\s*\)"#;
    pattern(&format!(
        concat!(
            r"(?s:```(?P<block>.*?)```)|(?P<code>`[^`\n]+`)|(?P<picture>!)?\[(?P<words>[^\]\n]*)\]{}",
            r"|<(?P<between>[A-Za-z][A-Za-z0-9+.\-]*://[^\s<>]+)>|(?P<address>[A-Za-z][A-Za-z0-9+.\-]*://[^\s<>`]+|www\.[^\s<>`]+)"
        ),
        target
    ))
});

/// The language of a fence, of which WhatsApp would show the name.
static LANGUAGE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\A[A-Za-z0-9+#-]+[ \t]*(?:\r?\n|\z)"));

/// What is replaced, in this order. What WhatsApp itself understands (lists, quotes, `*bold*`) stays.
static REPLACED: LazyLock<[(Regex, &str); 7]> = LazyLock::new(|| {
    [
        // A line across, with the gap that it leaves.
        (pattern(r"(?m)^[ \t]*(?:-[ \t]*-[ \t]*-[- \t]*|\*[ \t]*\*[ \t]*\*[* \t]*|_[ \t]*_[ \t]*_[_ \t]*)$"), ""),
        (pattern(r"\n{3,}"), "\n\n"),
        (pattern(r"\*\*\*(?P<text>[^*\n]+)\*\*\*"), "*_${text}_*"),
        (pattern(r"\*\*(?P<text>[^*\n]+)\*\*"), "*$text*"),
        (pattern(r"__(?P<text>[^_\n]+)__"), "*$text*"),
        (pattern(r"~~(?P<text>[^~\n]+)~~"), "~$text~"),
        // A heading is a bold line; bold in it is no more than bold.
        (pattern(r"(?m)^#{1,6}[ \t]+\*?(?P<text>[^*\n]+?)\*?[ \t#]*$"), "*$text*"),
    ]
});

/// A letter that somebody sees, and that is no markup.
static SEEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"[^\s\p{Cc}\p{Cf}\p{Cn}\p{Z}\x{34f}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{2800}\x{3164}\x{ffa0}\x{fe00}-\x{fe0f}\x{e0100}-\x{e01ef}",
        r"*_~`#>\-]"
    ))
});

/// Stand around the number of what keeps its own signs, while the rest is replaced.
const PLACE: (char, char) = ('\u{f8f0}', '\u{f8f1}');

/// What may stand behind an address and is no part of it.
const CLOSING: &[char] = &['*', '_', '~', '.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '"'];

/// The answer with WhatsApp's markup.
pub(super) fn as_chat(answer: &str) -> String {
    let answer: String = answer.trim().chars().filter(|letter| ![PLACE.0, PLACE.1].contains(letter)).collect();
    let mut kept = Vec::new();
    let text = KEPT.replace_all(&answer, |found: &Captures<'_>| keep(found, &mut kept));
    let mut text = text.into_owned();
    for (pattern, replacement) in &*REPLACED {
        if let Cow::Owned(replaced) = pattern.replace_all(&text, *replacement) {
            text = replaced;
        }
    }
    for (number, kept) in kept.iter().enumerate() {
        text = text.replace(&place(number), kept);
    }
    text.trim().to_owned()
}

/// Whether a text shows anything to who reads it in a chat.
pub(super) fn shows_something(answer: &str) -> bool {
    SEEN.is_match(&as_chat(answer))
}

fn place(number: usize) -> String {
    format!("{}{number}{}", PLACE.0, PLACE.1)
}

/// What stands in the text, with places for what is kept as it is.
fn keep(found: &Captures<'_>, kept: &mut Vec<String>) -> String {
    let mut keep = |text: String| {
        kept.push(text);
        place(kept.len() - 1)
    };
    let part = |name: &str| found.name(name).map(|part| part.as_str());
    if let Some(block) = part("block") {
        let code = LANGUAGE.replace(block, "\n");
        return if code.trim().is_empty() { String::new() } else { keep(format!("```{code}```")) };
    }
    if let Some(target) = part("target") {
        let words = part("words").unwrap_or_default().trim();
        let is_told =
            words.is_empty() || part("picture").is_some() || words.trim_end_matches('/') == target.trim_end_matches('/');
        let target = keep(target.to_owned());
        return if is_told { target } else { format!("{words}: {target}") };
    }
    if let Some(address) = part("address") {
        let own = address.trim_end_matches(CLOSING);
        return format!("{}{}", keep(own.to_owned()), &address[own.len()..]);
    }
    keep(part("code").or(part("between")).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_what_whatsapp_shows() {
        for (answer, expected) in [
            ("**Olá**, _Ana_!", "*Olá*, _Ana_!"),
            ("*Olá*", "*Olá*"),
            ("***Já***", "*_Já_*"),
            ("__Hoje__ e ~~ontem~~", "*Hoje* e ~ontem~"),
            ("## Preços\n\n- **Café**: R$ 10\n* Chá", "*Preços*\n\n- *Café*: R$ 10\n* Chá"),
            ("### **Horário** ###\n9h", "*Horário*\n9h"),
            ("uno\n\n---\n\ndos\n* * *\ntres", "uno\n\ndos\n\ntres"),
            ("2 * 3 ** 2 #1", "2 * 3 ** 2 #1"),
            ("nome_do_arquivo__v2", "nome_do_arquivo__v2"),
            ("um \u{f8f0}0\u{f8f1} `dois`", "um 0 `dois`"),
        ] {
            assert_eq!(as_chat(answer), expected);
        }
    }

    #[test]
    fn links_are_their_addresses_behind_their_words() {
        for (answer, expected) in [
            ("Veja [o menu](https://a.example/m?x=1).", "Veja o menu: https://a.example/m?x=1."),
            ("[**o menu**](https://a.example/__m__)", "*o menu*: https://a.example/__m__"),
            ("[https://a.example](https://a.example)", "https://a.example"),
            ("Mira [https://a.example](https://a.example/).", "Mira https://a.example/."),
            ("See <https://a.example/x>.", "See https://a.example/x."),
            ("[a](https://a.example/x \"title\")", "a: https://a.example/x"),
            ("[W](https://a.example/a_(b))", "W: https://a.example/a_(b)"),
            ("![foto](https://a.example/f.png)", "https://a.example/f.png"),
            ("**[a](https://a.example)**", "*a: https://a.example*"),
        ] {
            assert_eq!(as_chat(answer), expected);
        }
    }

    #[test]
    fn addresses_and_code_keep_their_signs() {
        for text in [
            "https://a.example/x?y=__init__&z=1",
            "https://a.example/**b**/c",
            "https://a.example/~~t~~/x",
            "www.a.example/__b__/c",
            "`a ** b ** c` e `__init__`",
            "```\n**a** __b__\n\n\n---\n# c\n[a](b)\n```",
        ] {
            assert_eq!(as_chat(text), text);
        }
        for (answer, expected) in [
            ("**https://a.example/__x__/y**", "*https://a.example/__x__/y*"),
            ("```json\n{\"a\": \"**b**\"}\n```", "```\n{\"a\": \"**b**\"}\n```"),
            ("`**a**` e **b**", "`**a**` e *b*"),
        ] {
            assert_eq!(as_chat(answer), expected);
        }
    }

    #[test]
    fn what_shows_nothing_is_known() {
        for nothing in
            ["", " \n", "\u{200b}", "\u{3164}\u{2800}", "****", "**", "---", "```\n```", "```json\n\n```", "> ", "#", "* *"]
        {
            assert!(!shows_something(nothing), "{nothing:?}");
        }
        for something in ["Olá", "👍", "?", "5", "https://a.example", "```\na\n```", "**¡Sí!**"] {
            assert!(shows_something(something), "{something}");
        }
    }
}
