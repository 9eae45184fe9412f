//! The approved templates of the business account: their life cycle, and what a send must bring for each.

mod check;
mod shape;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::GraphError;
use shape::Shape;

/// Meta's life cycle of a template (Cloud API, Template management). Only an approved one can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
    InAppeal,
    Flagged,
    Archived,
    PendingDeletion,
}

/// A template of the business account.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub id: String,
    pub name: String,
    pub language: String,
    /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
    pub category: String,
    pub status: TemplateStatus,
    /// Sends are held back for a quality assessment (pacing) until they are released or dropped.
    pub held: bool,
    components: Value,
    named: bool,
    shape: Shape,
}

/// A template definition that Meta would not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template {name}: {problem}")]
pub struct TemplateError {
    pub name: String,
    pub problem: String,
}

#[derive(Deserialize)]
struct Definition {
    #[serde(default)]
    id: Option<String>,
    name: String,
    language: String,
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    status: Option<TemplateStatus>,
    #[serde(default)]
    parameter_format: Option<String>,
    #[serde(default)]
    held_for_quality_assessment: bool,
    components: Value,
}

impl Template {
    /// Reads a definition as it is created or listed at Meta's: `{"name", "language", "category"?, "status"?,
    /// "parameter_format"?, "components": […]}`. `held_for_quality_assessment` is an addition of ours.
    ///
    /// # Errors
    /// If it has no name, language or body, or if its variables don't suit its format.
    pub fn read(definition: &Value) -> Result<Self, TemplateError> {
        let named = definition["name"].as_str().unwrap_or("without a name").to_owned();
        let problem = |problem: String| TemplateError { name: named.clone(), problem };
        let definition = Definition::deserialize(definition).map_err(|error| problem(error.to_string()))?;
        let named_variables = definition.parameter_format.as_deref().is_some_and(|format| format.eq_ignore_ascii_case("named"));
        let shape = Shape::read(&definition.components, named_variables).map_err(problem)?;
        Ok(Self {
            id: definition.id.unwrap_or_default(),
            name: definition.name,
            language: definition.language,
            category: definition.category.unwrap_or_else(|| "UTILITY".to_owned()).to_ascii_uppercase(),
            status: definition.status.unwrap_or(TemplateStatus::Approved),
            held: definition.held_for_quality_assessment,
            components: definition.components,
            named: named_variables,
            shape,
        })
    }

    /// As the API lists it.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "language": self.language,
            "category": self.category,
            "status": self.status,
            "parameter_format": if self.named { "NAMED" } else { "POSITIONAL" },
            "components": self.components,
        })
    }

    /// Label and payload of each quick reply, in order, with the payloads that `components` of a send give them.
    pub(crate) fn quick_replies(&self, components: &Value) -> Vec<(String, String)> {
        self.shape.quick_replies(components)
    }

    /// Whether a button opens a form.
    pub(crate) fn has_form(&self) -> bool {
        self.shape.main.buttons.iter().any(|button| button.kind == "flow")
    }

    fn sendable(&self) -> Result<(), GraphError> {
        let code = match self.status {
            TemplateStatus::Approved => return Ok(()),
            TemplateStatus::Paused => 132015,
            TemplateStatus::Disabled => 132016,
            _ => 132001,
        };
        Err(GraphError::new(code, format!("Template {} ({}) is {:?}", self.name, self.language, self.status)))
    }
}

/// All templates; a name may exist in several languages.
#[derive(Debug, Default)]
pub(crate) struct Templates(Vec<Template>);

impl Templates {
    /// Adds a template, or replaces the one of that name and language. An empty id becomes `id`.
    pub(crate) fn put(&mut self, mut template: Template, id: String) -> &Template {
        if template.id.is_empty() {
            template.id = id;
        }
        self.0.retain(|known| known.name != template.name || known.language != template.language);
        self.0.push(template);
        self.0.last().expect("one was just added")
    }

    pub(crate) fn find(&self, name: &str, language: &str) -> Option<&Template> {
        self.0.iter().find(|template| template.name == name && template.language == language)
    }

    pub(crate) fn find_mut(&mut self, name: &str, language: &str) -> Option<&mut Template> {
        self.0.iter_mut().find(|template| template.name == name && template.language == language)
    }

    pub(crate) fn list(&self) -> &[Template] {
        &self.0
    }

    /// Removes a name in all languages, or only the one with the id; says whether there was any.
    pub(crate) fn remove(&mut self, name: &str, id: Option<&str>) -> bool {
        let before = self.0.len();
        self.0.retain(|template| template.name != name || id.is_some_and(|id| id != template.id));
        self.0.len() < before
    }

    /// Checks the `template` object of a send; `None` for an unknown one if `accept_unknown`.
    pub(crate) fn check(&self, sent: &Value, accept_unknown: bool) -> Result<Option<&Template>, GraphError> {
        let name = sent["name"].as_str().unwrap_or_default();
        let language = sent["language"]["code"].as_str().unwrap_or_default();
        match self.find(name, language) {
            Some(template) => {
                template.sendable()?;
                check::components(&template.shape, template.named, &sent["components"])?;
                Ok(Some(template))
            }
            None if accept_unknown => Ok(None),
            None => Err(GraphError::new(132001, format!("template name ({name}) does not exist in {language}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates(status: &str) -> Templates {
        let mut templates = Templates::default();
        let template = Template::read(&json!({
            "name": "order_update", "language": "es", "category": "utility", "status": status,
            "components": [{"type": "BODY", "text": "Pedido {{1}} en camino"}],
        }));
        templates.put(template.unwrap(), "17".to_owned());
        templates
    }

    fn code(templates: &Templates, name: &str, language: &str) -> Result<(), u32> {
        let sent = json!({"name": name, "language": {"code": language},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "42"}]}]});
        templates.check(&sent, false).map(|_| ()).map_err(|error| error.code)
    }

    #[test]
    fn name_language_and_status_decide() {
        let approved = templates("APPROVED");
        assert_eq!(code(&approved, "order_update", "es"), Ok(()));
        assert_eq!(code(&approved, "order_update", "en"), Err(132001));
        assert_eq!(code(&approved, "other", "es"), Err(132001));
        assert_eq!(code(&templates("PAUSED"), "order_update", "es"), Err(132015));
        assert_eq!(code(&templates("DISABLED"), "order_update", "es"), Err(132016));
        assert_eq!(code(&templates("PENDING"), "order_update", "es"), Err(132001));
        assert_eq!(code(&templates("REJECTED"), "order_update", "es"), Err(132001));
    }

    #[test]
    fn a_bad_definition_is_named() {
        let error = Template::read(&json!({"name": "promo", "language": "es", "components": []})).unwrap_err();
        assert_eq!(error.to_string(), "template promo: it has no BODY component");
    }

    #[test]
    fn removing_a_name_removes_all_languages_unless_one_is_meant() {
        let mut all = templates("APPROVED");
        let english = Template::read(&json!({"name": "order_update", "language": "en",
            "components": [{"type": "BODY", "text": "Hi"}]}));
        all.put(english.unwrap(), "18".to_owned());
        assert!(all.remove("order_update", Some("18")));
        assert_eq!(all.list().len(), 1);
        assert!(all.remove("order_update", None));
        assert!(!all.remove("order_update", None));
    }
}
