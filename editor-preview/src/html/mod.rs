//! A chat drawn as the customer's phone shows it: a page, or a fragment for somebody's page.
//!
//! No script, no event handlers, no style attributes and nothing loaded from anywhere, so the strictest Content Security Policy fits.
//! Media are named, never fetched. The markup follows the bubble's [`Face`]; every text goes through `writer`, which escapes it.
//!
//! A tap needs no script either: inside of a `<form>`, a reply button or list row submits `reply=<reply id>`. What a phone opens a window
//! for says by `data-opens` what the customer would send from it.

pub(crate) mod icons;
mod pieces;
mod writer;

use steps::event::Delivery;

pub(crate) use self::writer::Html;
use crate::{
    face::{Action, Choice, Face, Mark, Menu, MenuRow, Piece},
    picture::{self, Look},
    view::{Bubble, Change, Chat, Context, ReactionMark, Sender, status_label},
    words::{Language, fill},
};

/// The style of all that is drawn here, light and dark. Served as a file, or written into the page.
pub const STYLE: &str = concat!(include_str!("base.css"), "\n", include_str!("chat.css"), "\n", include_str!("form.css"));

/// Where a page takes its style from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StyleSource<'a> {
    /// [`STYLE`] stands in the page: for a file that is opened by itself. A server that sends this names the hash of [`STYLE`] in
    /// its policy.
    Inline,
    /// The server's own address that answers with [`STYLE`].
    Address(&'a str),
}

/// How many buttons stand under a bubble; with more, the last place opens them all (WhatsApp's templates with 4 to 10 buttons).
const MAX_SHOWN_ACTIONS: usize = 3;

/// Draws a chat as an HTML document.
pub fn page(chat: &Chat, style: StyleSource<'_>) -> String {
    styled_page(chat, style, Look::default())
}

/// The same with a theme and a width, which the style in the page can have.
pub(crate) fn styled_page(chat: &Chat, style: StyleSource<'_>, look: Look) -> String {
    let mut html = Html::new(chat.language);
    let words = html.words;
    html.raw("<!doctype html>\n<html lang=\"").text(chat.language.tag()).raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
    html.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src ");
    html.raw(match style {
        StyleSource::Inline => "'unsafe-inline'\">\n",
        StyleSource::Address(_) => "'self'\">\n",
    });
    html.raw("<title>").text(&chat.name).raw(" – ").text(words.preview).raw("</title>\n");
    match style {
        StyleSource::Inline => {
            html.raw("<style>").raw(STYLE).raw(".sb-page .sb-chat {\n  max-width: ").text(&look.width.to_string());
            html.raw("px;\n}\n</style>\n")
        }
        StyleSource::Address(address) => html.raw("<link rel=\"stylesheet\" href=\"").text(address).raw("\">\n"),
    };
    html.raw("</head>\n<body class=\"")
        .raw(picture::class(look.theme))
        .raw("\">\n<main>\n<h1 class=\"sb-hidden\">")
        .text(&fill(words.preview_of, &chat.name))
        .raw("</h1>\n");
    chat_section(&mut html, chat);
    html.raw("</main>\n</body>\n</html>\n");
    html.finish()
}

/// Draws a chat as a fragment. The page around it brings [`STYLE`].
pub fn chat(chat: &Chat) -> String {
    let mut html = Html::new(chat.language);
    chat_section(&mut html, chat);
    html.finish()
}

/// Draws one bubble as a fragment, to be added to a chat's `role="log"`. `business` is the chat's name, for quotes.
pub fn bubble(bubble: &Bubble, business: &str, language: Language) -> String {
    let mut html = Html::new(language);
    bubble_article(&mut html, bubble, business);
    html.finish()
}

fn chat_section(html: &mut Html, chat: &Chat) {
    let words = html.words;
    html.raw("<section class=\"sb-chat\" aria-label=\"")
        .text(&fill(words.chat_with, &chat.name))
        .raw("\">\n<header class=\"sb-bar\">");
    let initial: String = chat.name.chars().take(1).collect();
    html.raw("<span class=\"sb-avatar\" aria-hidden=\"true\">").text(&initial).raw("</span>");
    html.raw("<h2 class=\"sb-name\"><bdi>").text(&chat.name).raw("</bdi></h2>");
    if !chat.took_place {
        html.raw("<span class=\"sb-simulated\">").text(words.simulated).raw("</span>");
    }
    html.raw("</header>\n<div class=\"sb-log\" role=\"log\" aria-label=\"").text(words.messages).raw("\">\n");
    for bubble in &chat.bubbles {
        bubble_article(html, bubble, &chat.name);
    }
    html.raw("</div>\n</section>\n");
}

fn bubble_article(html: &mut Html, bubble: &Bubble, business: &str) {
    let from = bubble.from();
    let words = html.words;
    let face = bubble.face(words);
    html.raw(match from {
        Sender::Customer => "<article class=\"sb-row sb-out\"",
        Sender::Bot | Sender::Agent => "<article class=\"sb-row sb-in\"",
        Sender::Note => "<article class=\"sb-row sb-note\"",
    });
    if let Some(turn) = bubble.turn {
        html.raw(" data-turn=\"").text(&turn.to_string()).raw("\"");
    }
    if let Some(entry) = bubble.entry {
        html.raw(" data-entry=\"").text(&entry.to_string()).raw("\"");
    }
    if let Some(step) = &bubble.step {
        html.raw(" data-step=\"").text(step.as_str()).raw("\"");
    }
    html.raw(" aria-label=\"").text(from.label(words));
    if let Some(at) = &bubble.at {
        html.raw(", ").text(at);
    }
    html.raw("\">\n");

    let bare = matches!(&face.pieces[..], [Piece::Media { media, .. }] if media.kind == steps::message::MediaKind::Sticker);
    html.raw(if bare { "<div class=\"sb-bubble sb-bare\">" } else { "<div class=\"sb-bubble\">" });
    if let Some(context) = &bubble.context {
        context_lines(html, context, business);
    }
    face_body(html, &face);
    meta(html, bubble);
    html.raw("</div>\n");
    face_below(html, &face);
    reactions(html, &bubble.reactions);
    if let Some(failure) = &bubble.failure {
        html.raw("<p class=\"sb-failure\">")
            .raw(icons::ALERT)
            .raw("<span>")
            .text(&fill(words.not_delivered_because, failure))
            .raw("</span></p>\n");
    }
    html.raw("</article>\n");
}

fn context_lines(html: &mut Html, context: &Context, business: &str) {
    let words = html.words;
    match context {
        Context::Quote { from, text } => {
            html.raw("<div class=\"sb-quote\" role=\"note\" aria-label=\"").text(words.in_answer_to).raw("\">");
            match from {
                Some(Sender::Bot | Sender::Agent) => {
                    html.raw("<p class=\"sb-quote-from\" dir=\"auto\">").text(business).raw("</p>")
                }
                Some(Sender::Customer) => html.raw("<p class=\"sb-quote-from\">").text(words.you).raw("</p>"),
                Some(Sender::Note) | None => html,
            };
            html.raw("<p class=\"sb-quote-text\" dir=\"auto\">").text(text).raw("</p></div>");
        }
        Context::Forwarded => {
            html.raw("<p class=\"sb-mark\">").raw(icons::FORWARD).raw("<span>").text(words.forwarded).raw("</span></p>");
        }
        Context::Advert { headline, body } => {
            html.raw("<div class=\"sb-quote\" role=\"note\" aria-label=\"").text(words.from_an_ad);
            html.raw("\"><p class=\"sb-quote-from\">").text(words.ad).raw("</p>");
            for text in [headline, body].into_iter().flatten() {
                html.raw("<p class=\"sb-quote-text\" dir=\"auto\">").text(text).raw("</p>");
            }
            html.raw("</div>");
        }
    }
}

/// What stands inside of the bubble.
fn face_body(html: &mut Html, face: &Face) {
    let words = html.words;
    if let Some(mark) = &face.mark {
        let icon = match mark {
            Mark::Template { .. } => icons::TEMPLATE,
            Mark::Form { .. } => icons::FORM,
            Mark::Order { .. } => icons::BOX,
            Mark::Edit => icons::PENCIL,
        };
        html.raw("<p class=\"sb-mark\">").raw(icon).raw("<span dir=\"auto\">").text(&mark.label(words)).raw("</span></p>");
    }
    for piece in &face.pieces {
        pieces::piece(html, piece);
    }
}

/// What stands under the bubble.
fn face_below(html: &mut Html, face: &Face) {
    let words = html.words;
    if let Some(menu) = &face.menu {
        menu_sheet(html, menu);
    }
    actions(html, &face.actions);
    if face.cards.is_empty() {
        return;
    }
    // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
    html.raw("<div class=\"sb-cards\" role=\"group\" tabindex=\"0\" aria-label=\"");
    let count = i64::try_from(face.cards.len()).unwrap_or(i64::MAX);
    html.text(&words.cards.of(count)).raw("\">\n");
    for (card, number) in face.cards.iter().zip(1..) {
        html.raw("<div class=\"sb-card\" role=\"group\" aria-label=\"")
            .text(&fill(words.card, &number.to_string()))
            .raw("\"><div class=\"sb-card-body\">");
        face_body(html, card);
        html.raw("</div>");
        actions(html, &card.actions);
        html.raw("</div>\n");
    }
    html.raw("</div>\n");
}

fn actions(html: &mut Html, actions: &[Action]) {
    let words = html.words;
    if actions.is_empty() {
        return;
    }
    html.raw("<div class=\"sb-actions\">\n");
    let shown = if actions.len() > MAX_SHOWN_ACTIONS { MAX_SHOWN_ACTIONS - 1 } else { actions.len() };
    let (shown, rest) = actions.split_at(shown);
    shown.iter().for_each(|action| action_row(html, action));
    if !rest.is_empty() {
        html.raw("<details class=\"sb-menu\"><summary class=\"sb-action\">").raw(icons::LIST);
        html.raw("<span>").text(words.see_all_options).raw("</span></summary>\n<div class=\"sb-sheet\">\n");
        rest.iter().for_each(|action| action_row(html, action));
        html.raw("</div></details>\n");
    }
    html.raw("</div>\n");
}

fn action_row(html: &mut Html, action: &Action) {
    let words = html.words;
    match action {
        Action::Reply(choice) => {
            tap(html, "<button class=\"sb-action\" name=\"reply\" value=\"", choice);
            html.raw(icons::REPLY).raw("<span dir=\"auto\">").text(&choice.reply.title).raw("</span></button>\n");
        }
        Action::Link { title, url } => {
            html.raw("<p class=\"sb-action\" title=\"")
                .text(url)
                .raw("\">")
                .raw(icons::LINK)
                .raw("<span dir=\"auto\">")
                .text(title);
            html.raw("</span><span class=\"sb-hidden\">").text(&fill(words.opens, url)).raw("</span></p>\n");
        }
        Action::Form { title, form } => {
            html.raw("<p class=\"sb-action\" data-opens=\"form\" title=\"")
                .text(&fill(words.form_named, form))
                .raw("\">")
                .raw(icons::FORM)
                .raw("<span dir=\"auto\">")
                .text(title);
            html.raw("</span><span class=\"sb-hidden\">").text(&fill(words.opens_the_form, form)).raw("</span></p>\n");
        }
        Action::Copy { code } => {
            html.raw("<p class=\"sb-action\">")
                .raw(icons::COPY)
                .raw("<span>")
                .text(words.copy_code)
                .raw(" <code>")
                .text(code)
                .raw("</code></span></p>\n");
        }
        Action::SendLocation => {
            html.raw("<p class=\"sb-action\" data-opens=\"location\">")
                .raw(icons::PIN)
                .raw("<span>")
                .text(words.send_location)
                .raw("</span></p>\n");
        }
        Action::ShareContact => {
            html.raw("<p class=\"sb-action\" data-opens=\"contacts\">")
                .raw(icons::PERSON)
                .raw("<span>")
                .text(words.share_contact)
                .raw("</span></p>\n");
        }
        Action::Call { title, number } => {
            html.raw("<p class=\"sb-action\" title=\"").text(number).raw("\">").raw(icons::PHONE).raw("<span dir=\"auto\">");
            html.text(title).raw("</span><span class=\"sb-hidden\">").text(&fill(words.calls, number)).raw("</span></p>\n");
        }
        Action::Fixed { title } => {
            html.raw("<p class=\"sb-action\">").raw(icons::TEMPLATE).raw("<span dir=\"auto\">");
            html.text(title.as_deref().unwrap_or(words.template_button)).raw("</span></p>\n");
        }
    }
}

/// Opens a button that submits its reply.
fn tap(html: &mut Html, open: &'static str, choice: &Choice) {
    html.raw(open).text(&choice.reply.id).raw("\">");
}

fn menu_sheet(html: &mut Html, menu: &Menu) {
    html.raw("<details class=\"sb-menu\"><summary class=\"sb-action\">")
        .raw(icons::LIST)
        .raw("<span dir=\"auto\">")
        .text(&menu.button);
    html.raw("</span></summary>\n<div class=\"sb-sheet\" role=\"group\" aria-label=\"").text(&menu.button).raw("\">\n");
    for section in &menu.sections {
        if let Some(title) = &section.title {
            html.raw("<p class=\"sb-section\" dir=\"auto\">").text(title).raw("</p>\n");
        }
        html.raw("<ul class=\"sb-options\">\n");
        for row in &section.rows {
            menu_row(html, row);
        }
        html.raw("</ul>\n");
    }
    html.raw("</div></details>\n");
}

fn menu_row(html: &mut Html, row: &MenuRow) {
    match row {
        MenuRow::Choice { choice, description } => {
            tap(html, "<li><button class=\"sb-option\" name=\"reply\" value=\"", choice);
            html.raw("<span class=\"sb-option-title\" dir=\"auto\">").text(&choice.reply.title).raw("</span>");
            if let Some(description) = description {
                html.raw("<span class=\"sb-option-more\" dir=\"auto\">").text(description).raw("</span>");
            }
            html.raw("</button></li>\n");
        }
        MenuRow::Product(product) => {
            html.raw("<li class=\"sb-item\">").raw(icons::BOX).raw("<span dir=\"auto\">").text(product).raw("</span></li>\n");
        }
    }
}

/// The line at the bubble's end: edited, time, ticks.
fn meta(html: &mut Html, bubble: &Bubble) {
    let from_business = matches!(bubble.from(), Sender::Bot | Sender::Agent);
    if bubble.at.is_none() && bubble.change != Some(Change::Edited) && !from_business {
        return;
    }
    let words = html.words;
    html.raw("<p class=\"sb-meta\">");
    if bubble.change == Some(Change::Edited) {
        html.raw("<span>").text(words.edited).raw("</span>");
    }
    if let Some(at) = &bubble.at {
        html.raw("<span>").text(at).raw("</span>");
    }
    if from_business {
        let (class, icon) = match bubble.status {
            None => ("<span class=\"sb-tick\">", icons::CLOCK),
            Some(Delivery::Sent) => ("<span class=\"sb-tick\">", icons::CHECK),
            Some(Delivery::Delivered) => ("<span class=\"sb-tick\">", icons::CHECKS),
            Some(Delivery::Read) => ("<span class=\"sb-tick sb-read\">", icons::CHECKS),
            Some(Delivery::Played) => ("<span class=\"sb-tick sb-read\">", icons::MICROPHONE),
            Some(Delivery::Failed) => ("<span class=\"sb-tick sb-error\">", icons::ALERT),
        };
        html.raw(class)
            .raw(icon)
            .raw("<span class=\"sb-hidden\">")
            .text(status_label(bubble.status, words))
            .raw("</span></span>");
    }
    html.raw("</p>");
}

fn reactions(html: &mut Html, reactions: &[ReactionMark]) {
    let words = html.words;
    if reactions.is_empty() {
        return;
    }
    html.raw("<p class=\"sb-reactions\"><span class=\"sb-hidden\">").text(words.reactions).raw("</span>");
    for reaction in reactions {
        html.raw("<span>")
            .text(&reaction.emoji)
            .raw("<span class=\"sb-hidden\">")
            .text(&fill(words.by, reaction.from.label(words)))
            .raw("</span></span>");
    }
    html.raw("</p>\n");
}

#[cfg(test)]
pub(crate) mod tests;
