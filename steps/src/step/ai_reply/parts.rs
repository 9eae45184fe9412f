//! A long answer in several messages.

use super::links;
use crate::limits;

/// A text in pieces of at most `limit` characters, cut at the end of a paragraph, else of a line, a sentence, a word. A link is never cut:
/// one that is longer than the limit is a piece that is too long.
pub(super) fn parts(text: &str, limit: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while limits::length(rest) > limit {
        let whole = limits::cut(rest, limit);
        let end = ["\n\n", "\n", ". ", " "].iter().find_map(|end| {
            // A dot stays with its sentence. An end near the beginning would make a tiny message.
            let position = whole.rfind(end).map(|position| position + end.trim_end().len());
            position.filter(|position| *position > whole.len() / 4)
        });
        let (part, after) = rest.split_at(end.unwrap_or_else(|| within_a_word(rest, whole.len())));
        parts.push(part.trim_end().to_owned());
        rest = after.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest.to_owned());
    }
    parts
}

/// Where to cut a word that is longer than most of a message: a link before it or behind it, any other at `most` bytes.
fn within_a_word(text: &str, most: usize) -> usize {
    let (before, after) = text.split_at(most);
    let start =
        before.rfind(char::is_whitespace).map_or(0, |space| space + before[space..].chars().next().map_or(0, char::len_utf8));
    let end = most + after.find(char::is_whitespace).unwrap_or(after.len());
    match links::is_in(&text[start..end]) {
        true if start > 0 => start,
        true => end,
        false => most,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_answers_are_cut_where_a_reader_would_pause() {
        assert_eq!(parts("one", 10), ["one"]);
        assert_eq!(parts("first paragraph\n\nsecond one", 20), ["first paragraph", "second one"]);
        assert_eq!(parts("a line\nanother line", 15), ["a line", "another line"]);
        assert_eq!(parts("One sentence. Another one.", 18), ["One sentence.", "Another one."]);
        assert_eq!(parts("several words here", 10), ["several", "words here"]);
        assert_eq!(parts("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(parts("  ", 4), Vec::<String>::new());
    }

    #[test]
    fn nothing_is_lost_and_no_part_is_too_long() {
        let text = "Olá! É um texto longo. ".repeat(500);
        let parts = parts(&text, limits::TEXT);
        assert!(parts.iter().all(|part| limits::length(part) <= limits::TEXT));
        assert_eq!(parts.join(" "), text.trim());
    }

    #[test]
    fn a_link_stays_whole() {
        assert_eq!(parts("ver https://loja.example/cafe ja", 27), ["ver", "https://loja.example/cafe", "ja"]);
        assert_eq!(parts("https://loja.example/cafe ja", 20), ["https://loja.example/cafe", "ja"]);
        assert_eq!(parts("ver\u{a0}loja.example/cafe ja", 15), ["ver", "loja.example/cafe", "ja"]);
    }
}
