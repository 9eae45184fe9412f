//! Texts made comparable: what a customer types and what a designer wrote are the same word whatever their case, accents, spaces
//! and edge punctuation.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without case, accents, repeated spaces, and the punctuation and symbols at its edges: `" ¡Sí,  quiero! "` is `"si, quiero"`, `"✅ Sim"`
/// is `"sim"`. Folding twice changes nothing. A text of punctuation or symbols alone (`"?"`, `"👍"`) keeps them.
pub fn fold(text: &str) -> String {
    without_edges(text, |letter| letter == ' ' || is_edge_punctuation(letter) || is_symbol(letter))
}

/// The same, but symbols count: `🟢 Plan` and `🔴 Plan` differ.
pub fn fold_but_symbols(text: &str) -> String {
    without_edges(text, |letter| letter == ' ' || is_edge_punctuation(letter))
}

fn without_edges(text: &str, is_edge: fn(char) -> bool) -> String {
    let letters = if text.is_ascii() { spaced(&text.to_ascii_lowercase()) } else { spaced(&letters(text)) };
    let inner = letters.trim_matches(is_edge);
    match inner.len() {
        0 => letters,
        all if all == letters.len() => letters,
        _ => inner.to_owned(),
    }
}

/// Whether two folded texts are the same but for spaces, as `saopaulo` and `sao paulo`.
pub fn same_but_for_spaces(left: &str, right: &str) -> bool {
    left.split(' ').flat_map(str::bytes).eq(right.split(' ').flat_map(str::bytes))
}

fn letters(text: &str) -> String {
    let once = letters_once(text);
    // Lower case may bring marks of its own (İ), and decomposition capitals (℡), so that letters outside ASCII are done twice.
    if once.is_ascii() { once.to_ascii_lowercase() } else { letters_once(&once) }
}

fn letters_once(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let lower = text
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter) && !is_invisible(*letter))
        .flat_map(char::to_lowercase)
        .nfkd()
        .filter(|letter| !is_combining_mark(*letter));
    for letter in lower {
        match letter {
            'ς' => out.push('σ'),
            'ß' => out.push_str("ss"),
            // Phones write the curved apostrophe, keyboards the straight one.
            '‘' | '’' | 'ʼ' | '＇' => out.push('\''),
            _ => out.push(letter),
        }
    }
    out
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

/// Marks of direction, of emoji presentation and of skin tone, which a phone's keyboard adds by itself.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ad}'
        | '\u{1f3fb}'..='\u{1f3ff}')
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

/// Emoji and what joins them, arrows, boxes, dingbats. Signs that have a meaning beside a word (`%`, `+`, `$`) are none.
fn is_symbol(letter: char) -> bool {
    matches!(
        letter,
        '\u{200d}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2500}'..='\u{27bf}' | '\u{2900}'..='\u{297f}'
            | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}'
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
            ("Straße", "strasse"),
            ("STRAẞE", "strasse"),
            ("✅ Sim", "sim"),
            ("Não ❌!", "nao"),
            ("👨‍👩‍👧 Família", "familia"),
            ("👍🏽", "👍"),
            ("❤️", "❤"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn what_counts() {
        assert_eq!(fold("?"), "?");
        assert_eq!(fold("👍👍"), "👍👍");
        assert_eq!(fold("R$"), "r$");
        assert_eq!(fold("c++"), "c++");
        assert_eq!(fold("100%"), "100%");
        assert_eq!(fold(""), "");
    }

    #[test]
    fn spaces_may_be_left_out() {
        assert!(same_but_for_spaces("sao paulo", "saopaulo"));
        assert!(same_but_for_spaces("a", "a"));
        assert!(!same_but_for_spaces("sao paulo", "sao paulo sp"));
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
