//! The rules that messages of several kinds share: a text is there and short enough, a number is within its bounds, no id stands
//! twice.
//!
//! Paths are formatted only where something is found: almost every message is fine. A value that was wrong is not repeated in the
//! text, since it may be a customer's.

use std::fmt::Display;

use super::{super::*, Violation};
use crate::message::{Location, Media, MediaSource, Reply};

/// What was found so far.
#[derive(Default)]
pub(super) struct Check {
    pub(super) found: Vec<Violation>,
}

impl Check {
    pub(super) fn header_media(&mut self, path: impl Display + Copy, media: &Media) {
        self.media(path, media);
        if !media.kind.can_be_header() {
            self.report(
                path,
                0,
                1,
                "only an image, a video or a document can stand above a text; send this one on its own".into(),
            );
        }
    }

    pub(super) fn media(&mut self, path: impl Display + Copy, media: &Media) {
        match &media.source {
            MediaSource::Id(id) => self.required(format_args!("{path}.id"), id),
            MediaSource::Link(link) => self.web_address(format_args!("{path}.link"), link),
        }
    }

    pub(super) fn location(&mut self, path: impl Display + Copy, location: &Location) {
        for (name, value, most) in [("latitude", location.latitude, 90.0), ("longitude", location.longitude, 180.0)] {
            // NaN is not within either.
            if !(-most..=most).contains(&value) {
                self.report(
                    format_args!("{path}{name}"),
                    most as usize,
                    0,
                    format!("the {name} lies between -{most} and {most}"),
                );
            }
        }
    }

    /// Titles and ids of reply buttons: within their lengths, none twice.
    pub(super) fn replies(&mut self, path: impl Display + Copy, replies: &[Reply], id_limit: usize) {
        let (mut ids, mut titles) = (Unique::default(), Unique::default());
        for (at, reply) in replies.iter().enumerate() {
            self.text(format_args!("{path}[{at}].id"), &reply.id, id_limit);
            self.text(format_args!("{path}[{at}].title"), &reply.title, BUTTON_TITLE);
            self.unique(&mut ids, format_args!("{path}[{at}].id"), &reply.id);
            self.unique(&mut titles, format_args!("{path}[{at}].title"), &reply.title);
        }
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, path: impl Display + Copy, text: &str, limit: usize) {
        self.required(path, text);
        self.at_most(path, Some(text), limit);
    }

    pub(super) fn required(&mut self, path: impl Display + Copy, text: &str) {
        if text.trim().is_empty() {
            self.report(
                path,
                1,
                0,
                "WhatsApp accepts no empty text here; give one, or a default for the expression that gave nothing".into(),
            );
        }
    }

    pub(super) fn at_most(&mut self, path: impl Display + Copy, text: Option<&str>, limit: usize) {
        let found = length(text.unwrap_or_default());
        if found > limit {
            self.report(path, limit, found, format!("WhatsApp allows {limit} characters here, and this has {found}; shorten it"));
        }
    }

    pub(super) fn count(&mut self, path: impl Display + Copy, found: usize, least: usize, most: usize, what: &str) {
        if found < least {
            self.report(path, least, found, format!("WhatsApp wants at least {least} {what}; there are {found}"));
        } else if found > most {
            self.report(path, most, found, format!("WhatsApp allows {most} {what}; there are {found}"));
        }
    }

    pub(super) fn least_one(&mut self, path: impl Display + Copy, found: usize, what: &str) {
        if found == 0 {
            self.report(path, 1, 0, format!("a section without {what} is refused; leave the section out"));
        }
    }

    pub(super) fn web_address(&mut self, path: impl Display + Copy, address: &str) {
        if !address.starts_with("https://") && !address.starts_with("http://") {
            self.report(path, 0, 1, "an address begins with https://".into());
        }
    }

    pub(super) fn unique<'a>(&mut self, seen: &mut Unique<'a>, path: impl Display + Copy, value: &'a str) {
        if seen.0.contains(&value) {
            self.report(path, 1, 2, "there is another with the same; they must differ".into());
        } else {
            seen.0.push(value);
        }
    }

    pub(super) fn report(&mut self, path: impl Display + Copy, limit: usize, found: usize, message: String) {
        self.found.push(Violation { path: path.to_string(), limit, found, message });
    }
}

/// Values seen so far: a handful, so that a list is faster than a set.
#[derive(Default)]
pub(super) struct Unique<'a>(Vec<&'a str>);
