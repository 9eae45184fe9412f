//! The Markdown of `RichText` and of texts with `markdown` (Flow JSON, Components: RichText): headings, lists, bold, italic, struck out,
//! links. Whatever else is shown as it is written.

use crate::html::Html;

pub(super) fn markdown(html: &mut Html, text: &str) {
    let mut list = "";
    for line in text.lines() {
        let line = line.trim();
        let bullet = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
        let (kind, item) = match (bullet, numbered(line)) {
            (Some(item), _) => ("ul", item),
            (None, Some(item)) => ("ol", item),
            (None, None) => ("", line),
        };
        if kind != list {
            close(html, list);
            html.raw(match kind {
                "ul" => "<ul>",
                "ol" => "<ol>",
                _ => "",
            });
            list = kind;
        }
        if !kind.is_empty() {
            inline(html.raw("<li dir=\"auto\">"), item);
            html.raw("</li>");
        } else if let Some(heading) = line.strip_prefix("## ") {
            inline(html.raw("<p class=\"sb-form-subheading\" dir=\"auto\">"), heading);
            html.raw("</p>");
        } else if let Some(heading) = line.strip_prefix("# ") {
            inline(html.raw("<p class=\"sb-form-heading\" dir=\"auto\">"), heading);
            html.raw("</p>");
        } else if !line.is_empty() {
            inline(html.raw("<p dir=\"auto\">"), line);
            html.raw("</p>");
        }
    }
    close(html, list);
}

fn close(html: &mut Html, list: &str) {
    html.raw(match list {
        "ul" => "</ul>",
        "ol" => "</ol>",
        _ => "",
    });
}

fn numbered(line: &str) -> Option<&str> {
    let (number, item) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())).then_some(item)
}

/// Longer lines are shown as they are written: twice what Meta lets a text have.
const MAX_LINE: usize = 8_192;

/// What is marked within a line. Marks are not nested: few forms do it, and what is not understood stays readable.
fn inline(html: &mut Html, text: &str) {
    const MARKS: [(&str, &str, &str); 4] =
        [("**", "<strong>", "</strong>"), ("~~", "<del>", "</del>"), ("*", "<em>", "</em>"), ("_", "<em>", "</em>")];
    let mut plain = 0;
    let mut at = if text.len() > MAX_LINE { text.len() } else { 0 };
    while at < text.len() {
        let rest = &text[at..];
        let marked = MARKS.iter().find_map(|(mark, open, close)| {
            let (inner, after) = rest.strip_prefix(mark)?.split_once(mark)?;
            (!inner.trim().is_empty()).then_some((inner, after, *open, *close))
        });
        if let Some((inner, after, open, close)) = marked {
            html.text(&text[plain..at]).raw(open).text(inner).raw(close);
            at = text.len() - after.len();
            plain = at;
        } else if let Some((words, address, after)) = link(rest) {
            html.text(&text[plain..at]).raw("<a target=\"_blank\" rel=\"noopener noreferrer nofollow\" href=\"").text(address);
            html.raw("\">").text(words).raw("</a>");
            at = text.len() - after.len();
            plain = at;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    html.text(&text[plain..]);
}

/// `[words](https://…)`
fn link(rest: &str) -> Option<(&str, &str, &str)> {
    let (words, after) = rest.strip_prefix('[')?.split_once("](")?;
    let (address, after) = after.split_once(')')?;
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    (is_web && !words.is_empty()).then_some((words, address, after))
}
