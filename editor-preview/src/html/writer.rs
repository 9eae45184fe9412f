//! Writes HTML so that text can't become markup.
//!
//! Markup is a `&'static str`, which only this crate's own literals are; whatever comes from outside is a `&str` and goes through
//! [`Html::text`].

#[derive(Default)]
pub(super) struct Html(String);

impl Html {
    /// Markup: a literal of this crate.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text from anywhere, for the content of an element or a quoted attribute.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(character),
                // No HTML document may hold them (HTML Standard, 13.2.3.5 Preprocessing the input stream).
                character if character.is_control() => self.0.push('\u{fffd}'),
                character => self.0.push(character),
            }
        }
        self
    }

    pub(super) fn number(&mut self, number: usize) -> &mut Self {
        self.text(&number.to_string())
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_end_neither_an_element_nor_an_attribute() {
        let mut html = Html::default();
        html.raw("<p>").text("</p>\"'&\0\u{85}");
        assert_eq!(html.finish(), "<p>&lt;/p&gt;&quot;&#39;&amp;\u{fffd}\u{fffd}");
    }
}
