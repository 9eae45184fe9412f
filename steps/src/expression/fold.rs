//! Texts made comparable: what a customer types and what a designer wrote are the same word whatever their case, accents, spaces
//! and edge punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without case, accents, repeated spaces, and punctuation at its edges: `" ¡Sí,  quiero! "` is `"si, quiero"`. Folding twice changes
/// nothing. A text of punctuation alone (`"?"`) keeps it.
pub fn fold(text: &str) -> String {
    let letters = if text.is_ascii() { spaced(&text.to_ascii_lowercase()) } else { spaced(&letters(text)) };
    let inner = letters.trim_matches(|letter: char| letter == ' ' || is_edge_punctuation(letter));
    match inner.len() {
        0 => letters,
        all if all == letters.len() => letters,
        _ => inner.to_owned(),
    }
}

fn letters(text: &str) -> String {
    let once = letters_once(text);
    // Lower case may bring marks of its own (İ), and decomposition capitals (℡), so that letters outside ASCII are done twice.
    if once.is_ascii() { once.to_ascii_lowercase() } else { letters_once(&once) }
}

fn letters_once(text: &str) -> String {
    text.nfkd()
        .filter(|letter| !is_combining_mark(*letter) && !is_invisible(*letter))
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'ς' => 'σ',
            // Phones write the curved apostrophe, keyboards the straight one.
            '‘' | '’' | 'ʼ' | '＇' => '\'',
            letter => letter,
        })
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter))
        .collect()
}

fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Marks of direction and of emoji presentation, which a phone's keyboard adds and nobody sees.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}')
        // Joins the parts of one emoji.
        && letter != '\u{200d}'
}

fn is_edge_punctuation(letter: char) -> bool {
    matches!(
        letter,
        '.' | ',' | ';' | ':' | '!' | '?' | '¡' | '¿' | '"' | '\'' | '(' | ')' | '[' | ']' | '{' | '}' | '«' | '»' | '<' | '>'
            | '*' | '_' | '~' | '`' | '-' | '/' | '\\' | '|' | '´' | '・' | '、' | '。' | '「' | '」'
            // Dashes, quotes, daggers, bullets, ellipsis.
            | '\u{2010}'..='\u{2027}' | '\u{2039}' | '\u{203a}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_count() {
        for (text, folded) in [
            (" ¡Sí,  quiero! ", "si, quiero"),
            ("ORÇAMENTO", "orcamento"),
            ("*Comprar*", "comprar"),
            ("\"sim\".", "sim"),
            ("não\u{200b}", "nao"),
            ("Ünïcödé", "unicode"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("İstanbul", "istanbul"),
            ("①", "1"),
            ("What’s up?", "what's up"),
            ("a\n\tb", "a b"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn what_counts() {
        assert_eq!(fold("?"), "?");
        assert_eq!(fold("👍🏽"), "👍🏽");
        assert_eq!(fold("c++"), "c++");
        assert_eq!(fold("100%"), "100%");
        assert_eq!(fold(""), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC*") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn folding_any_string_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
