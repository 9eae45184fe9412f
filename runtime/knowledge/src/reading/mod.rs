//! Bytes become the parts of a text, each format in its own way. Whatever the bytes are, nothing panics.

mod html;
mod markdown;
mod pdf;
mod table;

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::{
    Format,
    splitting::{Outline, Part},
};
pub use pdf::MAX_PAGES;

/// Why nothing can be read of a source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it has no text: nothing in it can be found")]
    Empty,
    #[error("it has {0} pages, {MAX_PAGES} are the most: take it apart, or name a file of its text")]
    TooManyPages(usize),
    #[error("it is no PDF that can be read: export it anew as a PDF with text in it (not a scan), or name a file of its text")]
    BrokenPdf,
    #[error("row {row} can't be read as CSV: {reason}")]
    Table { row: usize, reason: String },
}

/// Reads a text.
///
/// # Errors
/// It is not what its format says, or has nothing in it.
pub fn read(bytes: &[u8], format: Format) -> Result<Vec<Part>, Unreadable> {
    let parts = match format {
        Format::Pdf => pdf::read(bytes)?,
        Format::Csv => table::read(&decoded(bytes))?,
        Format::Html => html::read(&decoded(bytes)),
        Format::Markdown => markdown::read(&decoded(bytes)),
        Format::Text => {
            let mut outline = Outline::default();
            outline.paragraphs(&decoded(bytes));
            outline.finish()
        }
    };
    if parts.is_empty() { Err(Unreadable::Empty) } else { Ok(parts) }
}

/// The letters of a text: by its byte order mark, else UTF-8, else what Windows wrote before it (WHATWG Encoding: `windows-1252`, which is
/// read for ISO 8859-1 too and knows every byte).
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{LONGEST, words::folded};

    const FORMATS: [Format; 5] = [Format::Text, Format::Markdown, Format::Html, Format::Csv, Format::Pdf];

    #[test]
    fn texts_of_older_programs_are_read() {
        let text = |bytes: &[u8]| read(bytes, Format::Text).unwrap()[0].text.clone();
        assert_eq!(text("preço".as_bytes()), "preço");
        assert_eq!(text(b"pre\xe7o"), "preço");
        assert_eq!(text(b"\xef\xbb\xbfpre\xc3\xa7o"), "preço");
        assert_eq!(text(b"\xff\xfep\0r\0e\0\xe7\0o\0"), "preço");
        assert_eq!(read(b" \n ", Format::Text), Err(Unreadable::Empty));
    }

    fn words(text: &str) -> BTreeSet<String> {
        folded(text).into_iter().collect()
    }

    /// Texts as people write them: words, marks, lines, and letters of all kinds.
    fn texts() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-zà-ú]{1,9}".prop_map(|word| word + " "),
            Just("# ".to_owned()),
            Just("\n\n".to_owned()),
            Just("\n---\n".to_owned()),
            Just("- ".to_owned()),
            Just("```\n".to_owned()),
            Just("; ".to_owned()),
            "[a-z]{100,200}[.]? ",
            "\\PC{1,3}",
        ];
        prop::collection::vec(piece, 0..200).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_bytes_panic_and_no_passage_is_too_long(bytes in prop::collection::vec(any::<u8>(), 0..2_000), text in texts()) {
            for format in FORMATS {
                for part in [read(&bytes, format), read(text.as_bytes(), format)].into_iter().flatten().flatten() {
                    prop_assert!(part.text.chars().count() <= LONGEST && !part.text.is_empty());
                }
            }
        }

        #[test]
        fn every_word_is_in_a_passage(text in texts()) {
            for format in [Format::Text, Format::Markdown] {
                let parts = read(text.as_bytes(), format).unwrap_or_default();
                let found = parts.iter().flat_map(|part| words(&format!("{} {}", part.title, part.text))).collect();
                let lost: Vec<String> = words(&text).difference(&found).cloned().collect();
                prop_assert!(lost.is_empty(), "{format:?}: {lost:?}");
            }
        }

        #[test]
        fn every_cell_is_in_a_passage(rows in prop::collection::vec(prop::collection::vec("[a-zà-ú ,;\"]{0,20}", 3), 1..20)) {
            let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text: Vec<String> = rows.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",")).collect();
            let parts = read(text.join("\n").as_bytes(), Format::Csv).unwrap_or_default();
            let found: BTreeSet<String> = parts.iter().flat_map(|part| words(&part.text)).collect();
            // Of a table that has nothing but its head, the head is what is known.
            for row in rows.iter().skip(1) {
                prop_assert!(row.iter().all(|cell| words(cell).is_subset(&found)), "{row:?} {parts:?}");
            }
        }
    }
}
