//! The model that gives the meaning of texts as numbers, by `POST /embeddings` of an OpenAI-compatible server.

use ::knowledge::Vector;
use serde_json::{Value, json};

use super::client::{Refusal, Server};
use crate::settings::OpenAi;

/// How many texts go into one request: what comes back has to fit into an answer.
pub const BATCH: usize = 16;

/// A model of embeddings.
#[derive(Clone)]
pub struct Embedder {
    /// What its server calls it.
    id: String,
    server: Server,
}

impl Embedder {
    /// The one of the settings; None where none is named.
    ///
    /// # Errors
    /// The system's certificates can't be read.
    pub fn new(settings: &OpenAi) -> Result<Option<Self>, reqwest::Error> {
        let Some(model) = settings.embedding_model() else { return Ok(None) };
        Ok(Some(Embedder { id: model.model, server: Server::new(&model.base_url, &model.api_key)? }))
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The meaning of each text, in their order; at most [`BATCH`] of them.
    ///
    /// # Errors
    /// In words for people: the server does not answer, or not with an embedding for each.
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, String> {
        let answer = self.server.embed(json!({"model": self.id, "input": texts})).await.map_err(|refusal| refusal.text)?;
        let vectors = vectors(&answer, texts.len());
        vectors.ok_or_else(|| Refusal::malformed("the model's server answered something that is no list of embeddings").text)
    }
}

/// The embeddings of an answer by their places; None where one is missing.
fn vectors(answer: &Value, count: usize) -> Option<Vec<Vector>> {
    let mut vectors = vec![None; count];
    for (place, data) in answer["data"].as_array()?.iter().enumerate() {
        let place = data["index"].as_u64().and_then(|index| usize::try_from(index).ok()).unwrap_or(place);
        #[expect(clippy::cast_possible_truncation, reason = "what embeddings are made of")]
        let numbers = data["embedding"].as_array()?.iter().map(|number| number.as_f64().map(|number| number as f32));
        *vectors.get_mut(place)? = Vector::new(numbers.collect::<Option<_>>()?);
    }
    vectors.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_has_its_embedding_or_there_are_none() {
        let answer = json!({"data": [{"index": 1, "embedding": [0, 2]}, {"index": 0, "embedding": [3.0, 0]}]});
        let found = vectors(&answer, 2).unwrap();
        assert_eq!((found[0].numbers(), found[1].numbers()), (&[1.0, 0.0][..], &[0.0, 1.0][..]));
        for wrong in [
            json!({}),
            json!({"data": [{"embedding": [1]}]}),
            json!({"data": [{"embedding": [1]}, {"embedding": ["a"]}]}),
            json!({"data": [{"index": 0, "embedding": [1]}, {"index": 7, "embedding": [1]}]}),
            json!({"data": [{"embedding": [1]}, {"embedding": [0]}]}),
        ] {
            assert_eq!(vectors(&wrong, 2), None, "{wrong}");
        }
    }
}
