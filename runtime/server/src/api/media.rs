//! Media that customers sent, as files.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use tokio::{fs::File, io::AsyncReadExt};

use crate::{
    app::App,
    media::{self, Medium, State as Kept},
    problem::Problem,
};

/// Bytes that are read from a file at a time.
const PIECE: usize = 64 * 1024;

/// A medium that a customer sent, by its id as transcripts and saved answers hold it. It is a file to save, whatever its type says.
#[utoipa::path(get, path = "/api/v1/media/{id}", operation_id = "show_medium", tag = "media", params(("id" = String, Path,)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn show(State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<Response, Problem> {
    let Some(path) = media::path(&app, &id) else {
        return Err(Problem::not_found("media are not kept: this store has no folder"));
    };
    let medium = media::find(&app, &id).await?.ok_or_else(|| Problem::not_found("there is no medium with this id"))?;
    match medium.state {
        Kept::Kept => {}
        Kept::Pending => return Err(Problem::busy("this medium is still being fetched from WhatsApp")),
        Kept::Failed => return Err(Problem::not_found("this medium could not be fetched from WhatsApp; the log says why")),
    }
    let lost = |_| Problem::not_found("the file of this medium is not in the data folder any more");
    let file = File::open(path).await.map_err(lost)?;
    let size = file.metadata().await.map_err(lost)?.len();
    let pieces = stream::unfold(Some(file), |file| async move {
        let mut piece = Vec::with_capacity(PIECE);
        let mut part = file?.take(PIECE as u64);
        match part.read_to_end(&mut piece).await {
            Ok(0) => None,
            Ok(_) => Some((Ok(Bytes::from(piece)), Some(part.into_inner()))),
            Err(error) => Some((Err(error), None)),
        }
    });
    let headers = [
        (header::CONTENT_TYPE, content_type(&medium)),
        (header::CONTENT_LENGTH, HeaderValue::from(size)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

fn content_type(medium: &Medium) -> HeaderValue {
    let named = medium.mime_type.as_deref().and_then(|name| HeaderValue::from_str(name).ok());
    named.unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
