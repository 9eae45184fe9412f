//! Writes HTML so that text can't become markup.
//!
//! Markup is a `&'static str`, which only this crate's own literals are; whatever comes from outside is a `&str` and goes through
//! [`Html::text`].

use crate::words::{Language, Words};

pub(crate) struct Html {
    written: String,
    /// The drawing's own words, in its language.
    pub(crate) words: &'static Words,
}

impl Html {
    pub(crate) fn new(language: Language) -> Self {
        Html { written: String::new(), words: language.words() }
    }

    /// Markup: a literal of this crate.
    pub(crate) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.written.push_str(markup);
        self
    }

    /// Text from anywhere, for the content of an element or a quoted attribute.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.written.push_str("&amp;"),
                '<' => self.written.push_str("&lt;"),
                '>' => self.written.push_str("&gt;"),
                '"' => self.written.push_str("&quot;"),
                '\'' => self.written.push_str("&#39;"),
                '\n' | '\t' => self.written.push(character),
                // No HTML document may hold them (HTML Standard, 13.2.3.5 Preprocessing the input stream).
                character if character.is_control() => self.written.push('\u{fffd}'),
                character => self.written.push(character),
            }
        }
        self
    }

    pub(crate) fn number(&mut self, number: usize) -> &mut Self {
        self.text(&number.to_string())
    }

    pub(crate) fn finish(self) -> String {
        self.written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_end_neither_an_element_nor_an_attribute() {
        let mut html = Html::new(Language::En);
        html.raw("<p>").text("</p>\"'&\0\u{85}");
        assert_eq!(html.finish(), "<p>&lt;/p&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}");
    }
}
