//! What was said in a voice note: the recording is read from Meta and given to a model that listens. It is kept nowhere.

use std::{collections::HashMap, time::Duration};

use steps::{
    contact::{TRANSCRIPTION_DEADLINE, TranscribeCall},
    event::CallResult,
    ids::NumberId,
};

use crate::{channel::Channel, media, models::Models};

const DEADLINE: Duration = Duration::from_millis(TRANSCRIPTION_DEADLINE.unsigned_abs());

pub(super) async fn transcribe(channels: &HashMap<NumberId, Channel>, models: &Models, call: &TranscribeCall) -> CallResult {
    tokio::time::timeout(DEADLINE, heard(channels, models, call)).await.unwrap_or_else(|_| {
        let text = format!("nobody knew within {} s what was said", DEADLINE.as_secs());
        CallResult::Failed { name: "timeout".to_owned(), text }
    })
}

async fn heard(channels: &HashMap<NumberId, Channel>, models: &Models, call: &TranscribeCall) -> CallResult {
    let lost = |text: String| CallResult::Failed { name: "media_lost".to_owned(), text };
    let Some(Channel::Graph(graph)) = channels.get(&call.number) else {
        return lost("the number that it came to is not connected".to_owned());
    };
    match media::read(graph, &call.media).await {
        Ok(bytes) => {
            let mime_type = call.media.mime_type.as_deref().unwrap_or_default();
            models.transcribe(bytes.into(), mime_type, call.language.as_deref()).await
        }
        Err(reason) => lost(format!("the recording can't be had: {reason}")),
    }
}
