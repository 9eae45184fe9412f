//! Media: upload, resolve, download, delete, and the links that can't be fetched.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_lc_rs::digest;
use axum::Json;
use axum::body::Bytes;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::mock::error::GraphError;
use crate::mock::lock;
use crate::mock::server::Shared;

/// How long a download address works (Cloud API, Media).
const URL_LIFE: SignedDuration = SignedDuration::from_mins(5);
/// How long an uploaded file is kept (same page).
const UPLOAD_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a customer's file is kept (same page).
const INBOUND_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

const MEGABYTE: usize = 1024 * 1024;

/// The accepted types and their size in bytes (Cloud API, Media; stickers: the animated size).
const TYPES: &[(&str, usize)] = &[
    ("image/jpeg", 5 * MEGABYTE),
    ("image/png", 5 * MEGABYTE),
    ("image/webp", 500 * 1024),
    ("audio/aac", 16 * MEGABYTE),
    ("audio/amr", 16 * MEGABYTE),
    ("audio/mpeg", 16 * MEGABYTE),
    ("audio/mp4", 16 * MEGABYTE),
    ("audio/ogg", 16 * MEGABYTE),
    ("video/mp4", 16 * MEGABYTE),
    ("video/3gpp", 16 * MEGABYTE),
    ("text/plain", 100 * MEGABYTE),
    ("application/pdf", 100 * MEGABYTE),
    ("application/msword", 100 * MEGABYTE),
    ("application/vnd.ms-excel", 100 * MEGABYTE),
    ("application/vnd.ms-powerpoint", 100 * MEGABYTE),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100 * MEGABYTE),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 * MEGABYTE),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", 100 * MEGABYTE),
];

/// The objects of a message that hold media.
const MEDIA_MEMBERS: [&str; 5] = ["image", "video", "audio", "document", "sticker"];

/// All stored files and the addresses under which they can be had.
#[derive(Debug, Default)]
pub(crate) struct MediaStore {
    files: HashMap<String, File>,
    addresses: HashMap<String, Address>,
    broken_links: HashSet<String>,
}

#[derive(Debug, Clone)]
struct File {
    bytes: Bytes,
    mime: String,
    sha256: Vec<u8>,
    until: Timestamp,
}

#[derive(Debug)]
struct Address {
    media: String,
    until: Timestamp,
}

impl MediaStore {
    /// Stores a file of the business under `id` and returns the id.
    pub(crate) fn upload(&mut self, id: String, bytes: Bytes, mime: &str, now: Timestamp) -> String {
        self.store(id, bytes, mime, now.checked_add(UPLOAD_LIFE).unwrap_or(Timestamp::MAX))
    }

    /// Stores a file of a customer under `id` and returns what the webhook says of it.
    pub(crate) fn receive(&mut self, id: String, bytes: Bytes, mime: &str, now: Timestamp) -> Value {
        let id = self.store(id, bytes, mime, now.checked_add(INBOUND_LIFE).unwrap_or(Timestamp::MAX));
        let sha256 = self.files.get(&id).map(|file| hex::encode(&file.sha256));
        json!({"id": id, "mime_type": mime, "sha256": sha256})
    }

    pub(crate) fn knows(&self, id: &str, now: Timestamp) -> bool {
        self.files.get(id).is_some_and(|file| now < file.until)
    }

    pub(crate) fn break_link(&mut self, link: &str) {
        self.broken_links.insert(link.to_owned());
    }

    pub(crate) fn is_broken(&self, link: &str) -> bool {
        self.broken_links.contains(link)
    }

    /// A new address for a file, good for five minutes.
    pub(crate) fn open(&mut self, id: &str, key: String, now: Timestamp) -> Option<String> {
        if !self.knows(id, now) {
            return None;
        }
        let until = now.checked_add(URL_LIFE).unwrap_or(Timestamp::MAX);
        self.addresses.insert(key.clone(), Address { media: id.to_owned(), until });
        Some(key)
    }

    fn store(&mut self, id: String, bytes: Bytes, mime: &str, until: Timestamp) -> String {
        let sha256 = digest::digest(&digest::SHA256, &bytes).as_ref().to_vec();
        self.files.insert(id.clone(), File { bytes, mime: mime.to_owned(), sha256, until });
        id
    }

    fn at(&self, key: &str, now: Timestamp) -> Option<&File> {
        let address = self.addresses.get(key).filter(|address| now < address.until)?;
        self.files.get(&address.media)
    }
}

/// The address of a file on this mock, as webhooks and the API give it.
pub(crate) fn address_of(shared: &Shared, id: &str) -> Option<String> {
    let key = lock(&shared.media).open(id, shared.chance.object_id(), shared.clock.now())?;
    Some(format!("http://{}/mock-media/{key}", shared.address))
}

/// `GET /{media_id}`.
pub(super) fn resolve(shared: &Shared, id: &str) -> Option<Value> {
    let url = address_of(shared, id)?;
    let media = lock(&shared.media);
    let file = media.files.get(id)?;
    Some(json!({
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": file.mime,
        "sha256": hex::encode(&file.sha256),
        "file_size": file.bytes.len().to_string(),
        "id": id,
    }))
}

/// `DELETE /{media_id}`.
pub(super) fn delete(shared: &Shared, id: &str) -> Option<Value> {
    lock(&shared.media).files.remove(id)?;
    Some(json!({"success": true}))
}

/// `GET` of an address that [`resolve`] gave: needs the token, and works for five minutes of the mock's clock.
pub(super) async fn download(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<Response, GraphError> {
    shared.check_token(&headers)?;
    let now = shared.clock.now();
    let file = lock(&shared.media).at(&key, now).cloned();
    let file = file.ok_or_else(|| GraphError {
        http: axum::http::StatusCode::NOT_FOUND,
        ..GraphError::new(100, "This media address does not exist or has expired; resolve the media id again")
    })?;
    Ok(([(CONTENT_TYPE, file.mime)], file.bytes).into_response())
}

/// `POST /{phone_number_id}/media`.
pub(super) async fn upload(
    State(shared): State<Arc<Shared>>,
    Path((version, number)): Path<(String, String)>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Json<Value>, GraphError> {
    shared.number_of_call(&version, &number, &headers)?;
    let mut product = None;
    let mut file = None;
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        match field.name().unwrap_or_default() {
            "messaging_product" => product = Some(field.text().await.map_err(unreadable)?),
            "file" => {
                let mime = field.content_type().unwrap_or_default().to_owned();
                file = Some((mime, field.bytes().await.map_err(unreadable)?));
            }
            // The declared type; the file's own decides.
            "type" => {}
            other => {
                return Err(GraphError::new(100, format!("Unexpected form field {other}")));
            }
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(GraphError::new(100, "(#100) The parameter messaging_product is required."));
    }
    let (mime, bytes) = file.ok_or_else(|| GraphError::new(100, "(#100) The parameter file is required."))?;
    check(&mime, bytes.len())?;
    let now = shared.clock.now();
    let id = lock(&shared.media).upload(shared.chance.object_id(), bytes, &mime, now);
    Ok(Json(json!({"id": id})))
}

fn check(mime: &str, size: usize) -> Result<(), GraphError> {
    // "audio/ogg; codecs=opus" is an audio/ogg.
    let base = mime.split(';').next().unwrap_or_default().trim();
    let Some((_, most)) = TYPES.iter().find(|(known, _)| *known == base) else {
        let known: Vec<&str> = TYPES.iter().map(|(known, _)| *known).collect();
        return Err(GraphError::new(
            100,
            format!(
                "Param file must be a file with one of the following types: {}. Received file of type '{mime}'.",
                known.join(", ")
            ),
        ));
    };
    if size > *most {
        return Err(GraphError::new(100, format!("Param file: a file of type {base} may have {most} bytes, not {size}")));
    }
    Ok(())
}

fn unreadable(error: MultipartError) -> GraphError {
    GraphError::new(100, format!("The form can't be read: {}", error.body_text()))
}

/// The media ids and links in a message, wherever they stand.
pub(crate) fn references(message: &Value) -> (Vec<&str>, Vec<&str>) {
    let (mut ids, mut links) = (Vec::new(), Vec::new());
    collect(message, &mut ids, &mut links);
    (ids, links)
}

fn collect<'a>(value: &'a Value, ids: &mut Vec<&'a str>, links: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if MEDIA_MEMBERS.contains(&name.as_str()) {
                    ids.extend(member["id"].as_str());
                    links.extend(member["link"].as_str());
                }
                collect(member, ids, links);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids, links)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_media_in_headers_and_cards() {
        let message = json!({"interactive": {
            "header": {"type": "image", "image": {"link": "https://example.com/a.png"}},
            "action": {"cards": [{"header": {"type": "video", "video": {"id": "7"}}}],
                "buttons": [{"reply": {"id": "not media"}}]},
        }});
        assert_eq!(references(&message), (vec!["7"], vec!["https://example.com/a.png"]));
    }

    #[test]
    fn type_and_size_are_checked() {
        assert_eq!(check("audio/ogg; codecs=opus", 10), Ok(()));
        assert!(check("image/gif", 10).is_err());
        assert!(check("image/png", 5 * MEGABYTE + 1).is_err());
    }

    #[test]
    fn files_and_addresses_run_out() {
        let now = Timestamp::UNIX_EPOCH;
        let later = |minutes| now + SignedDuration::from_mins(minutes);
        let mut store = MediaStore::default();
        store.upload("1".to_owned(), Bytes::from_static(b"x"), "image/png", now);
        let key = store.open("1", "key".to_owned(), now).unwrap();
        assert!(store.at(&key, later(4)).is_some());
        assert!(store.at(&key, later(5)).is_none());
        assert!(store.knows("1", later(60 * 24 * 29)));
        assert!(!store.knows("1", later(60 * 24 * 30)));
    }
}
