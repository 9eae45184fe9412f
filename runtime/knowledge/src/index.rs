//! An index in memory: made once from all sources, and then only searched.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use tantivy::{
    IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term,
    collector::TopDocs,
    query::{BooleanQuery, BoostQuery, ConstScoreQuery, Occur, Query, TermQuery, TermSetQuery},
    schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions},
    tokenizer::{TextAnalyzer, TokenizerManager, WhitespaceTokenizer},
};

use crate::{
    Part, Passage, Vector,
    fusion::fused,
    words::{analyzer, are_alike, folded, language, terms, threes},
};

/// The most passages of an index: they all lie in memory.
pub const MAX_PASSAGES: usize = 20_000;
/// How many passages of each rank are fused.
const CANDIDATES: usize = 40;
/// Memory of the thread that makes the index; the least that it takes.
const BUDGET: usize = 15_000_000;
/// A word in a heading says more than one in the text.
const OF_TITLE: f32 = 1.5;
/// Letters in threes find what words do not, and weigh less where words do.
const OF_LETTERS: f32 = 0.25;

/// Something to be searched.
#[derive(Clone, Debug)]
pub struct Source {
    /// What steps call it.
    pub name: String,
    /// BCP 47.
    pub language: String,
    pub parts: Arc<[Part]>,
    /// Of each part; none where there are none.
    pub vectors: Arc<[Vector]>,
}

/// Sources that can be searched.
pub struct Index {
    sources: Vec<Source>,
    /// By number: the source and the place in it.
    passages: Vec<(usize, usize)>,
    reader: IndexReader,
    fields: Fields,
}

/// A passage by its number, with how well it fits.
pub type Hit = (usize, f32);

/// Words could not be indexed. Memory ran out, or the machine gave no thread.
#[derive(Debug, thiserror::Error)]
#[error("the index of knowledge can't be made or searched: {0}")]
pub struct IndexError(#[from] TantivyError);

struct Fields {
    number: Field,
    source: Field,
    /// Letters in threes.
    letters: Field,
    /// By the code of a language, title and text.
    words: BTreeMap<&'static str, (Field, Field)>,
}

impl Index {
    /// Indexes sources. Of those that come after [`MAX_PASSAGES`] nothing is taken.
    ///
    /// # Errors
    /// There is no memory for it, or no thread.
    pub fn new(sources: Vec<Source>) -> Result<Self, IndexError> {
        let all = sources.iter().enumerate().flat_map(|(source, of)| (0..of.parts.len()).map(move |part| (source, part)));
        let passages: Vec<(usize, usize)> = all.take(MAX_PASSAGES).collect();
        let codes: BTreeSet<&'static str> = sources.iter().map(|source| language(&source.language)).collect();
        let (schema, fields) = schema(&codes);
        let index = tantivy::Index::builder().schema(schema).tokenizers(tokenizers(&codes)).create_in_ram()?;
        let mut writer = index.writer_with_num_threads(1, BUDGET)?;
        for (number, (source, part)) in (0_u64..).zip(&passages) {
            let source = &sources[*source];
            writer.add_document(fields.document(number, source, &source.parts[*part]))?;
        }
        writer.commit()?;
        writer.wait_merging_threads()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Index { sources, passages, reader, fields })
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.passages.len()
    }

    pub fn is_empty(&self) -> bool {
        self.passages.is_empty()
    }

    /// The best passages of the named sources: by the words of the question and, where there is one, by its meaning.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn search(
        &self,
        names: &[String],
        question: &str,
        meaning: Option<&Vector>,
        most: usize,
    ) -> Result<Vec<Passage>, IndexError> {
        let by_words = self.by_words(names, question, CANDIDATES.max(most))?;
        let by_meaning = meaning.map(|meaning| self.by_meaning(names, meaning, CANDIDATES.max(most))).unwrap_or_default();
        let hits = if by_meaning.is_empty() { by_words } else { fused(&[numbers(by_words), numbers(by_meaning)]) };
        Ok(hits.into_iter().take(most).map(|hit| self.passage(hit)).collect())
    }

    /// The passages that share a word with the question, be it misspelled; the best first.
    ///
    /// # Errors
    /// The index can't be read.
    pub fn by_words(&self, names: &[String], question: &str, most: usize) -> Result<Vec<Hit>, IndexError> {
        let asked = self.asked(question);
        if asked.is_empty() || most == 0 {
            return Ok(Vec::new());
        }
        let names = names.iter().map(|name| Term::from_field_text(self.fields.source, name));
        let of_sources = ConstScoreQuery::new(Box::new(TermSetQuery::new(names)), 0.0);
        let query = BooleanQuery::new(vec![
            (Occur::Must, Box::new(of_sources)),
            (Occur::Must, Box::new(BooleanQuery::union(self.fields.queries(&asked)))),
        ]);
        let searcher = self.reader.searcher();
        let mut hits = Vec::new();
        for (score, place) in searcher.search(&query, &TopDocs::with_limit(most).order_by_score())? {
            let numbers = searcher.segment_reader(place.segment_ord).fast_fields().u64(NUMBER)?;
            let number = numbers.first(place.doc_id).and_then(|number| usize::try_from(number).ok());
            hits.extend(number.filter(|number| self.shares_a_word(*number, &asked)).map(|number| (number, score)));
        }
        Ok(hits)
    }

    /// The passages whose meaning is nearest, the nearest first.
    pub fn by_meaning(&self, names: &[String], meaning: &Vector, most: usize) -> Vec<Hit> {
        let named = self.passages.iter().enumerate().filter(|(_, (source, _))| names.contains(&self.sources[*source].name));
        let mut hits: Vec<Hit> = named
            .filter_map(|(number, (source, part))| {
                let nearness = self.sources[*source].vectors.get(*part)?.nearness(meaning)?;
                Some((number, nearness))
            })
            .collect();
        hits.sort_by(|one, other| other.1.total_cmp(&one.1));
        hits.truncate(most);
        hits
    }

    pub fn passage(&self, (number, score): Hit) -> Passage {
        let (source, part) = self.passages[number];
        let source = &self.sources[source];
        let Part { title, text } = source.parts[part].clone();
        Passage { source: source.name.clone(), title, text, score }
    }

    /// What is asked, as each language reads it.
    fn asked(&self, question: &str) -> Vec<Asked> {
        let read = |code: &&'static str| {
            let mut analyzer = analyzer(code);
            let folded: BTreeSet<String> =
                folded(question).into_iter().filter(|word| !terms(&mut analyzer, word).is_empty()).collect();
            Asked { code, terms: terms(&mut analyzer, question).into_iter().collect(), folded }
        };
        self.fields.words.keys().map(read).filter(|asked| !asked.terms.is_empty()).collect()
    }

    /// Letters alone are met by chance.
    fn shares_a_word(&self, number: usize, asked: &[Asked]) -> bool {
        let (source, part) = self.passages[number];
        let source = &self.sources[source];
        let part = &source.parts[part];
        let text = format!("{} {}", part.title, part.text);
        let code = language(&source.language);
        let own = asked.iter().find(|asked| asked.code == code);
        let has_term = own.is_some_and(|asked| terms(&mut analyzer(code), &text).iter().any(|term| asked.terms.contains(term)));
        let words = folded(&text);
        has_term || own.is_some_and(|own| own.folded.iter().any(|asked| words.iter().any(|word| are_alike(asked, word))))
    }
}

/// A question as a language reads it.
struct Asked {
    code: &'static str,
    terms: BTreeSet<String>,
    /// The words that terms were made of.
    folded: BTreeSet<String>,
}

fn numbers(hits: Vec<Hit>) -> Vec<usize> {
    hits.into_iter().map(|(number, _)| number).collect()
}

const NUMBER: &str = "number";
const LETTERS: &str = "letters";

fn schema(codes: &BTreeSet<&'static str>) -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let words = |tokenizer: &str| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(IndexRecordOption::WithFreqs);
        TextOptions::default().set_indexing_options(indexing)
    };
    let fields = Fields {
        number: schema.add_u64_field(NUMBER, FAST),
        source: schema.add_text_field("source", STRING),
        letters: schema.add_text_field(LETTERS, words(LETTERS)),
        words: codes
            .iter()
            .map(|code| {
                let title = schema.add_text_field(&format!("title_{code}"), words(&tokenizer(code)));
                (*code, (title, schema.add_text_field(&format!("text_{code}"), words(&tokenizer(code)))))
            })
            .collect(),
    };
    (schema.build(), fields)
}

fn tokenizers(codes: &BTreeSet<&'static str>) -> TokenizerManager {
    let tokenizers = TokenizerManager::default();
    tokenizers.register(LETTERS, TextAnalyzer::builder(WhitespaceTokenizer::default()).build());
    for code in codes {
        tokenizers.register(&tokenizer(code), analyzer(code));
    }
    tokenizers
}

fn tokenizer(code: &str) -> String {
    format!("words_{code}")
}

impl Fields {
    fn document(&self, number: u64, source: &Source, part: &Part) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        document.add_u64(self.number, number);
        document.add_text(self.source, &source.name);
        let words = folded(&format!("{} {}", part.title, part.text));
        document.add_text(self.letters, words.iter().flat_map(|word| threes(word)).collect::<Vec<_>>().join(" "));
        if let Some((title, text)) = self.words.get(language(&source.language)) {
            document.add_text(*title, &part.title);
            document.add_text(*text, &part.text);
        }
        document
    }

    /// Each of which a passage may match.
    fn queries(&self, asked: &[Asked]) -> Vec<Box<dyn Query>> {
        let term = |field: Field, text: &str, weight: f32| -> Box<dyn Query> {
            let term = TermQuery::new(Term::from_field_text(field, text), IndexRecordOption::WithFreqs);
            Box::new(BoostQuery::new(Box::new(term), weight))
        };
        let mut queries = Vec::new();
        for asked in asked {
            if let Some((title, text)) = self.words.get(asked.code) {
                queries.extend(asked.terms.iter().flat_map(|word| [term(*title, word, OF_TITLE), term(*text, word, 1.0)]));
            }
        }
        let letters: BTreeSet<String> = asked.iter().flat_map(|asked| &asked.folded).flat_map(|word| threes(word)).collect();
        queries.extend(letters.iter().map(|three| term(self.letters, three, OF_LETTERS)));
        queries
    }
}

impl std::fmt::Debug for Index {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Index").field("passages", &self.passages.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, language: &str, texts: &[(&str, &str)]) -> Source {
        let parts = texts.iter().map(|(title, text)| Part { title: (*title).to_owned(), text: (*text).to_owned() });
        Source { name: name.to_owned(), language: language.to_owned(), parts: parts.collect(), vectors: Arc::default() }
    }

    fn shop() -> Vec<Source> {
        vec![
            source(
                "faq",
                "pt-BR",
                &[
                    ("Entrega", "Entregamos em até três dias úteis."),
                    ("Preços", "A tabela de preços está no balcão."),
                    ("Trocas", "Trocamos em 30 dias com a nota fiscal."),
                ],
            ),
            source("clinic", "es", &[("Citas", "La cita se pide por teléfono."), ("Precios", "La limpieza cuesta 40 euros.")]),
        ]
    }

    fn found(index: &Index, names: &[&str], question: &str) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        index.search(&names, question, None, 5).unwrap().into_iter().map(|passage| passage.title).collect()
    }

    #[test]
    fn questions_find_what_shares_a_word() {
        let index = Index::new(shop()).unwrap();
        for (question, expected) in [
            ("qual o preco?", "Preços"),
            ("quanto tempo a ENTREGA", "Entrega"),
            ("vcs entregan aqui", "Entrega"),
            ("posso trocar", "Trocas"),
            ("cadê a notta fiscau", "Trocas"),
        ] {
            assert_eq!(found(&index, &["faq"], question).first().map(String::as_str), Some(expected), "{question}");
        }
        assert_eq!(found(&index, &["clinic"], "quiero una cita"), ["Citas"]);
        assert_eq!(found(&index, &["faq", "clinic"], "precio"), ["Precios", "Preços"]);
        for question in ["", "?", "oi, bom dia", "astronauta", "🙂"] {
            assert_eq!(found(&index, &["faq"], question), [""; 0], "{question}");
        }
        assert_eq!(found(&index, &["nothing"], "entrega"), [""; 0]);
    }

    #[test]
    fn meanings_are_found_without_a_word_and_ranks_are_fused() {
        let mut sources = shop();
        let vector = |numbers: [f32; 2]| Vector::new(numbers.to_vec()).unwrap();
        sources[0].vectors = [vector([1.0, 0.0]), vector([0.0, 1.0]), vector([0.7, 0.7])].into();
        let index = Index::new(sources).unwrap();
        let names = ["faq".to_owned()];
        let titles = |question: &str, meaning: [f32; 2]| -> Vec<String> {
            let passages = index.search(&names, question, Some(&vector(meaning)), 2).unwrap();
            passages.into_iter().map(|passage| passage.title).collect()
        };
        assert_eq!(titles("how much", [0.1, 1.0]), ["Preços", "Trocas"]);
        assert_eq!(titles("entrega", [0.7, 0.7])[0], "Entrega");
    }

    #[test]
    fn nothing_is_found_in_nothing() {
        let index = Index::new(Vec::new()).unwrap();
        assert!(index.is_empty() && found(&index, &["faq"], "entrega").is_empty());
    }
}
