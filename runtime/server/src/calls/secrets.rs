//! The values of `secrets.NAME`.

use std::collections::HashMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use steps::{event::CallResult, secrets::percent_encoded};

/// Secrets by name.
#[derive(Clone, Debug, Default)]
pub struct Secrets(HashMap<String, SecretString>);

impl Secrets {
    /// Reads the secrets that the settings declare: names, each with the environment variable that holds its value. An empty variable
    /// counts as not set, and its secret as missing.
    pub fn read<'n>(
        declared: impl IntoIterator<Item = (&'n String, &'n String)>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let set = |variable: &str| environment(variable).filter(|value| !value.trim().is_empty());
        let secrets =
            declared.into_iter().filter_map(|(name, variable)| Some((name.clone(), SecretString::from(set(variable)?))));
        Secrets(secrets.collect())
    }

    /// The value, for [`steps::secrets::reveal`].
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.expose_secret().to_owned())
    }

    /// A reply without the values of secrets, wherever they stand in it.
    pub(super) fn mask_result(&self, result: CallResult) -> CallResult {
        match result {
            CallResult::Http { status, json, text } if !self.0.is_empty() => {
                CallResult::Http { status, json: json.map(|json| self.mask_json(json)), text: self.mask(&text) }
            }
            other => other,
        }
    }

    fn mask_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.mask(&text)),
            Value::Array(values) => values.into_iter().map(|value| self.mask_json(value)).collect(),
            Value::Object(values) => {
                Value::Object(values.into_iter().map(|(key, value)| (self.mask(&key), self.mask_json(value))).collect())
            }
            other => other,
        }
    }

    /// The text with every value replaced by its name, also where it stands percent-encoded.
    pub(super) fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for (name, value) in &self.0 {
            let value = value.expose_secret();
            let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
            // As a JSON text writes it, without its quotes.
            let escaped = Value::from(value).to_string();
            // A query has two ways to write a space.
            let in_path = percent_encoded(value);
            for form in [value, &encoded, &in_path, &value.to_ascii_lowercase(), escaped.trim_matches('"')] {
                masked = masked.replace(form, &format!("{{{{ secrets.{name} }}}}"));
            }
        }
        masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_from_the_variables_that_the_settings_name() {
        let declared = [("crm".to_owned(), "CRM_TOKEN".to_owned()), ("gone".to_owned(), "GONE".to_owned())];
        let environment = |name: &str| Some(if name == "CRM_TOKEN" { "s3cr3t/x".to_owned() } else { "  ".to_owned() });
        let secrets = Secrets::read(declared.iter().map(|(name, variable)| (name, variable)), environment);
        assert_eq!((secrets.value("crm").as_deref(), secrets.value("gone")), (Some("s3cr3t/x"), None));
        assert_eq!(secrets.mask("at s3cr3t/x or s3cr3t%2Fx"), "at {{ secrets.crm }} or {{ secrets.crm }}");
        assert!(!format!("{secrets:?}").contains("s3cr3t"));
    }
}
