//! The embeddings of passages, remembered in the store: a text is embedded once, whatever restarts and whichever server asks.

use ::knowledge::{Part, Vector};
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};
use steps::moment::Moment;
use store::{PutRecord, Store, StoreError};

use crate::models::{BATCH, Embedder};

/// Records by what [`key`] gives.
const KIND: &str = "embedding";
/// After so many milliseconds (180 days) one is forgotten, for its text is probably gone; else it is made anew.
const KEPT: i64 = 180 * 24 * 60 * 60 * 1_000;
/// Records that are read at the same time.
const AT_ONCE: usize = 32;

/// The embedding of each part, in their order.
///
/// # Errors
/// In words for people: why there are none.
pub(super) async fn of_parts(embedder: &Embedder, store: &dyn Store, now: Moment, parts: &[Part]) -> Result<Vec<Vector>, String> {
    let texts: Vec<String> = parts.iter().map(|part| format!("{}\n{}", part.title, part.text)).collect();
    let keys: Vec<String> = texts.iter().map(|text| key(embedder.id(), text)).collect();
    let unreadable = |error: StoreError| format!("embeddings can't be kept in the store: {error}");
    let mut vectors: Vec<Option<Vector>> = Vec::new();
    for keys in keys.chunks(AT_ONCE) {
        let known = try_join_all(keys.iter().map(|key| store.get_record(KIND, key, now.0))).await.map_err(unreadable)?;
        vectors.extend(known.into_iter().map(|stored| read(&stored?.value)));
    }
    let missing: Vec<usize> = (0..parts.len()).filter(|place| vectors[*place].is_none()).collect();
    for batch in missing.chunks(BATCH) {
        let asked: Vec<&str> = batch.iter().map(|place| texts[*place].as_str()).collect();
        for (place, vector) in batch.iter().zip(embedder.embed(&asked).await?) {
            let put = PutRecord {
                kind: KIND.to_owned(),
                key: keys[*place].clone(),
                expected_version: 0,
                value: Some(written(&vector)),
                expires: Some(now.0 + KEPT),
                now: now.0,
            };
            // Where another server was quicker, it wrote the same.
            store.put_record(put).await.map_err(unreadable)?;
            vectors[*place] = Some(vector);
        }
    }
    Ok(vectors.into_iter().flatten().collect())
}

/// Another model gives another direction to the same text.
fn key(model: &str, text: &str) -> String {
    hex::encode(Sha256::new().chain_update(model).chain_update([0]).chain_update(text).finalize())
}

fn written(vector: &Vector) -> Vec<u8> {
    vector.numbers().iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn read(bytes: &[u8]) -> Option<Vector> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| Vector::new(numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let vector = Vector::new(vec![0.5, -0.25, 3.0]).unwrap();
        let again = read(&written(&vector)).unwrap();
        assert!(vector.nearness(&again).unwrap() > 0.999_999);
        assert_eq!((read(&[]), read(&[1, 2, 3])), (None, None));
        assert_ne!(key("a", "b"), key("ab", ""));
    }
}
