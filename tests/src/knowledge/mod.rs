//! How well knowledge is found: documents of our own, questions as customers ask them, and for each the passage that answers it.

pub mod embeddings;

use std::{collections::BTreeMap, fs, path::PathBuf, sync::Arc};

use ::knowledge::{Format, Index, Part, Source, Vector, read};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use embeddings::Embeddings;

/// Each with the language that it is written in.
const DOCUMENTS: &[(&str, &str)] = &[
    ("papelaria.md", "pt"),
    ("precos.csv", "pt"),
    ("clinica.html", "es"),
    ("cuidados.txt", "es"),
    ("school.md", "en"),
    ("fees.pdf", "en"),
];

/// How many passages a model is given.
pub const AT: [usize; 2] = [1, ::knowledge::BEST];

/// A question, and words of the passage that answers it.
#[derive(Debug, Deserialize)]
pub struct Question {
    pub language: String,
    pub question: String,
    answer: String,
}

/// The documents of a language, indexed, with what is asked of them.
pub struct Subject {
    pub language: &'static str,
    index: Index,
    names: Vec<String>,
    questions: Vec<(Question, Option<Vector>)>,
}

/// How passages are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Words,
    Meaning,
    Both,
}

/// The share of the questions whose answer is among the best passages, for each of [`AT`].
pub type Recall = [f64; AT.len()];

/// Reads documents and questions. Without embeddings there is [`Way::Words`] alone.
pub async fn subjects(embeddings: Option<&Embeddings>) -> Result<Vec<Subject>> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/knowledge"));
    let questions = fs::read_to_string(folder.join("questions.json"))?;
    let mut questions: Vec<Question> = serde_json::from_str(&questions).context("questions.json")?;
    let mut subjects = Vec::new();
    for language in ["pt", "es", "en"] {
        let mut sources = Vec::new();
        for (name, _) in DOCUMENTS.iter().filter(|(_, of)| *of == language) {
            let format = Format::of_file(name).context("a format by its ending")?;
            let parts = read(&fs::read(folder.join(name))?, format).with_context(|| (*name).to_owned())?;
            let texts: Vec<String> = parts.iter().map(|Part { title, text }| format!("{title}\n{text}")).collect();
            let vectors = embedded(embeddings, &texts).await?;
            sources.push(Source { name: (*name).to_owned(), language: language.to_owned(), parts: parts.into(), vectors });
        }
        let (asked, others): (Vec<_>, Vec<_>) = questions.into_iter().partition(|question| question.language == language);
        questions = others;
        for Question { question, answer, .. } in &asked {
            let answers = sources.iter().flat_map(|source| source.parts.iter()).filter(|part| holds(&part.text, answer));
            ensure!(answers.count() == 1, "{question:?}: {answer:?} has to be in one passage");
        }
        let texts: Vec<String> = asked.iter().map(|question| question.question.clone()).collect();
        let mut vectors = embedded(embeddings, &texts).await?.to_vec().into_iter();
        let questions = asked.into_iter().map(|question| (question, vectors.next())).collect();
        let names = sources.iter().map(|source| source.name.clone()).collect();
        subjects.push(Subject { language, index: Index::new(sources)?, names, questions });
    }
    Ok(subjects)
}

async fn embedded(embeddings: Option<&Embeddings>, texts: &[String]) -> Result<Arc<[Vector]>> {
    match embeddings {
        Some(embeddings) => Ok(embeddings.of(texts).await?.into()),
        None => Ok(Arc::default()),
    }
}

impl Subject {
    pub fn passages(&self) -> usize {
        self.index.len()
    }

    pub fn questions(&self) -> usize {
        self.questions.len()
    }

    /// The questions whose answer is not among the best passages.
    pub fn missed(&self, way: Way, best: usize) -> Result<Vec<&Question>> {
        let mut missed = Vec::new();
        for (question, meaning) in &self.questions {
            let passages = match (way, meaning) {
                (Way::Both, meaning) => self.index.search(&self.names, &question.question, meaning.as_ref(), best)?,
                (Way::Meaning, Some(meaning)) => {
                    let hits = self.index.by_meaning(&self.names, meaning, best);
                    hits.into_iter().map(|hit| self.index.passage(hit)).collect()
                }
                _ => self.index.search(&self.names, &question.question, None, best)?,
            };
            if !passages.iter().any(|passage| holds(&passage.text, &question.answer)) {
                missed.push(question);
            }
        }
        Ok(missed)
    }
}

/// Recall by language, and over all of them under `""`.
pub fn recall(subjects: &[Subject], way: Way) -> Result<BTreeMap<&'static str, Recall>> {
    let mut found: BTreeMap<&'static str, Recall> = BTreeMap::new();
    let mut all = [0; AT.len()];
    for subject in subjects {
        let mut of_language = [0.0; AT.len()];
        for (place, best) in AT.into_iter().enumerate() {
            let missed = subject.missed(way, best)?.len();
            all[place] += missed;
            of_language[place] = share(subject.questions() - missed, subject.questions());
        }
        found.insert(subject.language, of_language);
    }
    let questions: usize = subjects.iter().map(Subject::questions).sum();
    found.insert("", all.map(|missed| share(questions - missed, questions)));
    Ok(found)
}

/// Whether a text holds these words, wherever its lines end.
fn holds(text: &str, words: &str) -> bool {
    text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
}

#[expect(clippy::cast_precision_loss, reason = "some dozens of questions")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
