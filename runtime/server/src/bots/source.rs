//! The text of a bot's file, or of its dialogs: UTF-8, with or without the byte order mark that some editors put before it. A file that
//! can't be read is a mistake in that file, and told as one, with its place; it says nothing about other files.

use std::{fs, io, path::Path};

use steps::check::{Diagnostic, Severity};

/// The code of a file that can't be read.
const CODE: &str = "unreadable";
/// What some editors put before a text (Unicode, 23.8: byte order mark). It is no part of the JSON.
const MARK: char = '\u{feff}';

/// Why a file has no text.
#[derive(Debug)]
pub struct Unreadable {
    /// There is no such file; in all other cases it is there, and wrong.
    pub is_gone: bool,
    /// As much of it as is text, for the excerpt that shows the place.
    pub source: String,
    pub diagnostic: Box<Diagnostic>,
}

/// Reads a file of the bot `bot`. Pipes and devices, which could keep a reader for ever, count as no file.
pub fn read(path: &Path, bot: &str) -> Result<String, Unreadable> {
    let bytes = bytes(path).map_err(|error| Unreadable {
        is_gone: error.kind() == io::ErrorKind::NotFound,
        source: String::new(),
        diagnostic: Box::new(of_file(CODE, bot, format!("the file can't be read: {error}"))),
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(without_mark(text)),
        Err(error) => Err(not_text(bot, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("a folder, a pipe or a device has its name"));
    }
    fs::read(path)
}

fn without_mark(text: String) -> String {
    text.strip_prefix(MARK).map(str::to_owned).unwrap_or(text)
}

/// The first byte that is no UTF-8, with its line and column.
fn not_text(bot: &str, bytes: &[u8], at: usize) -> Unreadable {
    let source = without_mark(String::from_utf8_lossy(bytes).into_owned());
    let before = without_mark(String::from_utf8_lossy(&bytes[..at]).into_owned());
    let byte = bytes.get(at).copied().unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let help = "save it as UTF-8; Windows editors write UTF-16 or Windows-1252 unless they are told".to_owned();
    let diagnostic = Diagnostic {
        span: before.len()..before.len() + char::REPLACEMENT_CHARACTER.len_utf8(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        help: Some(help),
        ..of_file(CODE, bot, format!("byte 0x{byte:02x} is not UTF-8, so the file is no text"))
    };
    Unreadable { is_gone: false, source, diagnostic: Box::new(diagnostic) }
}

/// A diagnostic of a file as a whole.
pub fn of_file(code: &'static str, bot: &str, message: String) -> Diagnostic {
    Diagnostic {
        code,
        severity: Severity::Error,
        bot: bot.to_owned(),
        step: None,
        path: String::new(),
        span: 0..0,
        line: 0,
        column: 0,
        message,
        expected: None,
        help: None,
        nearest: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_no_text_has_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        fs::write(&file, b"\xef\xbb\xbf{\n \"n\xc3\xa9\xe9\": 1}").unwrap();
        let wrong = read(&file, "a").unwrap_err();
        let found = &wrong.diagnostic;
        assert_eq!((found.code, found.line, found.column, wrong.is_gone), ("unreadable", 2, 5, false), "{found:?}");
        assert_eq!(&wrong.source[found.span.clone()], "\u{fffd}");
        assert!(found.message.contains("0xe9"), "{}", found.message);
    }

    #[test]
    fn the_mark_before_a_text_is_no_part_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        fs::write(&file, "\u{feff}{}").unwrap();
        assert_eq!(read(&file, "a").unwrap(), "{}");
    }

    #[test]
    fn what_is_no_file_is_not_the_same_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let wrong = read(folder.path(), "a").unwrap_err();
        assert!(!wrong.is_gone && wrong.diagnostic.message.contains("folder"), "{wrong:?}");
        assert!(read(&folder.path().join("none.json"), "a").unwrap_err().is_gone);
    }
}
