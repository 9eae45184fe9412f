//! Changes of several leads that wait for the account's pace go out as one request. Who comes while a request is under way is in the next one.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use reqwest::Method;
use serde_json::{Map, Value};
use tokio::sync::oneshot;

use super::{
    client::{ApiError, Ask, Client},
    names::Entity,
};

/// Entities of one request (Kommo, Edit leads).
const MAX: usize = 250;

/// When the entity changed last, by Kommo's clock.
type Patched = Result<Option<i64>, ApiError>;

struct Waiting {
    id: u64,
    patch: Map<String, Value>,
    done: oneshot::Sender<Patched>,
}

#[derive(Default)]
pub struct Batch {
    waiting: Mutex<Vec<Waiting>>,
    under_way: tokio::sync::Mutex<()>,
}

impl Batch {
    /// Sets values of an entity, with those of others that wait.
    pub async fn patch(&self, client: &Client, of: Entity, id: u64, patch: Map<String, Value>) -> Patched {
        let (done, mut answer) = oneshot::channel();
        self.lock().push(Waiting { id, patch, done });
        let _turn = self.under_way.lock().await;
        // The one before may have taken it along.
        if let Ok(patched) = answer.try_recv() {
            return patched;
        }
        let batch = self.take();
        let all = send(client, of, &batch).await;
        for (waiting, patched) in batch.into_iter().zip(all) {
            // Whoever does not wait any more tries again.
            let _ = waiting.done.send(patched);
        }
        let gone = || ApiError::Later { reason: "the request was cut off".to_owned(), after: None };
        answer.try_recv().unwrap_or_else(|_| Err(gone()))
    }

    /// Those who wait, each entity once.
    fn take(&self) -> Vec<Waiting> {
        let mut seen = HashSet::new();
        let mut waiting = self.lock();
        waiting.retain(|waiting| !waiting.done.is_closed());
        let (batch, rest): (Vec<Waiting>, Vec<Waiting>) =
            waiting.drain(..).partition(|waiting| seen.len() < MAX && seen.insert(waiting.id));
        *waiting = rest;
        batch
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn send(client: &Client, of: Entity, batch: &[Waiting]) -> Vec<Patched> {
    if batch.len() > 1 {
        match together(client, of, batch).await {
            // One that is refused must not keep the others out.
            Err(ApiError::Refused(_) | ApiError::Gone(_)) => {}
            Err(later) => return batch.iter().map(|_| Err(later.clone())).collect(),
            Ok(all) => return all,
        }
    }
    let mut all = Vec::with_capacity(batch.len());
    for waiting in batch {
        let path = format!("/api/v4/{}/{}", of.plural(), waiting.id);
        let answer = client.ask(Ask::with(Method::PATCH, &path, &waiting.patch.clone().into())).await;
        all.push(answer.map(|answer| answer["updated_at"].as_i64()));
    }
    all
}

async fn together(client: &Client, of: Entity, batch: &[Waiting]) -> Result<Vec<Patched>, ApiError> {
    let list = batch.iter().map(|waiting| {
        let mut patch = waiting.patch.clone();
        patch.insert("id".to_owned(), waiting.id.into());
        Value::Object(patch)
    });
    let path = format!("/api/v4/{}", of.plural());
    let answer = client.ask(Ask::with(Method::PATCH, &path, &list.collect())).await?;
    let changed = answer["_embedded"][of.plural()].as_array().map_or(&[][..], Vec::as_slice);
    let updated = |id: u64| changed.iter().find(|one| one["id"] == id).and_then(|one| one["updated_at"].as_i64());
    Ok(batch.iter().map(|waiting| Ok(updated(waiting.id))).collect())
}
