//! What `ai_reply` may know: sources, as bots and settings declare them. How they are read and searched is not the language's.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{expression::Duration, language};

/// How often a page is fetched anew where its source says nothing.
pub const REFRESH: Duration = Duration::from_secs(24 * 60 * 60);
/// The most often that a page is fetched: it is somebody's server.
pub const MIN_REFRESH: Duration = Duration::from_secs(60);

/// Something that `ai_reply` may know. It has exactly one of `text`, `file`, `folder` and `url`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Source {
    /// The knowledge itself, as text or Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A file in the folder of bots, by its path from there: Markdown (`.md`), text (`.txt`), HTML (`.html`), PDF or CSV by its ending.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A folder in the folder of bots: all such files in it, and in the folders in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// A web page, a text or a PDF, by its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// With `url`: how often it is fetched anew. Left out: `1d`; at least `1m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh: Option<Duration>,
    /// Language that it is written in (BCP 47). Left out: the bot's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "language"))]
    pub language: Option<CompactString>,
}

/// Where a source's knowledge lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'s> {
    Text(&'s str),
    File(&'s str),
    Folder(&'s str),
    Url(&'s str),
}

/// What is wrong with a source as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key that it is about; None: the source as a whole.
    pub key: Option<&'static str>,
    pub message: String,
    pub expected: &'static str,
}

impl Source {
    /// Where its knowledge lies; None where it does not say so, or says it twice.
    pub fn origin(&self) -> Option<Origin<'_>> {
        match (&self.text, &self.file, &self.folder, &self.url) {
            (Some(text), None, None, None) => Some(Origin::Text(text)),
            (None, Some(file), None, None) => Some(Origin::File(file)),
            (None, None, Some(folder), None) => Some(Origin::Folder(folder)),
            (None, None, None, Some(url)) => Some(Origin::Url(url)),
            _ => None,
        }
    }

    /// Whether it lies in files.
    pub fn is_of_files(&self) -> bool {
        self.file.is_some() || self.folder.is_some()
    }

    /// All that can be seen to be wrong without reading anything.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key, message: String, expected| faults.push(Fault { key, message, expected });
        match self.origin() {
            Some(Origin::File(path)) if !is_inside(path) => fault(Some("file"), outside(path), INSIDE),
            Some(Origin::Folder(path)) if !is_inside(path) => fault(Some("folder"), outside(path), INSIDE),
            Some(Origin::Url(url)) if !is_address(url) => {
                fault(
                    Some("url"),
                    format!("`{url}` is no address of a page"),
                    "an address that begins with `https://` or `http://`",
                );
            }
            Some(_) => {}
            None => fault(
                None,
                "a source has exactly one of `text`, `file`, `folder` and `url`".to_owned(),
                "the place that the knowledge is read from",
            ),
        }
        match self.refresh {
            Some(_) if self.url.is_none() => {
                fault(Some("refresh"), "only a page is fetched anew".to_owned(), "`refresh` beside `url` alone");
            }
            Some(refresh) if refresh < MIN_REFRESH => {
                fault(Some("refresh"), "a page can't be fetched that often".to_owned(), "at least `1m`");
            }
            _ => {}
        }
        if let Some(tag) = self.language.as_deref().filter(|tag| !language::is_tag(tag)) {
            fault(Some("language"), format!("`{tag}` is no language tag"), "a tag such as `pt-BR`, `es` or `en_US`");
        }
        faults
    }
}

const INSIDE: &str = "a path inside of the folder of bots, such as `knowledge/prices.csv`";

fn outside(path: &str) -> String {
    format!("`{path}` is no path inside of the folder of bots")
}

/// Whether a path goes only down, whatever system it is read on.
fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.contains(['\\', ':', '\0']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn is_address(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !url.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_only_down() {
        for path in ["faq.md", "knowledge/prices.csv", "a/b c/d.txt", "..faq.md"] {
            assert!(is_inside(path), "{path}");
        }
        for path in ["", "/etc/passwd", "../x.md", "a/../../x.md", "a//b", "./a", "a/", "C:\\x.md", "c:x.md", "a\\..\\x"] {
            assert!(!is_inside(path), "{path}");
        }
    }
}
