//! The bytes of a source: out of the bot, out of files in the folder of bots, from a page. What can't be read is told; the rest is there.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use ::knowledge::{Format, Part, read};
use reqwest::{Method, header::HeaderMap};
use steps::knowledge::{Origin, Source};
use url::Url;

use crate::http_client::{HttpClient, Request};

/// The most bytes of a source, all of its files together.
const MAX_SOURCE: usize = 10 * 1024 * 1024;
/// The most files of a folder.
const MAX_FILES: usize = 500;
/// How deeply folders of a folder are read.
const MAX_DEPTH: usize = 8;
/// How long a page may take, redirects included.
const PAGE_DEADLINE: Duration = Duration::from_secs(30);

/// A file, with what changes when it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileState {
    pub(crate) path: PathBuf,
    changed: Option<SystemTime>,
    bytes: u64,
}

/// What was read of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub parts: Vec<Part>,
    pub problems: Vec<String>,
}

impl Text {
    fn problem(problem: String) -> Self {
        Text { parts: Vec::new(), problems: vec![problem] }
    }

    fn take(&mut self, name: &str, bytes: &[u8], format: Format) {
        match read(bytes, format) {
            Ok(parts) => self.parts.extend(parts.into_iter().map(|part| match part.title.is_empty() {
                true => Part { title: name.to_owned(), ..part },
                false => part,
            })),
            Err(reason) => self.problems.push(format!("{name}: {reason}")),
        }
    }
}

/// What is wrong with a source that lies in files, or in the bot itself. Pages are not asked for.
pub fn check(folder: &Path, source: &Source) -> Vec<String> {
    match source.origin() {
        Some(Origin::Url(_)) | None => Vec::new(),
        Some(_) => match files(folder, source) {
            Ok(files) => of_files(source, &files).problems,
            Err(problem) => vec![problem],
        },
    }
}

/// The files of a source; none where it has another place.
///
/// # Errors
/// In words for people: they are not there, or not to be read.
pub(crate) fn files(folder: &Path, source: &Source) -> Result<Vec<FileState>, String> {
    let (path, is_folder) = match source.origin() {
        Some(Origin::File(path)) => (path, false),
        Some(Origin::Folder(path)) => (path, true),
        _ => return Ok(Vec::new()),
    };
    let root = folder.canonicalize().map_err(|error| format!("the folder of bots can't be read: {error}"))?;
    let wrong = |reason: &str| format!("{path}: {reason}");
    let found = inside(&root, &root.join(path)).map_err(|reason| wrong(&reason))?;
    let mut files = Vec::new();
    match (is_folder, found.is_dir()) {
        (false, false) => files.push(found),
        (true, true) => gather(&root, &found, MAX_DEPTH, &mut files).map_err(|error| wrong(&error.to_string()))?,
        (false, true) => return Err(wrong("this is a folder: name it under `folder`")),
        (true, false) => return Err(wrong("this is no folder: name it under `file`")),
    }
    if files.len() > MAX_FILES {
        return Err(wrong(&format!("more than {MAX_FILES} files are in this folder: take it apart")));
    }
    files.sort();
    let states = files.into_iter().map(|path| {
        let metadata = fs::metadata(&path).map_err(|error| wrong(&error.to_string()))?;
        Ok(FileState { changed: metadata.modified().ok(), bytes: metadata.len(), path })
    });
    states.collect()
}

/// Where a path really leads: a link in it may not lead out of the folder. Pipes and devices, which could keep a reader for ever, are no
/// files.
fn inside(root: &Path, path: &Path) -> Result<PathBuf, String> {
    let real = path.canonicalize().map_err(|error| format!("it can't be read: {error}"))?;
    if !real.starts_with(root) {
        return Err("it leads out of the folder of bots: copy it into that folder".to_owned());
    }
    if !real.is_file() && !real.is_dir() {
        return Err("this is neither a file nor a folder".to_owned());
    }
    Ok(real)
}

/// The files of a folder that have a form that can be read. Others are nobody's mistake.
fn gather(root: &Path, folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let Ok(path) = inside(root, &entry?.path()) else { continue };
        if path.is_dir() {
            if depth > 0 && files.len() <= MAX_FILES {
                gather(root, &path, depth - 1, files)?;
            }
        } else if Format::of_file(&path.to_string_lossy()).is_some() && !files.contains(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads what lies in files, or in the bot itself.
pub(super) fn of_files(source: &Source, files: &[FileState]) -> Text {
    let mut text = Text::default();
    if let Some(Origin::Text(own)) = source.origin() {
        match own.len() > MAX_SOURCE {
            true => text.problems.push(too_large("this text")),
            false => text.take("", own.as_bytes(), Format::Markdown),
        }
        return text;
    }
    let mut left = MAX_SOURCE;
    for FileState { path, .. } in files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let Some(format) = Format::of_file(&name) else {
            let known: Vec<String> = Format::endings().map(|ending| format!(".{ending}")).collect();
            text.problems.push(format!("{name}: its ending says no form that can be read: {}", known.join(", ")));
            continue;
        };
        let size = fs::metadata(path).map_or(0, |metadata| usize::try_from(metadata.len()).unwrap_or(usize::MAX));
        if size > left {
            text.problems.push(too_large(&name));
            continue;
        }
        left -= size;
        match fs::read(path) {
            Ok(bytes) => text.take(&name, &bytes, format),
            Err(error) => text.problems.push(format!("{name}: it can't be read: {error}")),
        }
    }
    if files.is_empty() {
        text.problems.push("there is no file in this folder that can be read".to_owned());
    }
    text
}

fn too_large(name: &str) -> String {
    format!("{name}: with it the source has more than {} MiB: leave out what nobody asks for", MAX_SOURCE / 1024 / 1024)
}

/// Reads a page.
///
/// # Errors
/// In words for people: it can't be fetched.
pub(super) async fn page(client: Option<&HttpClient>, address: &str) -> Result<Text, String> {
    let client = client.ok_or("no page is fetched here")?;
    let url = Url::parse(address).map_err(|error| format!("`{address}` is no address: {error}"))?;
    let format_of_address = Format::of_file(url.path());
    let request = Request { method: Method::GET, url, headers: HeaderMap::new(), body: None, body_is_secret: false };
    let reply = client.fetch_up_to(request, PAGE_DEADLINE, MAX_SOURCE).await.map_err(|error| error.to_string())?;
    if !reply.status.is_success() {
        return Err(format!("the page's server answered {}", reply.status.as_u16()));
    }
    let Some(format) = Format::of_media_type(&reply.content_type).or(format_of_address) else {
        return Err(format!("the page is {:?}, which can't be read: HTML, text and PDF can", reply.content_type));
    };
    let read = tokio::task::spawn_blocking(move || {
        let mut text = Text::default();
        text.take("", &reply.body, format);
        text
    });
    Ok(read.await.unwrap_or_else(|_| Text::problem("the page can't be read".to_owned())))
}
