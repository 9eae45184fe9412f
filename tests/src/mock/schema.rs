//! The send call against its JSON Schema, with every complaint turned into the code Meta would answer.

use std::cmp::Reverse;
use std::sync::OnceLock;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::error::GraphError;

/// The contract of `POST /{phone_number_id}/messages`.
const SCHEMA: &str = include_str!("send-message.schema.json");

/// Checks a send against the schema. Of several complaints the most telling is answered: an unknown key (100), then
/// a missing one (131008), then a wrong value (131009).
pub(crate) fn check(body: &Value) -> Result<(), GraphError> {
    let validator = validator();
    if validator.is_valid(body) {
        return Ok(());
    }
    let mut complaints: Vec<Complaint> = validator.iter_errors(body).map(|error| complaint(&error)).collect();
    complaints.sort_by_key(|complaint| (complaint.code, Reverse(complaint.depth)));
    Err(complaints.into_iter().next().map_or_else(
        || GraphError::invalid("The message does not match the documented form."),
        |complaint| GraphError::new(complaint.code, complaint.details),
    ))
}

fn validator() -> &'static Validator {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = serde_json::from_str(SCHEMA).expect("the schema is part of the program and is JSON");
        jsonschema::draft202012::new(&schema).expect("the schema is part of the program and is valid")
    })
}

struct Complaint {
    code: u32,
    depth: usize,
    details: String,
}

fn complaint(error: &ValidationError<'_>) -> Complaint {
    if let Some(branch) = closest_branch(error) {
        return branch;
    }
    let path = readable(error.instance_path().as_str());
    let code = match error.kind() {
        ValidationErrorKind::AdditionalProperties { .. } => 100,
        ValidationErrorKind::Required { .. } => 131008,
        // Text where nothing is written counts as not given.
        ValidationErrorKind::MinLength { .. } => 131008,
        _ => 131009,
    };
    let details = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            format!("Unexpected key {} on param {path}", unexpected.join(", "))
        }
        ValidationErrorKind::Required { property } => {
            format!("The parameter {} is required on param {path}", property.as_str().unwrap_or_default())
        }
        ValidationErrorKind::MaxLength { limit } => {
            format!("Param {path} is longer than {limit} characters")
        }
        ValidationErrorKind::MinLength { .. } => format!("Param {path} is empty"),
        ValidationErrorKind::MaxItems { limit } => {
            format!("Param {path} has more than {limit} elements")
        }
        ValidationErrorKind::MinItems { limit } => {
            format!("Param {path} has fewer than {limit} elements")
        }
        ValidationErrorKind::Enum { options } => format!("Param {path} must be one of {options}"),
        ValidationErrorKind::Constant { expected_value } => {
            format!("Param {path} must be {expected_value}")
        }
        ValidationErrorKind::Type { .. } => format!("Param {path} has a wrong type"),
        ValidationErrorKind::Pattern { pattern } => {
            format!("Param {path} does not match {pattern}")
        }
        ValidationErrorKind::Not { .. } => {
            format!("Param {path} holds an object that its type does not allow")
        }
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            format!("Param {path} holds two members that exclude each other")
        }
        _ => format!("Param {path} is not valid"),
    };
    Complaint { code, depth: error.instance_path().as_str().matches('/').count(), details }
}

/// For a choice of forms of which none fits: the complaint of the form that was meant. That is the one whose `type`
/// fits; among several, the one that got furthest.
fn closest_branch(error: &ValidationError<'_>) -> Option<Complaint> {
    let (ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context }) = error.kind() else {
        return None;
    };
    let wrong_type = |branch: &[ValidationError<'static>]| {
        branch.iter().any(|error| {
            let path = error.instance_path().as_str();
            path.ends_with("/type") || path.ends_with("/sub_type")
        })
    };
    let branch = context.iter().min_by_key(|branch| {
        (wrong_type(branch), Reverse(branch.iter().map(|error| error.instance_path().as_str().len()).max()))
    })?;
    branch.iter().map(complaint).min_by_key(|complaint| (complaint.code, Reverse(complaint.depth)))
}

/// `/interactive/action/buttons/0/reply/title` as `interactive.action.buttons[0].reply.title`.
fn readable(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        if part.parse::<usize>().is_ok() {
            path.push_str(&format!("[{part}]"));
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part);
        }
    }
    if path.is_empty() { "message".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(body: Value) -> (u32, String) {
        let error = check(&body).expect_err("the schema must refuse it");
        (error.code, error.details)
    }

    #[test]
    fn accepts_a_text() {
        let body = json!({"messaging_product": "whatsapp", "to": "+34600111222", "text": {"body": "hi"}});
        assert_eq!(check(&body), Ok(()));
    }

    #[test]
    fn names_the_code_and_the_place() {
        let text = |text: Value| json!({"messaging_product": "whatsapp", "to": "+34600111222", "type": "text", "text": text});
        assert_eq!(refused(text(json!({}))), (131008, "The parameter body is required on param text".to_owned()));
        assert_eq!(refused(text(json!({"body": ""}))), (131008, "Param text.body is empty".to_owned()));
        assert_eq!(refused(text(json!({"body": "a", "bold": true}))), (100, "Unexpected key bold on param text".to_owned()));
        assert_eq!(
            refused(text(json!({"body": "a".repeat(4_097)}))),
            (131009, "Param text.body is longer than 4096 characters".to_owned())
        );
        let nobody = json!({"messaging_product": "whatsapp", "type": "text", "text": {"body": "hi"}});
        assert_eq!(refused(nobody).0, 131008);
        let two = json!({"messaging_product": "whatsapp", "to": "+34600111222", "type": "image",
            "image": {"id": "1", "link": "https://example.com/a.png"}});
        assert_eq!(refused(two).0, 131009);
    }

    #[test]
    fn looks_into_the_template_component_that_was_meant() {
        let body = json!({"messaging_product": "whatsapp", "to": "+34600111222", "type": "template", "template": {
            "name": "offer", "language": {"code": "es"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "a", "colour": "red"}]}],
        }});
        let (code, details) = refused(body);
        assert_eq!((code, details.as_str()), (100, "Unexpected key colour on param template.components[0].parameters[0]"));
    }

    #[test]
    fn names_a_button_title_that_is_too_long() {
        let body = json!({"messaging_product": "whatsapp", "to": "+34600111222", "type": "interactive", "interactive": {
            "type": "button", "body": {"text": "?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "a title of more than twenty"}}]},
        }});
        assert_eq!(
            refused(body),
            (131009, "Param interactive.action.buttons[0].reply.title is longer than 20 characters".to_owned())
        );
    }
}
