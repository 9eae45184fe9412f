//! Live views by server-sent events.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;

/// The facts of each commit, as they happen: `event: commit` with `{"contact", "at", "facts"}`. `event: missed` tells a reader that was
/// too slow how many commits it did not get.
#[utoipa::path(get, path = "/api/v1/events", tag = "operation", responses((status = 200, content_type = "text/event-stream", body = String)))]
pub(super) async fn listen(State(app): State<Arc<App>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let receiver = app.live.listen();
    let events = stream::unfold(receiver, |mut receiver| async move {
        let event = match receiver.recv().await {
            Ok(happened) => Event::default().event("commit").json_data(&*happened).unwrap_or_default(),
            Err(RecvError::Lagged(missed)) => Event::default().event("missed").data(missed.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((Ok(event), receiver))
    });
    // A server that stops does not wait for its readers.
    let stop = app.stop.clone().cancelled_owned();
    Sse::new(events.take_until(Box::pin(stop))).keep_alive(KeepAlive::default())
}
