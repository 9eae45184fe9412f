//! Words as they are compared: folded (`Preço` and `preco` are one), without those that say nothing, reduced to their stems; and the letters
//! of each, by which a word that is misspelled is found.

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter, TextAnalyzer,
};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longer words are no words: bytes.
const LONGEST_WORD: usize = 60;
/// How alike two words are that are one, misspelled: the share of their letters in threes (Dice).
const ALIKE: f32 = 0.5;

/// Languages whose words are reduced to their stems, by their code (ISO 639-1).
const LANGUAGES: &[(&str, Language)] = &[
    ("pt", Language::Portuguese),
    ("es", Language::Spanish),
    ("en", Language::English),
    ("fr", Language::French),
    ("it", Language::Italian),
    ("de", Language::German),
    ("nl", Language::Dutch),
    ("ru", Language::Russian),
];

/// What customers say around their question, folded. The usual stop words (those of Snowball, with English from Lucene) are written for
/// documents.
const AROUND: &[(&str, &[&str])] = &[
    (
        "pt",
        &[
            "oi", "ola", "bom", "boa", "dia", "tarde", "noite", "voce", "voces", "vcs", "vc", "pra", "pro", "tem", "queria",
            "quero", "gostaria", "saber", "favor", "por", "pode", "podem", "posso", "consigo", "fazer", "faz", "qual", "quais",
            "quando", "onde", "como", "quanto", "que", "q", "ta", "to", "ser", "ter",
        ],
    ),
    (
        "es",
        &[
            "hola", "buenas", "buenos", "dias", "tardes", "noches", "quiero", "queria", "quisiera", "saber", "favor", "por",
            "puedo", "pueden", "puede", "tienen", "hacen", "hacer", "cual", "cuales", "cuando", "donde", "como", "cuanto",
            "cuanta", "que", "q", "hay", "ser",
        ],
    ),
    (
        "en",
        &[
            "hi", "hello", "hey", "please", "thanks", "i", "im", "me", "my", "we", "our", "you", "your", "u", "do", "does",
            "did", "can", "could", "would", "should", "have", "has", "had", "what", "whats", "which", "who", "when", "where",
            "how", "why", "am", "from", "so", "any", "get", "about", "want", "know", "like", "need", "s", "t", "ll", "re",
        ],
    ),
];

/// A language's code (ISO 639-1) where its words have stems; `pt-BR` and `pt` are one.
pub(crate) fn language(tag: &str) -> &'static str {
    let primary = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.iter().map(|(code, _)| *code).find(|code| primary.eq_ignore_ascii_case(code)).unwrap_or("")
}

/// How the words of a language are compared.
pub(crate) fn analyzer(code: &str) -> TextAnalyzer {
    let stemmed = LANGUAGES.iter().find(|(known, _)| *known == code).map(|(_, language)| *language);
    let words = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .filter(LowerCaser)
        .dynamic();
    let words = match stemmed.and_then(StopWordFilter::new) {
        Some(stop) => words.filter_dynamic(stop),
        None => words,
    };
    // Folded before the stem is taken: customers leave accents out, and both have to come to the same.
    let words = words.filter_dynamic(AsciiFoldingFilter).filter_dynamic(StopWordFilter::remove(around(code)));
    match stemmed {
        Some(language) => words.filter_dynamic(Stemmer::new(language)).build(),
        None => words.build(),
    }
}

fn around(code: &str) -> Vec<String> {
    let words = AROUND.iter().find(|(known, _)| *known == code).map_or(&[][..], |(_, words)| words);
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The words of a text that say something, folded and with their stems taken.
pub(crate) fn terms(analyzer: &mut TextAnalyzer, text: &str) -> Vec<String> {
    let mut stream = analyzer.token_stream(text);
    let mut terms = Vec::new();
    while stream.advance() {
        terms.push(stream.token().text.clone());
    }
    terms
}

/// The words of a text in small letters without accents.
pub(crate) fn folded(text: &str) -> Vec<String> {
    let letters: String = text.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase).collect();
    letters.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The letters of a word in threes, with its ends marked.
pub(crate) fn threes(word: &str) -> Vec<String> {
    let letters: Vec<char> = ['_'].into_iter().chain(word.chars()).chain(['_']).collect();
    letters.windows(3).map(|three| three.iter().collect()).collect()
}

/// Whether two folded words are one, perhaps misspelled.
pub(crate) fn are_alike(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (one, other) = (threes(one), threes(other));
    let shared = one.iter().filter(|three| other.contains(three)).count();
    #[expect(clippy::cast_precision_loss, reason = "letters of two words")]
    let likeness = 2.0 * shared as f32 / (one.len() + other.len()).max(1) as f32;
    likeness >= ALIKE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_by_their_stems_without_accents() {
        let terms = |code: &str, text: &str| terms(&mut analyzer(code), text);
        assert_eq!(terms("pt", "Qual o preço das entregas?"), terms("pt", "preco da ENTREGA"));
        assert_eq!(terms("es", "¿Cuánto cuestan las citas médicas?"), terms("es", "cuesta cita medica"));
        assert_eq!(terms("en", "Do you have any refunds?"), terms("en", "refund"));
        assert_eq!(terms("", "Cafés"), ["cafes"]);
        assert_eq!((language("pt_BR"), language("ES"), language("xx"), language("")), ("pt", "es", "", ""));
    }

    #[test]
    fn a_misspelled_word_is_alike() {
        for (one, other) in [("entrega", "entrga"), ("horario", "orario"), ("devolucao", "devolusao"), ("refund", "refunds")] {
            assert!(are_alike(one, other), "{one} {other}");
        }
        for (one, other) in [("preco", "prato"), ("conta", "contrato"), ("a", "b")] {
            assert!(!are_alike(one, other), "{one} {other}");
        }
        assert_eq!(folded("Às 9h, São-Paulo!"), ["as", "9h", "sao", "paulo"]);
    }
}
