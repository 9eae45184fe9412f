//! What must hold of every drawing: text stays text, nothing is loaded, nothing runs, and colours can be read.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steps::{event::Content, message::Message};

use super::*;
use crate::gallery;

/// The elements and attributes that a chat is made of. `style`, `on…`, `src` and `id` are not among them.
const ELEMENTS: &[&str] = &[
    "a",
    "article",
    "bdi",
    "blockquote",
    "br",
    "button",
    "circle",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h2",
    "header",
    "input",
    "label",
    "legend",
    "li",
    "ol",
    "option",
    "p",
    "path",
    "rect",
    "section",
    "select",
    "span",
    "strong",
    "summary",
    "svg",
    "textarea",
    "ul",
];
const ATTRIBUTES: &[&str] = &[
    "aria-hidden",
    "aria-invalid",
    "aria-label",
    "aria-required",
    "checked",
    "class",
    "cx",
    "cy",
    "d",
    "data-action",
    "data-at",
    "data-entry",
    "data-next",
    "data-opens",
    "data-screen",
    "data-step",
    "data-turn",
    "dir",
    "disabled",
    "fill",
    "height",
    "href",
    "inputmode",
    "max",
    "maxlength",
    "min",
    "name",
    "novalidate",
    "r",
    "rel",
    "role",
    "rows",
    "rx",
    "selected",
    "start",
    "stroke",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-width",
    "tabindex",
    "target",
    "title",
    "type",
    "value",
    "viewBox",
    "width",
    "x",
    "y",
];
const VOID: &[&str] = &["br", "circle", "input", "path", "rect"];

/// Reads what was drawn back, as strictly as can be: known elements, known quoted attributes, all closed in order.
/// Gives the text that is shown.
pub(crate) fn shown(html: &str) -> String {
    let mut text = String::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(&unescape(before));
        let (tag, after) = after.split_once('>').expect("a tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
            continue;
        }
        let (name, mut attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        assert!(ELEMENTS.contains(&name), "element {name:?} in {html}");
        while !attributes.is_empty() {
            let (attribute, value) = attributes.split_once("=\"").expect("a quoted attribute");
            let (value, next) = value.split_once('"').expect("a closing quote");
            assert!(ATTRIBUTES.contains(&attribute.trim()), "attribute {attribute:?} in {html}");
            assert!(attribute.trim() != "href" || value.starts_with("https://") || value.starts_with("http://"), "{value}");
            unescape(value);
            attributes = next;
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    text.push_str(&unescape(rest));
    assert_eq!(open, Vec::<&str>::new(), "{html}");
    text
}

/// Every `&` begins one of the five references that we write.
fn unescape(text: &str) -> String {
    assert!(!text.contains(['>', '"', '\'']), "{text}");
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (reference, after) = part.split_once(';').expect("a reference ends");
        let found = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("#39", '\'')]
            .into_iter()
            .find(|(name, _)| *name == reference);
        plain.push(found.unwrap_or_else(|| panic!("reference {reference:?}")).1);
        plain.push_str(after);
    }
    plain
}

/// Puts `text` in place of every text of a value.
fn fill(value: &mut serde_json::Value, text: &str, keep: &[&str]) {
    match value {
        // A template's button without fields, written as a bare word.
        serde_json::Value::String(old) if old == "fixed" => {}
        serde_json::Value::String(old) => *old = text.to_owned(),
        serde_json::Value::Array(values) => values.iter_mut().for_each(|value| fill(value, text, keep)),
        serde_json::Value::Object(fields) => {
            fields.iter_mut().filter(|(name, _)| !keep.contains(&name.as_str())).for_each(|(_, value)| fill(value, text, keep));
        }
        _ => {}
    }
}

fn filled<T: serde::Serialize + serde::de::DeserializeOwned>(sample: &T, text: &str) -> T {
    let mut json = serde_json::to_value(sample).unwrap();
    fill(&mut json, text, &["type", "kind"]);
    serde_json::from_value(json).unwrap()
}

pub(crate) const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onclick='x",
    "*<b>* _</p>_ ~&lt;~ `</code>` ```</section>```",
    "https://a.example/\"onmouseover=\"x <https://b.example>",
    "> <q>\n- </li>\n1. </ol>",
    "&amp;&#x3c;",
    "\0\u{1b}[31m\u{202e}",
    "</style><!--",
];

fn check(text: &str) {
    for (_, message) in gallery::messages() {
        let message: Message = filled(&message, text);
        shown(&bubble(&Bubble::bot(message.clone()).at(text).failed(text), text, Language::Pt));
        let drawn = crate::text::draw(&message);
        assert!(!drawn.contains(|character: char| character.is_control() && character != '\n'), "{drawn:?}");
    }
    for (_, content) in gallery::contents() {
        let content: Content = filled(&content, text);
        let context = Context::Quote { from: Some(Sender::Bot), text: text.to_owned() };
        shown(&bubble(&Bubble::customer(content.clone()).context(context), text, Language::Es));
        let drawn = crate::text::draw_content(&content);
        assert!(!drawn.contains(|character: char| character.is_control() && character != '\n'), "{drawn:?}");
    }
    let mut whole = Chat::new(text);
    whole.push(Bubble::note(text));
    shown(&chat(&whole));
}

#[test]
fn nasty_texts_stay_texts() {
    NASTY.iter().for_each(|text| check(text));
}

#[test]
fn markup_of_the_web_is_shown_as_it_was_written() {
    let text = "<img src=x onerror=\"alert('1')\"> & <b>";
    let drawn = bubble(&Bubble::customer(Content::Text { text: text.into() }), "Loja", Language::En);
    assert!(shown(&drawn).contains(text), "{drawn}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_stays_text(text in "([<>&\"'*_~`\n]|https://|on[a-z]=|[a-z0-9. ]|.){0,40}") {
        check(&text);
    }

    #[test]
    fn all_of_a_plain_text_is_shown(text in "[a-z<>&\"'/=!-]{1,40}") {
        prop_assume!(!text.contains("http"));
        let drawn = shown(&bubble(&Bubble::customer(Content::Text { text: text.clone() }), "Loja", Language::En));
        prop_assert!(drawn.contains(&text), "{}", drawn);
    }
}

#[test]
fn each_message_is_drawn() {
    let drawn = |name, bubble: Bubble| {
        let drawn = super::bubble(&bubble.at("10:42"), "Café Aurora", Language::En);
        shown(&drawn);
        format!("<!-- {name} -->\n{drawn}")
    };
    let messages = gallery::messages()
        .into_iter()
        .map(|(name, message)| drawn(name, Bubble::bot(message).known_in(&gallery::environment())));
    insta::assert_snapshot!("messages", messages.collect::<String>());
    let contents = gallery::contents().into_iter().map(|(name, content)| drawn(name, Bubble::customer(content)));
    insta::assert_snapshot!("contents", contents.collect::<String>());
}

#[test]
fn states_are_drawn() {
    let mut all = gallery::chat();
    shown(&chat(&all));
    let plain = |bubble: &Bubble| bubble.context.is_none() && bubble.change.is_none() && bubble.reactions.is_empty();
    all.bubbles.retain(|bubble| !plain(bubble) || bubble.from() == Sender::Note);
    insta::assert_snapshot!(chat(&all));
}

#[test]
fn a_page_loads_and_runs_nothing() {
    let inline = page(&gallery::chat(), StyleSource::Inline);
    assert!(
        inline.contains("default-src 'none'")
            && !inline.contains("<script")
            && !inline.contains("src=\"")
            && !inline.contains("url(")
    );
    assert!(!STYLE.contains('<') && !STYLE.contains("@import"));
    let linked = page(&Chat::new("Loja"), StyleSource::Address("/assets/\"chat.css"));
    insta::assert_snapshot!(linked);
}

#[test]
fn every_class_has_its_style() {
    let drawn = page(&gallery::chat(), StyleSource::Address("/chat.css"));
    let classes: BTreeSet<&str> =
        drawn.split("class=\"").skip(1).filter_map(|rest| rest.split('"').next()).flat_map(str::split_whitespace).collect();
    let styled: BTreeSet<&str> =
        STYLE.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-')).collect();
    let unknown: Vec<&&str> = classes.iter().filter(|class| !styled.contains(*class)).collect();
    // Two that only group.
    assert_eq!(unknown, [&"sb-in", &"sb-option-title"]);
}

/// The colours of the style, light and dark: `--name: light-dark(#…, #…);`.
fn colours() -> BTreeMap<&'static str, [[f64; 3]; 2]> {
    let pair = |line: &'static str| {
        let (name, colours) = line.trim().strip_prefix("--")?.strip_suffix(");")?.split_once(": light-dark(#")?;
        Some((name, colours.split_once(", #")?))
    };
    let channel = |hex: &str, at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    let channels = |hex: &str| [channel(hex, 0), channel(hex, 2), channel(hex, 4)];
    STYLE.lines().filter_map(pair).map(|(name, (light, dark))| (name, [channels(light), channels(dark)])).collect()
}

/// WCAG 2.2, contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let [red, green, blue] = colour.map(|channel| {
            let part = channel / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn colours_can_be_read() {
    const PAIRS: &[(&str, &str)] = &[
        ("text", "in"),
        ("text", "out"),
        ("text", "frame"),
        ("meta", "in"),
        ("meta", "out"),
        ("meta", "quote"),
        ("action", "in"),
        ("action", "quote"),
        ("link", "in"),
        ("link", "out"),
        ("read", "in"),
        ("error", "in"),
        ("note-text", "note"),
        ("meta", "note"),
        ("meta", "chat"),
        ("bar-text", "bar"),
        ("frame-text", "frame"),
        ("frame-text", "hairline"),
        // A form's filled button, and what is wrong beside a chosen chip.
        ("in", "action"),
        ("text", "quote"),
    ];
    /// Borders of controls, which carry no text (WCAG 2.2, 1.4.11).
    const BORDERS: &[(&str, &str)] = &[("control", "in"), ("error", "in"), ("action", "in")];
    let colours = colours();
    for (scheme, name) in ["light", "dark"].into_iter().enumerate() {
        let reaches = |pairs: &[(&str, &str)], least: f64| {
            for (front, back) in pairs {
                let ratio = contrast(colours[front][scheme], colours[back][scheme]);
                assert!(ratio >= least, "{name}: {front} on {back} has {ratio:.2}, AA wants {least}");
            }
        };
        reaches(PAIRS, 4.5);
        reaches(BORDERS, 3.0);
    }
}
