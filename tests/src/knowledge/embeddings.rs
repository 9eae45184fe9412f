//! Embeddings of an OpenAI-compatible server; and a small server of our own that knows letters and no meanings, to show the path.

use ::knowledge::Vector;
use anyhow::{Context, Result};
use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

/// Texts in one request.
const BATCH: usize = 16;
/// The numbers of an embedding of [`Letters`].
const SIZE: usize = 512;

/// A server and its model.
pub struct Embeddings {
    /// The address below which `/embeddings` lies.
    pub url: String,
    pub model: String,
}

impl Embeddings {
    /// The meaning of each text.
    pub async fn of(&self, texts: &[String]) -> Result<Vec<Vector>> {
        let client = reqwest::Client::new();
        let mut vectors = Vec::new();
        for batch in texts.chunks(BATCH) {
            let request = client.post(format!("{}/embeddings", self.url.trim_end_matches('/')));
            let answer = request.json(&json!({"model": self.model, "input": batch})).send().await?.error_for_status()?;
            let answer: Value = answer.json().await?;
            for data in answer["data"].as_array().context("a list of embeddings")? {
                let numbers: Vec<f32> = serde_json::from_value(data["embedding"].clone())?;
                vectors.push(Vector::new(numbers).context("an embedding that has a direction")?);
            }
        }
        Ok(vectors)
    }
}

/// A server of embeddings that are the same in every run: of each word, its letters in threes count, at places that their hash gives. It finds
/// what is spelled alike, and no synonym.
pub struct Letters {
    pub url: String,
    _server: JoinSet<()>,
}

impl Letters {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let mut server = JoinSet::new();
        server.spawn(async move {
            // It ends with whoever started it.
            let _ = axum::serve(listener, routes()).await;
        });
        Ok(Letters { url, _server: server })
    }
}

/// `POST /v1/embeddings` of [`Letters`].
pub fn routes() -> Router {
    Router::new().route("/v1/embeddings", post(async |Json(request): Json<Value>| Json(embed(&request))))
}

fn embed(request: &Value) -> Value {
    let texts = match &request["input"] {
        Value::Array(texts) => texts.iter().map(|text| text.as_str().unwrap_or_default()).collect(),
        other => vec![other.as_str().unwrap_or_default()],
    };
    let data = texts.iter().enumerate().map(|(index, text)| json!({"index": index, "embedding": letters(text)}));
    json!({"object": "list", "data": data.collect::<Vec<_>>(), "model": request["model"]})
}

fn letters(text: &str) -> Vec<f32> {
    // The last place is everybody's, so that no text is without a direction.
    let mut numbers = vec![0.0; SIZE];
    numbers[SIZE - 1] = 0.1;
    for word in text.to_lowercase().split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 2) {
        let letters: Vec<char> = ['_'].into_iter().chain(word.chars()).chain(['_']).collect();
        for three in letters.windows(3) {
            // FNV-1a, 32 bits.
            let hash = three.iter().fold(2_166_136_261_u32, |hash, letter| (hash ^ *letter as u32).wrapping_mul(16_777_619));
            numbers[hash as usize % (SIZE - 1)] += 1.0;
        }
    }
    numbers
}
