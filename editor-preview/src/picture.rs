//! A chat as a file of its own: the page of [`crate::html`] in one theme and width, and the same inside of an SVG.

use crate::{
    html::{self, Html, STYLE, StyleSource},
    view::Chat,
};

/// The widths of phones that a picture can have, in pixels.
pub const WIDTHS: [u16; 3] = [320, 360, 412];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

/// How a picture looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// None: as whoever looks at it prefers.
    pub theme: Option<Theme>,
    /// In pixels.
    pub width: u16,
}

impl Default for Look {
    fn default() -> Self {
        Look { theme: None, width: 412 }
    }
}

/// An HTML document that brings its style along and loads nothing.
pub fn page(chat: &Chat, look: Look) -> String {
    html::styled_page(chat, StyleSource::Inline, look)
}

/// An SVG image that holds the same HTML. Its `height` is that of the drawn chat, which only a browser can measure.
pub fn svg(chat: &Chat, look: Look, height: u32) -> String {
    let mut html = Html::new(chat.language);
    let (width, height) = (look.width.to_string(), height.to_string());
    html.raw("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"").text(&width).raw("\" height=\"").text(&height);
    html.raw("\" viewBox=\"0 0 ").text(&width).raw(" ").text(&height).raw("\" role=\"img\" aria-label=\"");
    html.text(&crate::words::fill(html.words.chat_with, &chat.name));
    html.raw("\">\n<foreignObject width=\"").text(&width).raw("\" height=\"").text(&height);
    html.raw("\">\n<div xmlns=\"http://www.w3.org/1999/xhtml\" class=\"").raw(class(look.theme)).raw("\">\n<style>").raw(STYLE);
    html.raw("</style>\n");
    // In XML every element is closed. Text can hold no `<`, so this is the line break and nothing else.
    let chat = html::chat(chat).replace("<br>", "<br/>");
    format!("{}{chat}</div>\n</foreignObject>\n</svg>\n", html.finish())
}

/// The class of whatever is around a chat.
pub(crate) fn class(theme: Option<Theme>) -> &'static str {
    match theme {
        None => "sb-page",
        Some(Theme::Light) => "sb-page sb-light",
        Some(Theme::Dark) => "sb-page sb-dark",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;

    #[test]
    fn a_page_has_its_theme_and_width() {
        let page = page(&gallery::chat(), Look { theme: Some(Theme::Dark), width: 320 });
        assert!(page.contains("<body class=\"sb-page sb-dark\">") && page.contains("max-width: 320px"));
    }

    #[test]
    fn an_svg_is_well_formed() {
        let drawn = svg(&gallery::chat(), Look { theme: Some(Theme::Light), ..Look::default() }, 900);
        assert!(drawn.starts_with("<svg xmlns=") && drawn.contains("width=\"412\" height=\"900\""));
        assert!(!STYLE.contains(['<', '&']), "the style stands in XML as it is");
        let (_, chat) = drawn.split_once("</style>").unwrap();
        let (mut open, mut rest) = (Vec::new(), chat);
        while let Some((_, after)) = rest.split_once('<') {
            let (tag, after) = after.split_once('>').unwrap();
            rest = after;
            let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
            if tag.starts_with('/') {
                if let Some(begun) = open.pop() {
                    assert_eq!(begun, name);
                }
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}
