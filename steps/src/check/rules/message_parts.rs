//! The parts of a message go together.

use jsonc_parser::ast::{Object, Value};

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        subject::{StepView, Subject},
    },
    limits,
    message::MediaKind,
};

pub(super) const RULE: Rule = Rule {
    code: "message_parts",
    page: Page {
        happened: "A message has parts that WhatsApp does not send together, or none at all.",
        why: "A message has one kind. Buttons take one header, a text or a medium; a link is a button of its own; a list of more than 3 options takes no medium; a location or \
              contact cards stand alone; audio, voice notes and stickers take no caption. The send would be refused.",
        to_do: "Take one of the parts out, or say it in two steps.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("message") || step.is("ask")) {
        let mut wrong = |key: &'static str, message: &str, help: &str| {
            let (place, span) = step.spot(key);
            problems.push(Diagnostic::error(RULE.code, &place, span, message).help(help));
        };
        let options = json::get_list(step.object, "buttons").len();
        if step.has("header") && step.has("media") {
            wrong("header", "`header` and `media` exclude each other: a message has one header", "keep one of them");
        } else if step.has("header") && options == 0 && !step.has("link") {
            wrong("header", "a header stands beside buttons or a link only", "put it into the text, in `*bold*`");
        }
        if step.has("footer") && options == 0 && !step.has("link") {
            wrong("footer", "a footer stands beside buttons or a link only", "put it into the text");
        }
        if step.has("link") && options > 0 {
            wrong(
                "link",
                "`link` and `buttons` exclude each other",
                "put the address into the text, or send the link in a step of its own",
            );
        }
        if step.has("media") && options > limits::BUTTONS {
            wrong(
                "media",
                "more than 3 buttons go out as a list, and a list shows no medium",
                "send the medium in a step before",
            );
        }
        for alone in ["location", "contacts"] {
            let others = ["text", "media", "buttons", "link", "header", "footer", "location", "contacts"];
            if step.has(alone)
                && let Some(other) = others.into_iter().find(|other| *other != alone && step.has(other))
            {
                wrong(alone, &format!("`{alone}` and `{other}` can't go out in one message"), "send them in two steps");
                break;
            }
        }
        if let Some(media) = json::get_object(step.object, "media") {
            check_media(step, media, options, &mut wrong);
        }
        let says = ["text", "media", "location", "contacts"].iter().any(|key| step.has(key));
        if !says {
            wrong("text", "this message says nothing", "give it a `text`, `media`, a `location` or `contacts`");
        } else if !step.has("text") && (options > 0 || step.has("link")) && !step.has("location") && !step.has("contacts") {
            wrong("text", "a message with buttons or a link needs a text", "say in `text` what they are for");
        }
    }
}

fn check_media(step: &StepView<'_>, media: &Object<'_>, options: usize, wrong: &mut dyn FnMut(&'static str, &str, &str)) {
    let Some(kind) = kind_of(media) else { return };
    let heads = options > 0 || step.has("link");
    if heads && options <= limits::BUTTONS && !kind.can_be_header() {
        wrong("media", "only an image, a video or a document can stand above buttons", "send it in a step before");
    } else if !heads && step.has("text") && !kind.takes_caption() {
        wrong("text", "WhatsApp shows no caption with audio, voice notes and stickers", "send the text in a step of its own");
    }
}

fn kind_of(media: &Object<'_>) -> Option<MediaKind> {
    let Some(Value::StringLit(word)) = json::get(media, "kind") else { return None };
    serde_json::from_value((&*word.value).into()).ok()
}
