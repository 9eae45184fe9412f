//! What a bubble holds, piece by piece: texts with their markup, media, places, people, facts.

use steps::message::{ContactCard, Location, MediaKind};

use super::{icons, writer::Html};
use crate::{
    face::{Medium, Piece},
    markup::{self, Block, Inline, Line},
    words::fill,
};

pub(super) fn piece(html: &mut Html, piece: &Piece) {
    let words = html.words;
    match piece {
        Piece::Title(text) => html.raw("<p class=\"sb-title\" dir=\"auto\">").text(text).raw("</p>"),
        Piece::Text(text) if is_long(text) => {
            written(html.raw("<div class=\"sb-long\">"), text);
            html.raw("<details class=\"sb-more\"><summary>").text(words.read_more).raw("</summary></details></div>")
        }
        Piece::Text(text) => written(html, text),
        Piece::Label(text) => html.raw("<p dir=\"auto\">").text(text).raw("</p>"),
        Piece::Footer(text) => html.raw("<p class=\"sb-footer\" dir=\"auto\">").text(text).raw("</p>"),
        Piece::Media { media, caption } => medium(html, media, caption.as_deref()),
        Piece::Place(location) => place(html, location),
        Piece::Person(contact) => person(html, contact),
        Piece::Product { catalog, product } => {
            html.raw("<div class=\"sb-frame sb-tall\">")
                .raw(icons::BOX)
                .raw("<span class=\"sb-kind\">")
                .text(words.product)
                .raw("</span><span class=\"sb-source\">");
            html.text(product).raw(" ").text(&fill(words.of_catalog, catalog)).raw("</span></div>")
        }
        Piece::Facts(facts) => {
            html.raw("<dl class=\"sb-facts\">");
            for (name, value) in facts {
                html.raw("<div><dt dir=\"auto\">").text(name).raw("</dt><dd dir=\"auto\">").text(value).raw("</dd></div>");
            }
            html.raw("</dl>")
        }
        Piece::Emoji(emoji) => html
            .raw("<p class=\"sb-emoji\"><span class=\"sb-hidden\">")
            .text(words.reaction)
            .raw("</span>")
            .text(emoji)
            .raw("</p>"),
        Piece::Hint(text) => html.raw("<p class=\"sb-hint\" dir=\"auto\">").text(text).raw("</p>"),
    };
}

/// Whether the phone folds a text, and shows the rest when it is asked to. Meta names no number; these are what phones do.
fn is_long(text: &str) -> bool {
    const CHARACTERS: usize = 768;
    const LINES: usize = 20;
    text.chars().nth(CHARACTERS).is_some() || text.lines().nth(LINES).is_some()
}

/// A text with WhatsApp's markup.
fn written<'a>(html: &'a mut Html, text: &str) -> &'a mut Html {
    html.raw("<div class=\"sb-text\">");
    for block in markup::parse(text) {
        match block {
            Block::Lines(lines) => broken_lines(html.raw("<p dir=\"auto\">"), &lines).raw("</p>"),
            Block::Quote(lines) => broken_lines(html.raw("<blockquote dir=\"auto\">"), &lines).raw("</blockquote>"),
            Block::Bullets(lines) => items(html.raw("<ul dir=\"auto\">"), &lines).raw("</ul>"),
            Block::Numbers { start, items: lines } => {
                html.raw("<ol dir=\"auto\" start=\"").text(&start.to_string()).raw("\">");
                items(html, &lines).raw("</ol>")
            }
        };
    }
    html.raw("</div>")
}

fn broken_lines<'a>(html: &'a mut Html, lines: &[Line]) -> &'a mut Html {
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            html.raw("<br>");
        }
        inlines(html, line);
    }
    html
}

fn items<'a>(html: &'a mut Html, lines: &[Line]) -> &'a mut Html {
    for line in lines {
        html.raw("<li>");
        inlines(html, line);
        html.raw("</li>");
    }
    html
}

fn inlines(html: &mut Html, pieces: &[Inline]) {
    for piece in pieces {
        match piece {
            Inline::Text(text) => html.text(text),
            Inline::Bold(inner) => nested(html, "<strong>", inner, "</strong>"),
            Inline::Italic(inner) => nested(html, "<em>", inner, "</em>"),
            Inline::Strike(inner) => nested(html, "<del>", inner, "</del>"),
            Inline::Code(text) => html.raw("<code>").text(text).raw("</code>"),
            Inline::Mono(text) => html.raw("<code class=\"sb-mono\">").text(text).raw("</code>"),
            Inline::Link(address) => html
                .raw("<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"")
                .text(address)
                .raw("\">")
                .text(address)
                .raw("</a>"),
        };
    }
}

fn nested<'a>(html: &'a mut Html, open: &'static str, inner: &[Inline], close: &'static str) -> &'a mut Html {
    html.raw(open);
    inlines(html, inner);
    html.raw(close)
}

/// A frame in place of the medium, with its kind, its name and where it lies.
fn medium<'a>(html: &'a mut Html, media: &Medium, caption: Option<&str>) -> &'a mut Html {
    let words = html.words;
    let (frame, icon) = match media.kind {
        MediaKind::Image => ("<div class=\"sb-frame sb-tall\">", icons::IMAGE),
        MediaKind::Video => ("<div class=\"sb-frame sb-tall\">", icons::VIDEO),
        MediaKind::Sticker => ("<div class=\"sb-frame sb-sticker\">", icons::SMILE),
        MediaKind::Audio => ("<div class=\"sb-frame\">", icons::NOTE),
        MediaKind::Voice => ("<div class=\"sb-frame\">", icons::MICROPHONE),
        MediaKind::Document => ("<div class=\"sb-frame\">", icons::FILE),
    };
    html.raw("<figure class=\"sb-media\">").raw(frame).raw(icon);
    if media.kind == MediaKind::Voice {
        html.raw(icons::WAVE).raw(icons::WAVE);
    }
    html.raw("<span class=\"sb-kind\">").text(media.label(words)).raw("</span>");
    if let Some(filename) = &media.filename {
        html.raw("<span class=\"sb-file\" dir=\"auto\">").text(filename).raw("</span>");
    }
    html.raw("<span class=\"sb-source\">").text(&media.source).raw("</span></div>");
    if let Some(caption) = caption {
        html.raw("<figcaption>");
        written(html, caption).raw("</figcaption>");
    }
    html.raw("</figure>")
}

fn place<'a>(html: &'a mut Html, location: &Location) -> &'a mut Html {
    let words = html.words;
    html.raw("<div class=\"sb-frame sb-tall sb-map\">")
        .raw(icons::PIN)
        .raw("<span class=\"sb-kind\">")
        .text(words.location)
        .raw("</span><span class=\"sb-source\">");
    html.text(&format!("{}, {}", location.latitude, location.longitude)).raw("</span></div>");
    if let Some(name) = &location.name {
        html.raw("<p class=\"sb-title\" dir=\"auto\">").text(name).raw("</p>");
    }
    if let Some(address) = &location.address {
        html.raw("<p class=\"sb-footer\" dir=\"auto\">").text(address).raw("</p>");
    }
    html
}

fn person<'a>(html: &'a mut Html, contact: &ContactCard) -> &'a mut Html {
    html.raw("<div class=\"sb-person\">")
        .raw(icons::PERSON)
        .raw("<div><p class=\"sb-title\" dir=\"auto\">")
        .text(&contact.name)
        .raw("</p>");
    for detail in contact.company.iter().chain(&contact.phones).chain(&contact.emails) {
        html.raw("<p class=\"sb-footer\" dir=\"auto\">").text(detail).raw("</p>");
    }
    html.raw("</div></div>")
}
