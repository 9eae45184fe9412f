//! Web pages: what a reader sees of them, without navigation. Headings part them.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use crate::splitting::{Outline, Part};

/// What nobody reads, or what is on every page.
const LEFT_OUT: &[&str] = &[
    "script", "style", "noscript", "template", "nav", "form", "button", "select", "textarea", "svg", "iframe", "object", "video",
    "audio", "canvas", "head",
];
/// What stands on lines of its own.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "section",
    "article",
    "main",
    "header",
    "footer",
    "aside",
    "address",
    "blockquote",
    "pre",
    "ul",
    "ol",
    "dl",
    "dt",
    "table",
    "figure",
    "figcaption",
    "details",
    "summary",
    "body",
];
/// What begins a line, within the same paragraph: an answer belongs to its list.
const LINES: &[&str] = &["li", "dd", "tr", "br"];
/// Parts of a line.
const CELLS: &[&str] = &["td", "th"];

pub(super) fn read(text: &str) -> Vec<Part> {
    let page = Html::parse_document(text);
    let mut reader = Reader::default();
    let mut left_out = None;
    // By hand and not by recursion: pages may be nested as deeply as they like.
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) if left_out.is_none() => match node.value() {
                Node::Text(text) => reader.text(text),
                Node::Element(element) if LEFT_OUT.contains(&element.name()) => left_out = Some(node.id()),
                Node::Element(element) => reader.begin(element.name()),
                _ => {}
            },
            Edge::Close(node) if left_out == Some(node.id()) => left_out = None,
            Edge::Close(node) if left_out.is_none() => {
                if let Node::Element(element) = node.value() {
                    reader.end(element.name());
                }
            }
            _ => {}
        }
    }
    reader.end_paragraph();
    reader.outline.finish()
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    outline: Outline,
    /// The paragraph or heading that is being read.
    text: String,
}

impl Reader {
    /// Spaces and lines in the source say nothing.
    fn text(&mut self, text: &str) {
        let begins_apart = text.starts_with(char::is_whitespace);
        for (place, word) in text.split_whitespace().enumerate() {
            if (place > 0 || begins_apart) && !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
            self.text.push_str(word);
        }
        if text.ends_with(char::is_whitespace) && !self.text.is_empty() && !self.text.ends_with(char::is_whitespace) {
            self.text.push(' ');
        }
    }

    fn begin(&mut self, element: &str) {
        if is_heading(element) || BLOCKS.contains(&element) {
            self.end_paragraph();
        } else if LINES.contains(&element) {
            self.end_line();
            if element == "li" {
                self.text.push_str("- ");
            }
        }
    }

    fn end(&mut self, element: &str) {
        if let Some(level) = level(element) {
            let heading = std::mem::take(&mut self.text);
            self.outline.heading(level, &heading);
        } else if BLOCKS.contains(&element) {
            self.end_paragraph();
        } else if LINES.contains(&element) {
            self.end_line();
        } else if CELLS.contains(&element) {
            self.text.push_str(" | ");
        }
    }

    fn end_line(&mut self) {
        let kept = self.text.trim_end_matches([' ', '|']).len();
        self.text.truncate(kept);
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.text);
        self.outline.paragraph(paragraph.trim_end_matches([' ', '|']));
    }
}

fn is_heading(element: &str) -> bool {
    level(element).is_some()
}

/// Of a heading (`h2`).
fn level(element: &str) -> Option<usize> {
    let level = element.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_people_see_it() {
        let page = "<!doctype html><html><head><title>No</title><style>p{}</style></head><body><nav><a>Home</a></nav>\
                    <h1>Clínica <b>Sol</b></h1><p>Atendemos\n  de <i>lunes</i>&nbsp;a viernes.</p><script>var x=1</script>\
                    <h2>Precios</h2><table><tr><th>Servicio</th><th>Precio</th></tr><tr><td>Limpieza</td><td>40 €</td></tr></table>\
                    <ul><li>uno</li><li>dos</li></ul><br>Fin</body></html>";
        let parts: Vec<(String, String)> = read(page).into_iter().map(|part| (part.title, part.text)).collect();
        assert_eq!(
            parts,
            [
                ("Clínica Sol".to_owned(), "Atendemos de lunes a viernes.".to_owned()),
                ("Clínica Sol › Precios".to_owned(), "Servicio | Precio\nLimpieza | 40 €\n\n- uno\n- dos\n\nFin".to_owned()),
            ]
        );
    }

    #[test]
    fn depth_does_not_matter() {
        let page = format!("{}deep{}", "<div>".repeat(3_000), "</div>".repeat(3_000));
        assert_eq!(read(&page)[0].text, "deep");
    }
}
