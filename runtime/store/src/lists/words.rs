//! By which words a contact is found. An index finds what a word begins with; so that a part within a word
//! is found too, the index holds each word without its first letter, without its first two, and so on.

use steps::expression::fold;

use super::Profile;

/// What is left of a word must be as long as this to be found by itself: less is found too often.
const SHORTEST_PART: usize = 3;
/// The same for a number's digits.
const SHORTEST_DIGITS: usize = 4;
/// Letters of a word, and words of a name, that can be found. More is no name.
const LONGEST_WORD: usize = 32;
const MOST_WORDS: usize = 16;

/// The words of a text, without case and accents.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.take(MOST_WORDS).map(|word| word.chars().take(LONGEST_WORD).collect()).collect()
}

/// The parts of words by which a contact is found, each once.
pub(crate) fn parts_of(profile: &Profile) -> Vec<String> {
    let Profile { name, phone, user_id, username } = profile;
    let texts = [name, username].into_iter().flatten();
    let mut parts: Vec<String> = texts.flat_map(|text| words(text)).flat_map(|word| ends(&word, SHORTEST_PART)).collect();
    parts.extend(phone.iter().flat_map(|phone| words(phone)).flat_map(|digits| ends(&digits, SHORTEST_DIGITS)));
    parts.extend(user_id.iter().flat_map(|id| words(id)));
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// A word and its ends of `shortest` letters or more.
fn ends(word: &str, shortest: usize) -> Vec<String> {
    let letters = word.chars().count();
    let starts = word.char_indices().enumerate();
    let ends = starts.filter(|(before, _)| *before == 0 || letters - before >= shortest);
    ends.map(|(_, (start, _))| word[start..].to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_found_by_parts_of_words_and_of_its_number() {
        let profile = Profile {
            name: Some("Zoë Souza".into()),
            phone: Some("+5511987".into()),
            user_id: Some("BR.1349".into()),
            username: Some("@zoe".into()),
        };
        let expected = ["11987", "1349", "1987", "511987", "5511987", "br", "ouza", "souza", "uza", "zoe"];
        assert_eq!(parts_of(&profile), expected);
        assert_eq!(words("  SOÚZA, +55 (11) "), ["souza", "55", "11"]);
        assert_eq!(words("👍"), [""; 0]);
    }

    #[test]
    fn a_name_that_is_none_makes_few_parts() {
        let name = format!("{}{}", "x".repeat(4_000), " y".repeat(4_000));
        let profile = Profile { name: Some(name), ..Profile::default() };
        assert!(parts_of(&profile).len() <= LONGEST_WORD + MOST_WORDS);
    }
}
