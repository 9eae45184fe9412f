//! Sections of a text become passages: long enough to answer a question, short enough that a model gets little else.

/// A passage has at most this many characters.
pub const LONGEST: usize = 1_200;
/// Paragraphs of a section are put together until they have this many characters.
pub const SHORTEST: usize = 300;
/// What is longer is no heading, whatever it is marked as.
const LONGEST_HEADING: usize = 120;
/// Between the headings of a title.
const BELOW: &str = " › ";

/// A passage as it stands in its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The headings that it stands under, the outermost first; empty where there are none.
    pub title: String,
    /// At most [`LONGEST`] characters.
    pub text: String,
}

/// A text as its headings part it. Paragraphs are told one after the other.
#[derive(Default)]
pub(crate) struct Outline {
    /// Those that what comes next stands under, with their levels.
    headings: Vec<(usize, String)>,
    paragraphs: Vec<String>,
    parts: Vec<Part>,
}

impl Outline {
    /// A heading of a level, 1 the outermost.
    pub(crate) fn heading(&mut self, level: usize, text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > LONGEST_HEADING {
            return self.paragraph(&text);
        }
        // One that has nothing below it is what it says.
        let is_inner = self.headings.last().is_some_and(|(outer, _)| *outer < level);
        self.close(!is_inner);
        self.headings.retain(|(outer, _)| *outer < level);
        if !text.is_empty() {
            self.headings.push((level, text));
        }
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        let text = text.trim();
        if !text.is_empty() {
            self.paragraphs.push(text.to_owned());
        }
    }

    /// The paragraphs of a text, which blank lines part.
    pub(crate) fn paragraphs(&mut self, text: &str) {
        let mut paragraph = String::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                self.paragraph(&std::mem::take(&mut paragraph));
            } else {
                paragraph.push_str(line.trim_end());
                paragraph.push('\n');
            }
        }
        self.paragraph(&paragraph);
    }

    pub(crate) fn finish(mut self) -> Vec<Part> {
        self.close(true);
        self.parts
    }

    /// Ends a section.
    fn close(&mut self, may_be_empty: bool) {
        let title = self.headings.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(BELOW);
        if self.paragraphs.is_empty() && may_be_empty {
            self.paragraphs.extend(self.headings.last().map(|(_, text)| text.clone()));
        }
        let texts = joined(std::mem::take(&mut self.paragraphs));
        self.parts.extend(texts.into_iter().map(|text| Part { title: title.clone(), text }));
    }
}

/// Paragraphs put together until they are long enough, and taken apart where one is too long.
fn joined(paragraphs: Vec<String>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    let pieces = paragraphs.iter().flat_map(|paragraph| pieces(paragraph));
    for piece in pieces {
        match texts.last_mut() {
            Some(last) if length(last) < SHORTEST && length(last) + 2 + length(piece) <= LONGEST => {
                last.push_str("\n\n");
                last.push_str(piece);
            }
            _ => texts.push(piece.to_owned()),
        }
    }
    // A short end goes with what is before it.
    if let [.., before, end] = &mut texts[..]
        && length(end) < SHORTEST
        && length(before) + 2 + length(end) <= LONGEST
    {
        before.push_str("\n\n");
        before.push_str(end);
        texts.pop();
    }
    texts
}

/// A paragraph in pieces that are short enough, cut at the end of a line, else of a sentence, a word.
fn pieces(paragraph: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = paragraph.trim();
    while let Some((most, _)) = rest.char_indices().nth(LONGEST) {
        let most = &rest[..most];
        let end = ["\n", ". ", "! ", "? ", " "].iter().find_map(|end| {
            // The mark stays with its sentence. An end near the beginning would make a tiny piece.
            let position = most.rfind(end).map(|position| position + end.trim_end().len());
            position.filter(|position| *position > most.len() / 3)
        });
        let (piece, after) = rest.split_at(end.unwrap_or(most.len()));
        pieces.push(piece.trim_end());
        rest = after.trim_start();
    }
    pieces.push(rest);
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(tell: impl FnOnce(&mut Outline)) -> Vec<(String, String)> {
        let mut outline = Outline::default();
        tell(&mut outline);
        outline.finish().into_iter().map(|part| (part.title, part.text)).collect()
    }

    fn parts(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(title, text)| ((*title).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn titles_are_the_headings_above() {
        let found = outline(|outline| {
            outline.paragraph("Before.");
            outline.heading(1, "Shop");
            outline.heading(2, "Delivery");
            outline.paragraph("Two days.");
            outline.heading(3, "Abroad");
            outline.paragraph("A week.");
            outline.heading(2, "Closed on Sunday");
            outline.heading(2, " Returns ");
            outline.paragraph("30 days.");
        });
        let expected = [
            ("", "Before."),
            ("Shop › Delivery", "Two days."),
            ("Shop › Delivery › Abroad", "A week."),
            ("Shop › Closed on Sunday", "Closed on Sunday"),
            ("Shop › Returns", "30 days."),
        ];
        assert_eq!(found, parts(&expected));
    }

    #[test]
    fn short_paragraphs_are_together_and_long_ones_apart() {
        let found = outline(|outline| outline.paragraphs("One.\ntwo\n\n\nThree."));
        assert_eq!(found, parts(&[("", "One.\ntwo\n\nThree.")]));
        let long = "A sentence of some words. ".repeat(120);
        let found = outline(|outline| outline.paragraph(&long));
        assert!(found.len() > 2 && found.iter().all(|(_, text)| length(text) <= LONGEST && text.ends_with('.')), "{found:?}");
        let found = outline(|outline| outline.heading(1, &long));
        assert_eq!(found[0].0, "", "a long heading is a text");
    }
}
