//! One try to fetch a medium: its id resolved to an address, the address read into a file, never more than its kind may have.

use std::path::Path;

use futures_util::StreamExt;
use reqwest::Response;
use serde::Deserialize;
use steps::{limits::media_bytes, message::MediaKind};
use tokio::{fs, io::AsyncWriteExt};
use url::Url;

use super::Medium;
use crate::{channel::Graph, graph_client::NoAnswer};

/// Hosts of Meta's, with all below them, that media lie on: a token goes there and to the Graph host alone.
const META_HOSTS: &[&str] = &["facebook.com", "fbcdn.net", "fbsbx.com", "whatsapp.net"];

/// Why a medium was not fetched. The text names no address: it holds a signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Another try may do.
    Passing(String),
    ForGood(String),
}

/// What an id resolves to (Cloud API, Media). The address lives five minutes.
#[derive(Deserialize)]
struct Resolved {
    url: String,
    #[serde(default)]
    mime_type: Option<String>,
}

/// Fetches the medium into the file; gives its type, as Meta names it.
pub(super) async fn fetch(graph: &Graph, medium: &Medium, path: &Path) -> Result<Option<String>, Failure> {
    let (response, mime_type) = find(graph, &medium.id).await?;
    write(response, path, media_bytes(medium.kind)).await?;
    Ok(mime_type)
}

/// Reads the medium into memory.
pub(super) async fn read(graph: &Graph, id: &str, kind: MediaKind) -> Result<Vec<u8>, Failure> {
    let max = media_bytes(kind);
    let (response, _) = find(graph, id).await?;
    check_length(&response, max)?;
    let (mut bytes, mut chunks) = (Vec::new(), response.bytes_stream());
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk.map_err(lost)?);
        if bytes.len() as u64 > max {
            return Err(too_large(max));
        }
    }
    Ok(bytes)
}

/// The answer that holds the medium, and its type, as Meta names it.
async fn find(graph: &Graph, id: &str) -> Result<(Response, Option<String>), Failure> {
    let Resolved { url, mime_type } = resolve(graph, id).await?;
    let mut response = open(graph, &url).await?;
    if response.status().as_u16() == 404 {
        // The address has expired.
        let Resolved { url, .. } = resolve(graph, id).await?;
        response = open(graph, &url).await?;
    }
    match response.status().as_u16() {
        200 => Ok((response, mime_type)),
        status @ (408 | 429 | 500..) => Err(Failure::Passing(format!("its address answers {status}"))),
        404 => Err(Failure::Passing("its address answers 404, twice".to_owned())),
        status => Err(Failure::ForGood(format!("its address answers {status}"))),
    }
}

fn check_length(response: &Response, max: u64) -> Result<(), Failure> {
    if response.content_length().is_some_and(|length| length > max) { Err(too_large(max)) } else { Ok(()) }
}

fn too_large(max: u64) -> Failure {
    Failure::ForGood(format!("it has more than the {max} bytes of its kind"))
}

async fn resolve(graph: &Graph, id: &str) -> Result<Resolved, Failure> {
    let (status, answer) = graph.medium(id).await.map_err(lost)?;
    match status {
        200 => serde_json::from_slice(&answer).map_err(|_| Failure::Passing("its id resolves to no address".to_owned())),
        // 401 and 403: a token that people may mend.
        401 | 403 | 408 | 429 | 500.. => Err(Failure::Passing(format!("its id can't be resolved: {status}"))),
        _ => Err(Failure::ForGood(format!("its id can't be resolved: {status}; Meta keeps media for 7 days"))),
    }
}

async fn open(graph: &Graph, address: &str) -> Result<Response, Failure> {
    if !may_have_token(address, graph.base()) {
        return Err(Failure::ForGood("its address is not on a host of Meta's".to_owned()));
    }
    graph.download(address).await.map_err(lost)
}

fn lost(error: impl Into<NoAnswer>) -> Failure {
    Failure::Passing(error.into().to_string())
}

/// Whether the token may go there: the Graph API's own origin, or HTTPS on a host of Meta's.
fn may_have_token(address: &str, graph: &str) -> bool {
    let (Ok(address), Ok(graph)) = (Url::parse(address), Url::parse(graph)) else { return false };
    if address.origin() == graph.origin() {
        return true;
    }
    let is_at = |host: &str, known: &str| host.strip_suffix(known).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let is_meta = address.domain().is_some_and(|host| META_HOSTS.iter().any(|known| is_at(host, known)));
    address.scheme() == "https" && address.port().is_none() && is_meta
}

/// Writes the answer beside its place, and moves it there once it is whole and on the disk.
async fn write(response: Response, path: &Path, max: u64) -> Result<(), Failure> {
    check_length(&response, max)?;
    let part = path.with_extension("part");
    let written = write_part(response, &part, max).await;
    let moved = match written {
        Ok(true) => fs::rename(&part, path).await.map_err(|error| disk(&error)),
        Ok(false) => Err(too_large(max)),
        Err(failure) => Err(failure),
    };
    if moved.is_err() {
        // What is left of it is overwritten by the next try.
        let _ = fs::remove_file(&part).await;
    }
    moved
}

/// False: it is too large.
async fn write_part(response: Response, part: &Path, max: u64) -> Result<bool, Failure> {
    if let Some(folder) = part.parent() {
        fs::create_dir_all(folder).await.map_err(|error| disk(&error))?;
    }
    let mut file = fs::File::create(part).await.map_err(|error| disk(&error))?;
    let (mut size, mut chunks) = (0_u64, response.bytes_stream());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(lost)?;
        size += chunk.len() as u64;
        if size > max {
            return Ok(false);
        }
        file.write_all(&chunk).await.map_err(|error| disk(&error))?;
    }
    file.flush().await.map_err(|error| disk(&error))?;
    file.sync_all().await.map_err(|error| disk(&error))?;
    Ok(true)
}

fn disk(error: &std::io::Error) -> Failure {
    Failure::Passing(format!("it can't be written to the data folder: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_graph_and_meta_alone() {
        let graph = "http://127.0.0.1:4000/v26.0";
        for yes in [
            "http://127.0.0.1:4000/files/1",
            "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
            "https://mmg.whatsapp.net/1",
        ] {
            assert!(may_have_token(yes, graph), "{yes}");
        }
        for no in [
            "http://127.0.0.1:4001/files/1",
            "http://lookaside.fbsbx.com/1",
            "https://lookaside.fbsbx.com:8443/1",
            "https://evilfbsbx.com/1",
            "https://fbsbx.com.evil.example/1",
            "https://fbsbx.com@evil.example/1",
            "file:///etc/passwd",
            "",
        ] {
            assert!(!may_have_token(no, graph), "{no}");
        }
    }
}
