//! Messages drawn for the terminal: `salesbot chat` and the failures of dialog tests.
//!
//! Plain text without colours. `[1] Comprar` can be tapped by its number; `[Abrir loja: …]` without a number can't. Control characters
//! are shown, not passed on, so that a customer's text can't steer the terminal.

use std::fmt::Write as _;

use steps::{
    event::Content,
    message::{ContactCard, Location, MediaKind, Message},
};

use crate::{
    face::{Action, Choice, Face, Medium, Menu, MenuRow, Piece},
    view::{Bubble, Change, Chat, Context, Sender, status_label},
    words::{Language, Words, fill},
};

/// Draws a message of the business: lines without a line break at the end.
pub fn draw(message: &Message) -> String {
    paint(&Face::of(message, Language::En.words()))
}

/// Draws a message of the customer: lines without a line break at the end.
pub fn draw_content(content: &Content) -> String {
    paint(&Face::of_content(content, Language::En.words()))
}

/// Draws a whole chat: for each message a line that says who and when, and the message indented.
pub fn draw_chat(chat: &Chat) -> String {
    let mut canvas = Canvas::new(chat.language);
    for bubble in &chat.bubbles {
        bubble_lines(&mut canvas, bubble);
    }
    canvas.finish()
}

/// What can be tapped in a message, with the numbers that [`draw`] shows.
pub fn options(message: &Message) -> Vec<Choice> {
    let numbered = message.replies().into_iter().zip(1..);
    numbered.map(|(reply, number)| Choice { number, reply: reply.clone() }).collect()
}

/// Lines at a depth, two spaces each. Whatever is written comes through [`visible`].
struct Canvas {
    lines: String,
    depth: usize,
    words: &'static Words,
}

impl Canvas {
    fn new(language: Language) -> Self {
        Canvas { lines: String::new(), depth: 0, words: language.words() }
    }

    fn line(&mut self, text: &str) {
        for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
            if !line.is_empty() {
                self.lines.extend(std::iter::repeat_n("  ", self.depth));
            }
            self.lines.extend(line.chars().map(visible));
            self.lines.push('\n');
        }
    }

    fn indented(&mut self, draw: impl FnOnce(&mut Self)) {
        self.depth += 1;
        draw(self);
        self.depth -= 1;
    }

    fn finish(mut self) -> String {
        self.lines.truncate(self.lines.trim_end_matches('\n').len());
        self.lines
    }
}

/// A control character as its picture (U+2400…), one that turns the direction of writing as a replacement character.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        other => other,
    }
}

fn paint(face: &Face) -> String {
    let mut canvas = Canvas::new(Language::En);
    face_lines(&mut canvas, face);
    canvas.finish()
}

fn bubble_lines(canvas: &mut Canvas, bubble: &Bubble) {
    let from = bubble.from();
    let words = canvas.words;
    let mut title = from.label(words).to_owned();
    let at = bubble.at.as_deref();
    let status = matches!(from, Sender::Bot | Sender::Agent).then(|| status_label(bubble.status, words));
    let edited = (bubble.change == Some(Change::Edited)).then(|| words.edited.to_lowercase());
    for detail in [at, status, edited.as_deref(), bubble.failure.as_deref()].into_iter().flatten() {
        let _ = write!(title, ", {detail}");
    }
    canvas.line(&title);
    canvas.indented(|canvas| {
        match &bubble.context {
            Some(Context::Quote { from, text }) => {
                let whom = from.map_or(words.quote, |from| from.label(words));
                canvas.line(&format!("> {whom}: {}", text.replace('\n', "\n> ")));
            }
            Some(Context::Forwarded) => canvas.line(&format!("({})", words.forwarded.to_lowercase())),
            Some(Context::Advert { headline, body }) => {
                let told: Vec<&str> = [headline, body].into_iter().flatten().map(String::as_str).collect();
                canvas.line(&format!("({}: {})", words.from_an_ad.to_lowercase(), told.join(", ")));
            }
            None => {}
        }
        face_lines(canvas, &bubble.face(words));
        for reaction in &bubble.reactions {
            canvas.line(&format!("({}: {})", reaction.from.label(words), reaction.emoji));
        }
    });
}

fn face_lines(canvas: &mut Canvas, face: &Face) {
    if let Some(mark) = &face.mark {
        canvas.line(&mark.label(canvas.words));
        canvas.depth += 1;
    }
    for piece in &face.pieces {
        piece_lines(canvas, piece);
    }
    if let Some(menu) = &face.menu {
        menu_lines(canvas, menu);
    }
    for action in &face.actions {
        action_line(canvas, action);
    }
    for (card, number) in face.cards.iter().zip(1..) {
        canvas.line(&fill(canvas.words.card, &number.to_string()).to_lowercase());
        canvas.indented(|canvas| face_lines(canvas, card));
    }
    if face.mark.is_some() {
        canvas.depth -= 1;
    }
}

fn piece_lines(canvas: &mut Canvas, piece: &Piece) {
    match piece {
        Piece::Title(text) => canvas.line(&format!("# {text}")),
        Piece::Text(text) | Piece::Label(text) => canvas.line(text),
        Piece::Footer(text) => canvas.line(&format!("-- {text}")),
        Piece::Media { media, caption: Some(caption) } => canvas.line(&format!("{} {caption}", medium(media))),
        Piece::Media { media, caption: None } => canvas.line(&medium(media)),
        Piece::Place(location) => canvas.line(&place(location)),
        Piece::Person(contact) => canvas.line(&person(contact)),
        Piece::Product { catalog, product } => canvas.line(&format!("[product {product} of catalog {catalog}]")),
        Piece::Facts(facts) => {
            for (name, value) in facts {
                canvas.line(&format!("{name} = {value}"));
            }
        }
        Piece::Emoji(emoji) => canvas.line(&format!("[reaction: {emoji}]")),
        Piece::Hint(text) => canvas.line(&format!("({text})")),
    }
}

fn medium(media: &Medium) -> String {
    let kind = match media.kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Voice => "voice",
        MediaKind::Document => "document",
        MediaKind::Sticker => "sticker",
    };
    match &media.filename {
        Some(filename) => format!("[{kind} {filename}: {}]", media.source),
        None => format!("[{kind}: {}]", media.source),
    }
}

fn place(location: &Location) -> String {
    let words: Vec<&str> = [&location.name, &location.address].into_iter().flatten().map(String::as_str).collect();
    let coordinates = format!("{}, {}", location.latitude, location.longitude);
    if words.is_empty() {
        format!("[location: {coordinates}]")
    } else {
        format!("[location: {coordinates}] {}", words.join(", "))
    }
}

fn person(contact: &ContactCard) -> String {
    let details: Vec<&str> = contact.company.iter().chain(&contact.phones).chain(&contact.emails).map(String::as_str).collect();
    if details.is_empty() {
        format!("[contact: {}]", contact.name)
    } else {
        format!("[contact: {}] {}", contact.name, details.join(", "))
    }
}

fn menu_lines(canvas: &mut Canvas, menu: &Menu) {
    canvas.line(&format!("[{} ▾]", menu.button));
    canvas.indented(|canvas| {
        for section in &menu.sections {
            if let Some(title) = &section.title {
                canvas.line(title);
            }
            for row in &section.rows {
                match row {
                    MenuRow::Choice { choice, description: Some(description) } => {
                        canvas.line(&format!("[{}] {} — {description}", choice.number, choice.reply.title));
                    }
                    MenuRow::Choice { choice, description: None } => {
                        canvas.line(&format!("[{}] {}", choice.number, choice.reply.title));
                    }
                    MenuRow::Product(product) => canvas.line(&format!("- {product}")),
                }
            }
        }
    });
}

fn action_line(canvas: &mut Canvas, action: &Action) {
    let line = match action {
        Action::Reply(choice) => format!("[{}] {}", choice.number, choice.reply.title),
        Action::Link { title, url } => format!("[{title}: {url}]"),
        Action::Form { title, form } => format!("[{title}: form {form}]"),
        Action::Copy { code } => format!("[Copy code: {code}]"),
        Action::SendLocation => "[Send location]".to_owned(),
        Action::ShareContact => "[Share contact]".to_owned(),
        Action::Call { title, number } => format!("[{title}: {number}]"),
        Action::Fixed { title: Some(title) } => format!("[{title}]"),
        Action::Fixed { title: None } => "[fixed button]".to_owned(),
    };
    canvas.line(&line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;

    #[test]
    fn each_message_is_drawn() {
        let drawn = |(name, message): &(&str, Message)| format!("== {name}\n{}\n", draw(message));
        insta::assert_snapshot!("messages", gallery::messages().iter().map(drawn).collect::<String>());
        let drawn = |(name, content): &(&str, Content)| format!("== {name}\n{}\n", draw_content(content));
        insta::assert_snapshot!("contents", gallery::contents().iter().map(drawn).collect::<String>());
    }

    #[test]
    fn a_template_is_drawn_as_it_reads_where_that_is_known() {
        let environment = gallery::environment();
        let mut chat = Chat::new("Café Aurora");
        let bubbles = gallery::messages().into_iter().map(|(_, message)| Bubble::bot(message).known_in(&environment));
        bubbles.filter(|bubble| bubble.template.is_some()).for_each(|bubble| chat.push(bubble));
        insta::assert_snapshot!("templates", draw_chat(&chat));
    }

    #[test]
    fn states_are_drawn() {
        let mut chat = gallery::chat();
        let plain = |bubble: &Bubble| bubble.context.is_none() && bubble.change.is_none() && bubble.reactions.is_empty();
        chat.bubbles.retain(|bubble| !plain(bubble) || bubble.from() == Sender::Note || bubble.failure.is_some());
        insta::assert_snapshot!(draw_chat(&chat));
    }

    #[test]
    fn a_number_is_the_reply_that_it_stands_beside() {
        let mut numbered = 0;
        for (name, message) in gallery::messages() {
            let drawn = draw(&message);
            for option in options(&message) {
                let line = format!("[{}] {}", option.number, option.reply.title);
                assert!(drawn.lines().any(|drawn| drawn.trim().starts_with(&line)), "{name}: no {line:?} in\n{drawn}");
                numbered += 1;
            }
            let next = format!("[{}]", options(&message).len() + 1);
            assert!(!drawn.contains(&next), "{name}: {next} has no option in\n{drawn}");
        }
        assert!(numbered > 10);
    }

    #[test]
    fn a_text_cannot_steer_the_terminal() {
        let text = "a\u{1b}[2J\u{9b}b\r\nc\rd\u{202e}e\tf".to_owned();
        assert_eq!(draw(&Message::Text { text }), "a␛[2J\u{fffd}b\nc␍d\u{fffd}e f");
    }
}
