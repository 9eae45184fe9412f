//! The templates of an account, as `GET /{account}/message_templates` lists them: page by page, each an object with its components.

use serde::Deserialize;
use serde_json::Value;
use steps::{environment::KnownTemplate, event::ChannelError};

use crate::errors;

/// What is asked of each template.
pub const FIELDS: &str = "name,status,category,language,components";
/// Templates on a page: a hundred of the largest are well under a megabyte.
pub const PAGE: usize = 100;
/// Something went wrong (Cloud API, Error codes): what an answer that says nothing comes down to.
const SOMETHING_WENT_WRONG: i64 = 131_000;

/// A page of the list.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// With their names; a name comes once for each of its languages.
    pub templates: Vec<(String, KnownTemplate)>,
    /// `after` of the next page; None: this is the last.
    pub after: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    data: Vec<Template>,
    #[serde(default)]
    paging: Value,
}

#[derive(Deserialize)]
struct Template {
    name: String,
    language: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    components: Vec<Value>,
}

/// Reads the answer to a request for a page.
///
/// # Errors
///
/// What Meta says; or that the answer is no list.
pub fn read(status: u16, answer: &[u8]) -> Result<Page, ChannelError> {
    if let Ok(value) = serde_json::from_slice::<Value>(answer)
        && value["error"].is_object()
    {
        return Err(errors::read(&value["error"]));
    }
    let Listed { data, paging } = serde_json::from_slice(answer)
        .map_err(|_| errors::new(SOMETHING_WENT_WRONG, &format!("status {status}, and no list of templates")))?;
    // Without `next` there is no further page, though the cursor is there. The address itself is not followed: a token goes with it.
    let after = paging["next"].as_str().and_then(|_| paging["cursors"]["after"].as_str()).map(str::to_owned);
    Ok(Page { templates: data.into_iter().map(known).collect(), after })
}

fn known(template: Template) -> (String, KnownTemplate) {
    let Template { name, language, category, status, components } = template;
    let is_body = |component: &&Value| component["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("body"));
    let body = components.iter().find(is_body).and_then(|body| body["text"].as_str()).unwrap_or_default();
    let known = KnownTemplate { language, category: category.to_ascii_lowercase(), status, parameters: variables(body) };
    (name, known)
}

/// The variables of a text, in the order of their first places: `{{name}}` and `{{1}}` alike.
fn variables(text: &str) -> Vec<String> {
    let mut variables: Vec<String> = Vec::new();
    for part in text.split("{{").skip(1) {
        let Some((name, _)) = part.split_once("}}") else { continue };
        let name = name.trim();
        if !name.is_empty() && !variables.iter().any(|known| known == name) {
            variables.push(name.to_owned());
        }
    }
    variables
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page(value: &Value) -> Page {
        read(200, value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_template_is_read_with_the_variables_of_its_body() {
        let body =
            |text: &str| json!([{ "type": "HEADER", "format": "TEXT", "text": "{{9}}" }, { "type": "BODY", "text": text }]);
        let list = json!({ "data": [
            { "name": "welcome", "language": "pt_BR", "category": "MARKETING", "status": "APPROVED", "id": "1",
              "components": body("Olá {{first_name}}, {{ first_name }}! {{plan}}.") },
            { "name": "receipt", "language": "en", "category": "UTILITY", "status": "PAUSED", "components": body("Paid {{1}} of {{2}}.") },
            { "name": "bare", "language": "en" }
        ] });
        let Page { templates, after } = page(&list);
        let told: Vec<_> =
            templates.iter().map(|(name, known)| (name.as_str(), &*known.category, known.parameters.join(" "))).collect();
        let expected = [
            ("welcome", "marketing", "first_name plan".to_owned()),
            ("receipt", "utility", "1 2".to_owned()),
            ("bare", "", String::new()),
        ];
        assert_eq!(told, expected);
        assert_eq!((templates[1].1.status.as_str(), after), ("PAUSED", None));
    }

    #[test]
    fn only_a_page_with_a_successor_names_one() {
        let cursors = json!({ "before": "a", "after": "b" });
        assert_eq!(page(&json!({ "data": [], "paging": { "cursors": cursors } })).after, None);
        let next = json!({ "data": [], "paging": { "cursors": cursors, "next": "https://elsewhere.example/" } });
        assert_eq!(page(&next).after.as_deref(), Some("b"));
    }

    #[test]
    fn what_is_no_list_says_why() {
        let error = json!({ "error": { "code": 190, "message": "Invalid OAuth access token" } }).to_string();
        assert_eq!(read(401, error.as_bytes()).unwrap_err().code, 190);
        for answer in ["", "<html>", "[]", "{\"data\": {}}"] {
            assert_eq!(read(502, answer.as_bytes()).unwrap_err().code, SOMETHING_WENT_WRONG, "{answer}");
        }
    }
}
