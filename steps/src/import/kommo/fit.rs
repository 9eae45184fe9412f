//! Messages cut to what WhatsApp shows. Nothing is cut silently.

use std::collections::HashSet;

use super::{answer::Drawn, compile::Compiler, language, message::Parts, placeholder::shown, report::Code};
use crate::{expression::fold_but_symbols, limits};

impl Compiler<'_, '_> {
    /// Cuts a message to what WhatsApp shows, and says so.
    pub(super) fn fit(&mut self, parts: &mut Parts, place: &str) {
        let kept = self.different(std::mem::take(&mut parts.drawn), place);
        let as_list = kept.len() > limits::BUTTONS || parts.list.is_some();
        let kept = self.apart(kept, if as_list { limits::ROW_TITLE } else { limits::BUTTON_TITLE }, place);
        if kept.len() > limits::BUTTONS && parts.list.is_none() {
            let message = format!("{} buttons: WhatsApp shows {}, so they go out as a list", kept.len(), limits::BUTTONS);
            self.context.find(Code::TooLong, place, message);
        }
        parts.drawn = kept;
        if let Some(menu) = &mut parts.list {
            let mut menu = std::mem::take(menu);
            menu.header = menu.header.map(|text| self.cut(&text, limits::HEADER, place));
            menu.footer = menu.footer.map(|text| self.cut(&text, limits::FOOTER, place));
            menu.button = menu.button.map(|text| self.cut(&text, limits::LIST_BUTTON, place));
            parts.list = Some(menu).filter(|_| !parts.drawn.is_empty());
        }
        self.fit_links(parts, place);
        let has_text = !self.context.text(place, &parts.text).trim().is_empty();
        if !has_text && (!parts.drawn.is_empty() || !parts.links.is_empty()) {
            parts.text = parts.list.as_ref().and_then(|menu| menu.header.clone()).unwrap_or_else(|| {
                let message = "the message has no text, which WhatsApp wants beside buttons: it is \"…\" here";
                self.context.remark(Code::Differs, place, message);
                "…".to_owned()
            });
        }
    }

    /// Buttons that say something, each of which leads elsewhere than the others: of two with one value Kommo knows the first alone.
    fn different(&mut self, buttons: Vec<Drawn>, place: &str) -> Vec<Drawn> {
        let mut values = HashSet::new();
        let mut kept = Vec::new();
        for drawn in buttons {
            // A title of nothing but a placeholder without an equal says nothing.
            if self.context.text(place, &drawn.title).trim().is_empty() {
                continue;
            }
            if values.insert(fold_but_symbols(&drawn.value)) {
                kept.push(drawn);
            } else {
                let title = shown(&drawn.title);
                let message = format!("two buttons are called {title:?}: Kommo knows the first alone, and one of them is shown");
                self.context.remark(Code::Differs, place, message);
            }
        }
        kept
    }

    /// Buttons with titles of at most this length, each of which differs from the others: WhatsApp refuses two that are called the same.
    fn apart(&mut self, buttons: Vec<Drawn>, most: usize, place: &str) -> Vec<Drawn> {
        let mut seen = HashSet::new();
        let mut kept = Vec::new();
        for mut drawn in buttons {
            let description = drawn.description.map(|text| self.cut(&text, limits::ROW_DESCRIPTION, place));
            drawn.description = description.filter(|text| !text.is_empty());
            let whole = self.plain(&drawn.title, place);
            drawn.title = shortened(&whole, most);
            if !seen.insert(fold_but_symbols(&drawn.title)) {
                drawn.title = numbered(&whole, most, &mut seen);
            }
            if drawn.title != whole {
                let (is_long, ours) = (shortened(&whole, most) != whole, drawn.title.as_str());
                match is_long {
                    true => self.tell_cut(&whole, ours, most, place),
                    false => {
                        let message = format!("two buttons are called {:?}: the second is {ours:?} here", shown(&whole));
                        self.context.remark(Code::Differs, place, message);
                    }
                }
                drawn.full = Some(whole);
            }
            kept.push(drawn);
        }
        kept
    }

    /// One link is a button; with others, or beside answers, links are lines of the text.
    fn fit_links(&mut self, parts: &mut Parts, place: &str) {
        let mut why = "a button that opens a page stands in the text: WhatsApp shows one, alone";
        let mut is_button = parts.links.len() == 1 && parts.drawn.is_empty() && parts.template.is_none();
        if let Some((_, url)) = parts.links.first().cloned() {
            // An address has to be one before what is filled in; what begins it is known only when the bot runs.
            let ours = self.context.text(place, url.trim());
            let fixed = ours.split("{{").next().unwrap_or_default();
            let is_web = ["https://", "http://"].iter().any(|scheme| fixed.len() > scheme.len() && fixed.starts_with(scheme));
            let is_address = !fixed.contains(char::is_whitespace) && (is_web || ours.starts_with("{{"));
            if is_button && !is_address {
                why = "a button stands in the text: its address does not begin with https://, so WhatsApp opens none";
            }
            is_button &= is_address;
        }
        let links = std::mem::take(&mut parts.links);
        for (title, url) in links {
            let (title, url) = (title.trim(), url.trim());
            if is_button {
                let ours = self.context.text(place, url);
                if !ours.is_empty() {
                    let title = if self.context.text(place, title).trim().is_empty() {
                        language::open(self.context.language).to_owned()
                    } else {
                        self.cut(title, limits::BUTTON_TITLE, place)
                    };
                    parts.links.push((title, url.to_owned()));
                }
                continue;
            }
            if parts.template.is_some() {
                continue;
            }
            let line = if title.is_empty() { url.to_owned() } else { format!("{title}: {url}") };
            let gap = if parts.text.trim().is_empty() { "" } else { "\n" };
            parts.text.push_str(&format!("{gap}{line}"));
            self.context.remark(Code::Differs, place, why);
        }
    }

    /// A text of at most this length, and a word about it where it was longer.
    pub(super) fn cut(&mut self, text: &str, most: usize, place: &str) -> String {
        let text = self.plain(text, place);
        let short = shortened(&text, most);
        if short != text {
            self.tell_cut(&text, &short, most, place);
        }
        short
    }

    /// A text as people read it, without the spaces around it and without braces that open nothing.
    fn plain(&mut self, text: &str, place: &str) -> String {
        let text = super::graph::without_mark(text.trim());
        if !text.contains("{{") {
            return text;
        }
        let ours = self.context.said(place, &text);
        if ours.contains("{{") { text } else { ours }
    }

    fn tell_cut(&mut self, text: &str, short: &str, most: usize, place: &str) {
        let message = format!("{:?} has more than {most} characters, and is {short:?} here", shown(text));
        self.context.remark(Code::TooLong, place, message);
    }

    /// Buttons that nothing waits for, in the middle of a path, become words of the text.
    pub(super) fn spell_out(&mut self, parts: &mut Parts, place: &str) {
        let titles: Vec<String> =
            std::mem::take(&mut parts.drawn).into_iter().map(|drawn: Drawn| format!("• {}", drawn.title)).collect();
        parts.text = format!("{}\n{}", parts.text, titles.join("\n"));
        parts.list = None;
        let message = "the bot goes on without waiting for an answer to these buttons: they stand in the text";
        self.context.remark(Code::Differs, place, message);
    }
}

/// A text of at most this length. One with placeholders is left as it is: nobody knows how long it gets.
fn shortened(text: &str, most: usize) -> String {
    if text.contains("{{") || limits::length(text) <= most {
        return text.to_owned();
    }
    format!("{}…", beginning(text, most - 1))
}

/// The first letters of a text, as many as fit.
fn beginning(text: &str, most: usize) -> &str {
    let mut length = 0;
    let end = text.char_indices().find(|(_, letter)| {
        length += letter.len_utf16();
        length > most
    });
    end.map_or(text, |(at, _)| &text[..at]).trim_end()
}

/// A title with the first number behind it that makes it another than those that were seen.
fn numbered(title: &str, most: usize, seen: &mut HashSet<String>) -> String {
    let mut number = 2;
    loop {
        let tail = format!(" {number}");
        let title = format!("{}{tail}", shortened(title, most - tail.len()));
        if seen.insert(fold_but_symbols(&title)) {
            return title;
        }
        number += 1;
    }
}

/// Whether a title is what was made of this one, which was too long or another's.
pub(super) fn is_made_of(title: &str, whole: &str) -> bool {
    let stem = title.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end();
    let begins = |stem: &str| stem.strip_suffix('…').is_some_and(|stem| whole.starts_with(stem));
    title != whole && (begins(title) || begins(stem) || stem == whole)
}

/// A text in pieces of at most this length, cut between lines or words and never inside of a placeholder.
pub(super) fn split(text: &str, most: usize) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while limits::length(rest) > most {
        let (mut length, mut line, mut word, mut letter) = (0, None, None, None);
        for (at, character) in rest.char_indices() {
            if length > most {
                break;
            }
            length += character.len_utf16();
            let before = &rest[..at];
            if at > 0
                && before.matches("{{").count() == before.matches("}}").count()
                && !before.ends_with('{')
                && !before.ends_with('}')
            {
                match character {
                    '\n' => line = Some(at),
                    ' ' => word = Some(at),
                    '{' | '}' => {}
                    _ => letter = Some(at),
                }
            }
        }
        let Some(at) = line.or(word).or(letter) else { break };
        out.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    out.push(rest.to_owned());
    out.retain(|part| !part.is_empty());
    if out.is_empty() { vec![String::new()] } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_split_between_words_and_outside_of_placeholders() {
        assert_eq!(split("one two three", 8), ["one two", "three"]);
        assert_eq!(split("one\ntwo three", 10), ["one", "two three"]);
        assert_eq!(split("abcdefgh", 3), ["abc", "def", "gh"]);
        let text = format!("{} {{{{lead.cf.1}}}} {}", "a".repeat(20), "b".repeat(20));
        for part in split(&text, 30) {
            assert_eq!(part.matches("{{").count(), part.matches("}}").count(), "{part}");
        }
        assert_eq!(split("", 5), [""]);
    }
}
