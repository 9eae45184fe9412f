//! What the WhatsApp Cloud API accepts, as numbers: lengths of texts, numbers of buttons, rows and cards, sizes of media.
//!
//! Each limit stands here once, with the page of Meta's documentation that names it. The checker reads them while a bot is edited,
//! [`violations()`] holds a finished message against them before it is queued. Nothing is cut silently: what does not fit is said.

mod values;
mod violations;

use std::sync::LazyLock;

use regex::Regex;
use unicode_segmentation::UnicodeSegmentation;

use crate::message::MediaKind;

pub use values::template_values;
pub use violations::{Violation, violations};

/// Text messages: characters of the body.
pub const TEXT: usize = 4_096;
/// Image, video and document messages: characters of the caption.
pub const CAPTION: usize = 1_024;

/// Interactive list messages: characters of the body. (Meta's OpenAPI file says 1,024; the page is right.)
pub const LIST_TEXT: usize = 4_096;
/// Interactive reply buttons, URL buttons, carousels, forms, products, requests: characters of the body.
pub const INTERACTIVE_TEXT: usize = 1_024;
/// Interactive messages: characters of a text header.
pub const HEADER: usize = 60;
/// Interactive messages: characters of the footer.
pub const FOOTER: usize = 60;

/// Interactive reply buttons messages: buttons.
pub const BUTTONS: usize = 3;
/// Interactive reply buttons, URL button messages and carousels: characters of a button's label.
pub const BUTTON_TITLE: usize = 20;
/// Interactive reply buttons messages: characters of a button's id.
pub const BUTTON_ID: usize = 256;

/// Interactive list messages: characters of the label that opens the menu.
pub const LIST_BUTTON: usize = 20;
/// Interactive list and product messages: sections.
pub const SECTIONS: usize = 10;
/// Interactive list and product messages: characters of a section's title. It is required where there is more than one section.
pub const SECTION_TITLE: usize = 24;
/// Interactive list messages: rows, over all sections together.
pub const ROWS: usize = 10;
/// Interactive list messages: characters of a row's title.
pub const ROW_TITLE: usize = 24;
/// Interactive list messages: characters of a row's description.
pub const ROW_DESCRIPTION: usize = 72;
/// Interactive list messages: characters of a row's id.
pub const ROW_ID: usize = 200;

/// Interactive media carousel messages, media card carousel templates: fewest cards.
pub const FEWEST_CARDS: usize = 2;
/// Interactive media carousel messages, media card carousel templates: most cards.
pub const CARDS: usize = 10;
/// Interactive media carousel messages: characters of a card's text.
pub const CARD_TEXT: usize = 160;
/// Interactive media carousel messages: line breaks in a card's text.
pub const CARD_LINE_BREAKS: usize = 2;
/// Interactive media carousel messages: quick replies on a card. The page names no number; this is the number of media card
/// carousel templates.
pub const CARD_BUTTONS: usize = 2;
/// Interactive media carousel messages: characters of a quick reply's id.
pub const CARD_BUTTON_ID: usize = 20;

/// Sending a Flow: characters of the label that opens the form. It must hold no emoji.
pub const FLOW_BUTTON: usize = 30;

/// Contacts messages: contacts. Meta advises far fewer.
pub const CONTACTS: usize = 257;
/// Multi-product messages: products, over all sections together.
pub const PRODUCTS: usize = 30;

/// Template management: characters of a template's name.
pub const TEMPLATE_NAME: usize = 512;
/// Template components: characters of the body with its parameters filled in (error 132005 beyond).
pub const TEMPLATE_TEXT: usize = 1_024;
/// Template components: characters of a text header with its parameter filled in.
pub const TEMPLATE_HEADER: usize = 60;
/// Template components: buttons of all kinds together.
pub const TEMPLATE_BUTTONS: usize = 10;
/// Media card carousel templates: buttons on a card.
pub const TEMPLATE_CARD_BUTTONS: usize = 2;
/// Template components: characters of a quick reply's label.
pub const TEMPLATE_BUTTON_TITLE: usize = 25;
/// Template messages: characters of a quick reply's payload. No page names a number; this is that of reply buttons.
pub const TEMPLATE_PAYLOAD: usize = 256;
/// Template components: characters of a URL button's address with its variable filled in.
pub const TEMPLATE_URL: usize = 2_000;
/// Coupon templates: characters of the code (15 before December 2025).
pub const COUPON_CODE: usize = 20;
/// Template messages: spaces in a row in a parameter.
pub const PARAMETER_SPACES: usize = 4;

/// Message API: characters of `biz_opaque_callback_data`.
pub const CALLBACK_DATA: usize = 512;

const KILOBYTE: u64 = 1_024;
const MEGABYTE: u64 = 1_024 * KILOBYTE;

/// Media: bytes of an image (JPEG or PNG).
pub const IMAGE_BYTES: u64 = 5 * MEGABYTE;
/// Media: bytes of a video (MP4 or 3GP).
pub const VIDEO_BYTES: u64 = 16 * MEGABYTE;
/// Media: bytes of audio and voice notes.
pub const AUDIO_BYTES: u64 = 16 * MEGABYTE;
/// Audio messages: bytes of a voice note that plays without a tap to download it.
pub const VOICE_AUTOPLAY_BYTES: u64 = 512 * KILOBYTE;
/// Media: bytes of a document.
pub const DOCUMENT_BYTES: u64 = 100 * MEGABYTE;
/// Sticker messages: bytes of a still sticker (WEBP).
pub const STICKER_BYTES: u64 = 100 * KILOBYTE;
/// Sticker messages: bytes of an animated sticker (WEBP).
pub const ANIMATED_STICKER_BYTES: u64 = 500 * KILOBYTE;

/// The most bytes that a medium of this kind may have; for stickers, of an animated one.
pub fn media_bytes(kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => IMAGE_BYTES,
        MediaKind::Video => VIDEO_BYTES,
        MediaKind::Audio | MediaKind::Voice => AUDIO_BYTES,
        MediaKind::Document => DOCUMENT_BYTES,
        MediaKind::Sticker => ANIMATED_STICKER_BYTES,
    }
}

/// How long a text is for these limits: its UTF-16 units.
///
/// Meta speaks of characters and doesn't say whether an emoji is one (code points) or two (UTF-16). The larger count never lets
/// through what the API refuses.
///
/// ```
/// assert_eq!(steps::limits::length("olá"), 3);
/// assert_eq!(steps::limits::length("👍"), 2);
/// ```
pub fn length(text: &str) -> usize {
    // Almost every text is ASCII, whose bytes, code points and UTF-16 units are equally many.
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The longest beginning of a text that stays within `limit`, cut between what a reader sees as characters, so that no emoji or
/// accent is torn.
///
/// ```
/// assert_eq!(steps::limits::cut("olá 👩‍👩‍👧", 6), "olá ");
/// ```
pub fn cut(text: &str, limit: usize) -> &str {
    if length(text) <= limit {
        return text;
    }
    let mut room = limit;
    let mut end = 0;
    for grapheme in text.graphemes(true) {
        let Some(left) = room.checked_sub(length(grapheme)) else {
            break;
        };
        room = left;
        end += grapheme.len();
    }
    &text[..end]
}

static EMOJI: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\p{Emoji_Presentation}|\x{FE0F}").expect("a constant pattern, compiled by the tests"));

/// How many emoji a text holds.
pub fn emoji(text: &str) -> usize {
    EMOJI.find_iter(text).count()
}

/// Whether a text is an emoji and nothing else, whatever it is joined of: a heart, a flag, a family, a key with a number.
pub fn is_one_emoji(text: &str) -> bool {
    static PICTURE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{Extended_Pictographic}\p{Regional_Indicator}\x{20E3}]")
            .expect("a constant pattern, compiled by the tests")
    });
    text.graphemes(true).count() == 1 && PICTURE.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_counts_as_two() {
        assert_eq!(length("a👍b"), 4);
        assert_eq!(length("ação"), 4);
        assert_eq!(length(""), 0);
    }

    #[test]
    fn a_cut_tears_no_character() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "abc");
        assert_eq!(cut("ab👍", 3), "ab");
        // An accent of its own stays with its letter.
        assert_eq!(cut("ae\u{301}x", 2), "a");
        assert_eq!(cut("👍", 0), "");
    }

    #[test]
    fn a_reaction_is_one_emoji() {
        for one in ["👍", "👍🏽", "❤", "❤️", "🇧🇷", "👩‍👩‍👧", "1️⃣"] {
            assert!(is_one_emoji(one), "{one}");
        }
        for other in ["", "a", "1", "👍👍", "👍 ", ":)"] {
            assert!(!is_one_emoji(other), "{other}");
        }
    }

    #[test]
    fn every_kind_of_media_has_a_size() {
        assert_eq!(media_bytes(MediaKind::Image), 5_242_880);
        assert!(media_bytes(MediaKind::Document) > media_bytes(MediaKind::Video));
    }
}
