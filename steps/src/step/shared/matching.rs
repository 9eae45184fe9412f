//! Which option a customer means by words: its title, a synonym of any language, a pattern, its number.

use super::choices::Offered;
use crate::{
    bot::Translation,
    expression::{Text, fold, same_but_for_spaces},
    step::shared::Matching,
    turn::Turn,
};

/// The option that a text names: by title, then synonym, then pattern. Exact words win over those that differ by spaces, and these over words
/// inside a longer answer, of which the longest counts.
pub fn by_words(turn: &Turn<'_>, offered: &[Offered<'_>], text: &str, matching: Matching) -> Option<usize> {
    // To the letter: titles may differ by a symbol alone.
    let to_the_letter = |offered: &Offered<'_>| !offered.title.is_empty() && offered.title.trim() == text.trim();
    if let Some(index) = offered.iter().position(to_the_letter) {
        return Some(index);
    }
    let typed = fold(text);
    let titles: Vec<Vec<String>> = offered.iter().map(|offered| vec![fold(&offered.title)]).collect();
    let synonyms: Vec<Vec<String>> = offered.iter().map(|offered| synonyms(turn, offered)).collect();
    let whole = |phrases: &[Vec<String>], same: fn(&str, &str) -> bool| {
        phrases.iter().position(|phrases| phrases.iter().any(|phrase| !phrase.is_empty() && same(phrase, &typed)))
    };
    let named = |same| whole(&titles, same).or_else(|| whole(&synonyms, same));
    let inside = |phrases: &[Vec<String>]| (matching == Matching::Words).then(|| longest_inside(phrases, &typed)).flatten();
    let pattern =
        || offered.iter().position(|offered| offered.choice.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text)));
    let named = named(|phrase, typed| phrase == typed).or_else(|| named(same_but_for_spaces));
    named.or_else(|| inside(&titles)).or_else(|| inside(&synonyms)).or_else(pattern)
}

/// Other words for an option, folded: its synonyms, and its title and synonyms in all languages of the bot.
fn synonyms(turn: &Turn<'_>, offered: &Offered<'_>) -> Vec<String> {
    let facts = turn.facts_view();
    // A word whose expression fails names nothing.
    let filled = |text: &Text| text.render(&facts, &offered.locals).map(|text| fold(&text)).unwrap_or_default();
    let mut words: Vec<String> = offered.choice.title.iter().chain(&offered.choice.synonyms).map(filled).collect();
    for place in [format!("{}.title", offered.place), format!("{}.synonyms", offered.place)] {
        for translation in turn.translations(&place) {
            match translation {
                Translation::Text(text) => words.push(filled(text)),
                Translation::Texts(texts) => words.extend(texts.iter().map(filled)),
            }
        }
    }
    words
}

fn longest_inside(phrases: &[Vec<String>], typed: &str) -> Option<usize> {
    let found = phrases.iter().enumerate().flat_map(|(index, phrases)| phrases.iter().map(move |phrase| (index, phrase)));
    let found = found.filter(|(_, phrase)| holds_words(typed, phrase));
    // Of equally long ones the first.
    found.max_by_key(|(index, phrase)| (phrase.len(), std::cmp::Reverse(*index))).map(|(index, _)| index)
}

/// Whether `phrase` stands in `text` as whole words; both folded. A script without spaces has no words to stand between.
pub fn holds_words(text: &str, phrase: &str) -> bool {
    !phrase.is_empty()
        && text.match_indices(phrase).any(|(start, found)| {
            let before = text[..start].chars().next_back();
            let after = text[start + found.len()..].chars().next();
            let goes_on = |letter: Option<char>, edge: Option<char>| {
                letter.is_some_and(|letter| letter.is_alphanumeric() && !is_unspaced(letter)) && !edge.is_some_and(is_unspaced)
            };
            !goes_on(before, found.chars().next()) && !goes_on(after, found.chars().next_back())
        })
}

/// Letters of scripts that are written without spaces: Han, Kana, Thai, Lao, Burmese, Khmer.
fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// The number that a customer typed in place of a title.
pub fn number(text: &str) -> Option<usize> {
    fold(text).parse().ok()
}

/// The option whose title alone begins with this number, where all titles begin with one: `10` is neither `10:00` nor `10:30`.
pub fn by_leading_number(offered: &[Offered<'_>], number: usize) -> Option<usize> {
    let leading = |offered: &Offered<'_>| {
        let title = offered.title.trim_start();
        let end = title.find(|character: char| !character.is_ascii_digit()).unwrap_or(title.len());
        title[..end].parse::<usize>().ok()
    };
    if !offered.iter().all(|offered| leading(offered).is_some()) {
        return None;
    }
    let mut found = offered.iter().enumerate().filter(|(_, offered)| leading(offered) == Some(number));
    let (index, _) = found.next()?;
    found.next().is_none().then_some(index)
}

/// Whether a title holds a digit: then a number is no place in the list.
pub fn holds_digit(offered: &[Offered<'_>]) -> bool {
    offered.iter().any(|offered| offered.title.contains(char::is_numeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_whole_words() {
        assert!(holds_words("eu quero comprar agora", "comprar"));
        assert!(holds_words("comprar", "comprar"));
        assert!(holds_words("a, b", "b"));
        assert!(!holds_words("comprarei", "comprar"));
        assert!(!holds_words("nao", ""));
        assert!(holds_words("desfazer, fazer", "fazer"));
        assert!(holds_words("我想知道价格", "价格"));
        assert!(holds_words("看menu吧", "menu"));
        assert!(holds_words("ราคาเท่าไร", "ราคา"));
        assert!(!holds_words("가격표", "가격"));
    }

    #[test]
    fn the_longest_phrase_wins() {
        let phrases = [vec!["comprar".to_owned()], vec!["comprar agora".to_owned()], vec!["ja".to_owned()]];
        assert_eq!(longest_inside(&phrases, "quero comprar agora ja"), Some(1));
        assert_eq!(longest_inside(&phrases, "nada"), None);
    }

    #[test]
    fn numbers_are_typed_in_many_ways() {
        for text in ["2", " 2. ", "2)", "(2)", "②", "２"] {
            assert_eq!(number(text), Some(2), "{text}");
        }
        for text in ["", "-", "2 a", "dois", "2.5", "99999999999999999999999"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
