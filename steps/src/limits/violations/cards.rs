//! Carousels and templates: cards must be alike, and a template's parameters and buttons have limits of their own.

use std::{fmt::Display, sync::LazyLock};

use regex::Regex;

use super::{
    super::*,
    check::{Check, Unique},
};
use crate::message::{
    CardButtons, CarouselMessage, Media, MediaKind, TemplateButton, TemplateHeader, TemplateMessage, TemplateParameters,
};

impl Check {
    pub(super) fn carousel(&mut self, message: &CarouselMessage) {
        self.text("text", &message.text, INTERACTIVE_TEXT);
        self.count("cards", message.cards.len(), FEWEST_CARDS, CARDS, "cards");
        let mut ids = Unique::default();
        for (at, card) in message.cards.iter().enumerate() {
            let path = format_args!("cards[{at}]");
            self.card_media(format_args!("{path}.media"), &card.media, message.cards.first().map(|first| first.media.kind));
            self.at_most(format_args!("{path}.text"), card.text.as_deref(), CARD_TEXT);
            let breaks = card.text.as_deref().unwrap_or_default().matches('\n').count();
            if breaks > CARD_LINE_BREAKS {
                self.report(
                    format_args!("{path}.text"),
                    CARD_LINE_BREAKS,
                    breaks,
                    format!("a card's text may have {CARD_LINE_BREAKS} line breaks; this has {breaks}"),
                );
            }
            match &card.buttons {
                CardButtons::Replies(replies) => {
                    self.count(format_args!("{path}.buttons"), replies.len(), 1, CARD_BUTTONS, "quick replies");
                    self.replies(format_args!("{path}.buttons"), replies, CARD_BUTTON_ID);
                    for (reply_at, reply) in replies.iter().enumerate() {
                        // Twice on one card is told by `replies` already.
                        if replies[..reply_at].iter().all(|earlier| earlier.id != reply.id) {
                            self.unique(&mut ids, format_args!("{path}.buttons[{reply_at}].id"), &reply.id);
                        }
                    }
                }
                CardButtons::Link { title, url } => {
                    self.text(format_args!("{path}.buttons.title"), title, BUTTON_TITLE);
                    self.web_address(format_args!("{path}.buttons.url"), url);
                }
            }
            let alike = match (&message.cards[0].buttons, &card.buttons) {
                (CardButtons::Replies(first), CardButtons::Replies(these)) => first.len() == these.len(),
                (CardButtons::Link { .. }, CardButtons::Link { .. }) => true,
                _ => false,
            };
            if !alike {
                self.unlike_buttons(path, card.buttons.replies().len(), message.cards[0].buttons.replies().len());
            }
        }
    }

    pub(super) fn template(&mut self, message: &TemplateMessage) {
        self.text("name", &message.name, TEMPLATE_NAME);
        if !message.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
            self.report(
                "name",
                0,
                1,
                format!("a template's name has small letters, digits and `_` only; this is {:?}", message.name),
            );
        }
        if !LANGUAGE.is_match(&message.language) {
            self.report(
                "language",
                0,
                1,
                format!("a template's language is a code such as `pt_BR` or `en`; this is {:?}", message.language),
            );
        }
        match &message.header {
            Some(TemplateHeader::Text(parameters)) => {
                let count = count(parameters);
                if count > 1 {
                    self.report(
                        "header",
                        1,
                        count,
                        format!("a template's text header has one parameter at most; these are {count}"),
                    );
                }
                self.parameter_names("header", parameters);
            }
            Some(TemplateHeader::Media(media)) => self.header_media("header", media),
            Some(TemplateHeader::Location(location)) => self.location("header.", location),
            None => {}
        }
        self.parameter_names("parameters", &message.parameters);
        self.count("buttons", message.buttons.len(), 0, TEMPLATE_BUTTONS, "buttons");
        self.template_buttons("buttons", &message.buttons);
        if message.cards.is_empty() {
            return;
        }
        self.count("cards", message.cards.len(), FEWEST_CARDS, CARDS, "cards");
        for (at, card) in message.cards.iter().enumerate() {
            let path = format_args!("cards[{at}]");
            self.card_media(format_args!("{path}.header"), &card.header, message.cards.first().map(|first| first.header.kind));
            self.parameter_names(format_args!("{path}.parameters"), &card.parameters);
            self.count(format_args!("{path}.buttons"), card.buttons.len(), 0, TEMPLATE_CARD_BUTTONS, "buttons");
            self.template_buttons(format_args!("{path}.buttons"), &card.buttons);
            let first = &message.cards[0].buttons;
            let alike = first.len() == card.buttons.len()
                && first
                    .iter()
                    .zip(&card.buttons)
                    .all(|(one, other)| std::mem::discriminant(one) == std::mem::discriminant(other));
            if !alike {
                self.unlike_buttons(path, card.buttons.len(), first.len());
            }
        }
    }

    fn template_buttons(&mut self, path: impl Display + Copy, buttons: &[TemplateButton]) {
        for (at, button) in buttons.iter().enumerate() {
            let path = format_args!("{path}[{at}]");
            match button {
                // Its title is the template's own; only the id goes out.
                TemplateButton::QuickReply { reply } => self.text(format_args!("{path}.id"), &reply.id, TEMPLATE_PAYLOAD),
                TemplateButton::Url { suffix } => self.text(format_args!("{path}.url_suffix"), suffix, TEMPLATE_URL),
                TemplateButton::CopyCode { code } => self.text(format_args!("{path}.code"), code, COUPON_CODE),
                TemplateButton::Flow { token, .. } => self.required(format_args!("{path}.token"), token),
                TemplateButton::Fixed => {}
            }
        }
    }

    fn parameter_names(&mut self, path: impl Display + Copy, parameters: &TemplateParameters) {
        let TemplateParameters::Named(parameters) = parameters else {
            return;
        };
        let mut names = Unique::default();
        for (at, (name, _)) in parameters.iter().enumerate() {
            self.required(format_args!("{path}[{at}]"), name);
            if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') {
                self.report(
                    format_args!("{path}[{at}]"),
                    0,
                    1,
                    format!("a parameter's name has small letters, digits and `_` only; this is {name:?}"),
                );
            }
            self.unique(&mut names, format_args!("{path}[{at}]"), name);
        }
    }

    /// A card is headed by an image or a video, the same kind on every card.
    fn card_media(&mut self, path: impl Display + Copy, media: &Media, first: Option<MediaKind>) {
        self.media(path, media);
        if !matches!(media.kind, MediaKind::Image | MediaKind::Video) {
            self.report(path, 0, 1, "a card shows an image or a video".into());
        } else if first.is_some_and(|first| first != media.kind) {
            self.report(path, 0, 1, "all cards show an image, or all show a video".into());
        }
    }

    fn unlike_buttons(&mut self, path: impl Display + Copy, found: usize, first: usize) {
        let message = "all cards have the same kind and number of buttons; this card's differ from the first card's".into();
        self.report(format_args!("{path}.buttons"), first, found, message);
    }
}

fn count(parameters: &TemplateParameters) -> usize {
    match parameters {
        TemplateParameters::Named(parameters) => parameters.len(),
        TemplateParameters::Positional(parameters) => parameters.len(),
    }
}

/// Sends write `pt_BR`; the hyphen of BCP 47 is put right when it is sent.
static LANGUAGE: LazyLock<Regex> = LazyLock::new(|| Regex::new("^[a-z]{2,3}([_-][A-Z]{2,3})?$").expect("a pattern of our own"));
