//! The formats that texts come in.

/// How the bytes of a source are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text,
    Markdown,
    Html,
    Csv,
    Pdf,
}

/// The endings of files, in lower case.
const ENDINGS: &[(&str, Format)] = &[
    ("md", Format::Markdown),
    ("markdown", Format::Markdown),
    ("txt", Format::Text),
    ("html", Format::Html),
    ("htm", Format::Html),
    ("csv", Format::Csv),
    ("pdf", Format::Pdf),
];

/// Media types, without their parameters.
const MEDIA_TYPES: &[(&str, Format)] = &[
    ("text/html", Format::Html),
    ("application/xhtml+xml", Format::Html),
    ("text/plain", Format::Text),
    ("text/markdown", Format::Markdown),
    ("text/csv", Format::Csv),
    ("application/pdf", Format::Pdf),
];

impl Format {
    /// By the ending of a file's name (`prices.csv`).
    pub fn of_file(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        ENDINGS.iter().find(|(known, _)| ending.eq_ignore_ascii_case(known)).map(|(_, format)| *format)
    }

    /// By a media type (`text/html`).
    pub fn of_media_type(media_type: &str) -> Option<Self> {
        MEDIA_TYPES.iter().find(|(known, _)| media_type.eq_ignore_ascii_case(known)).map(|(_, format)| *format)
    }

    /// The endings of files that can be read.
    pub fn endings() -> impl Iterator<Item = &'static str> {
        ENDINGS.iter().map(|(ending, _)| *ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_ending_and_by_media_type() {
        assert_eq!(Format::of_file("a/Preços.CSV"), Some(Format::Csv));
        assert_eq!((Format::of_file("README"), Format::of_file("a.docx")), (None, None));
        assert_eq!(Format::of_media_type("Application/PDF"), Some(Format::Pdf));
        assert_eq!(Format::of_media_type("image/png"), None);
    }
}
