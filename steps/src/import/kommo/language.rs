//! The language of a bot's texts. Kommo's file does not say it; the little words of the texts do.

use std::collections::BTreeMap;

use serde_json::Value;

/// Little words that only one of the languages has. They are folded as answers are.
const WORDS: [(&str, &[&str]); 3] = [
    (
        "pt-BR",
        &[
            "voce", "nao", "qual", "ola", "obrigado", "obrigada", "seu", "sua", "com", "uma", "um", "em", "do", "da", "os", "oi",
            "mais",
        ],
    ),
    (
        "es",
        &["usted", "cual", "hola", "gracias", "su", "con", "una", "el", "los", "las", "tu", "en", "del", "quieres", "y", "mas"],
    ),
    ("en", &["you", "your", "the", "please", "what", "is", "and", "hello", "thanks", "our", "of", "we", "would", "hi", "are"]),
];

/// How many such words have to be there: fewer tell nothing.
const FEWEST: usize = 3;

/// The keys whose texts customers read.
const READ: [&str; 6] = ["text", "value", "title", "message", "body", "description"];

/// The language of what the bot says; None: its words do not tell.
pub(super) fn of<'v>(steps: impl Iterator<Item = &'v Value>) -> Option<&'static str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for step in steps {
        each_text(step, &mut |text| {
            let folded = crate::expression::fold(text);
            for word in folded.split(|letter: char| !letter.is_alphanumeric()) {
                for (language, _) in WORDS.iter().filter(|(_, words)| words.contains(&word)) {
                    *counts.entry(language).or_default() += 1;
                }
            }
        });
    }
    let mut ranked: Vec<(usize, &'static str)> =
        WORDS.iter().map(|(language, _)| (counts.get(language).copied().unwrap_or_default(), *language)).collect();
    ranked.sort_unstable_by(|left, right| right.cmp(left));
    let [(first, language), (second, _), ..] = ranked.as_slice() else { return None };
    (*first >= FEWEST && *first >= second * 2).then_some(*language)
}

fn each_text(value: &Value, act: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| each_text(item, act)),
        Value::Object(map) => {
            for (key, inner) in map {
                match inner {
                    Value::String(text) if READ.contains(&key.as_str()) => act(text),
                    inner => each_text(inner, act),
                }
            }
        }
        _ => {}
    }
}

/// The row that leads to the next page of a long menu.
pub(super) fn more(language: &str) -> &'static str {
    by_language(language, ["Mais opções", "Más opciones", "More"])
}

/// What a button is called that opens a page and has no title.
pub(super) fn open(language: &str) -> &'static str {
    by_language(language, ["Abrir", "Abrir", "Open"])
}

fn by_language(language: &str, [portuguese, spanish, english]: [&'static str; 3]) -> &'static str {
    match language.split(['-', '_']).next() {
        Some("pt") => portuguese,
        Some("es") => spanish,
        _ => english,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn little_words_tell_the_language() {
        for (text, language) in [
            ("Olá! Qual é o seu nome? Você já é cliente?", Some("pt-BR")),
            ("¡Hola! ¿Cuál es su correo? Gracias, y el teléfono también", Some("es")),
            ("Hello! What is your e-mail, please?", Some("en")),
            ("Menu 1 2 3", None),
            ("Привет", None),
        ] {
            let step = json!({"question": [{"handler": "show", "params": {"type": "text", "value": text}}]});
            assert_eq!(of(std::iter::once(&step)), language, "{text}");
        }
        assert_eq!([more("pt-BR"), more("es"), more("de")], ["Mais opções", "Más opciones", "More"]);
    }
}
