//! Markdown: its headings part it, the rest stays as it is written, which models read well.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::splitting::{Outline, Part};

pub(super) fn read(text: &str) -> Vec<Part> {
    let mut outline = Outline::default();
    let mut told = 0;
    let mut heading = None;
    for (event, place) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) if place.start >= told => {
                outline.paragraphs(&text[told..place.start]);
                heading = Some(level as usize);
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(level) = heading.take() {
                    outline.heading(level, &words(&text[place.clone()]));
                    told = place.end;
                }
            }
            _ => {}
        }
    }
    outline.paragraphs(&text[told..]);
    outline.finish()
}

/// A heading without its marks: the `#` before and behind it, the line under it, stars and ticks around words.
fn words(heading: &str) -> String {
    let is_underline = |line: &str| line.chars().all(|mark| matches!(mark, '=' | '-' | ' ' | '>'));
    let words = heading.lines().filter(|line| !is_underline(line)).flat_map(str::split_whitespace);
    words.map(|word| word.trim_matches(['#', '*', '`'])).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_titles_and_code_has_none() {
        let text =
            "Olá.\n\n# Loja *Aurora* #\n\nEntrega\n-------\nAté **3 dias**.\n\n- sul\n- norte\n\n```sh\n# no heading\n```\n";
        let parts: Vec<(String, String)> = read(text).into_iter().map(|part| (part.title, part.text)).collect();
        assert_eq!(parts[0], (String::new(), "Olá.".to_owned()));
        assert_eq!(parts[1].0, "Loja Aurora › Entrega");
        assert!(parts[1].1.starts_with("Até **3 dias**.") && parts[1].1.contains("# no heading"), "{parts:?}");
        assert_eq!(parts.len(), 2);
    }
}
