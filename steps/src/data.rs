//! Data with texts in it: what `set`, `variables`, `json`, `form`, `query` and `data` hold. A text that is exactly one `{{ }}` keeps its
//! value's type; any other becomes text.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::expression::Text;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Data {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(Text),
    List(Vec<Data>),
    Map(IndexMap<String, Data>),
}

impl Data {
    /// Fills it in by `text`, which evaluates one text to a value.
    pub fn fill<E>(&self, text: &mut impl FnMut(&Text) -> Result<Value, E>) -> Result<Value, E> {
        Ok(match self {
            Data::Null => Value::Null,
            Data::Boolean(value) => Value::Bool(*value),
            Data::Integer(value) => Value::from(*value),
            Data::Number(value) => Value::from(*value),
            Data::Text(value) => text(value)?,
            Data::List(values) => Value::Array(values.iter().map(|value| value.fill(text)).collect::<Result<_, E>>()?),
            Data::Map(values) => {
                Value::Object(values.iter().map(|(key, value)| Ok((key.clone(), value.fill(text)?))).collect::<Result<_, E>>()?)
            }
        })
    }
}

impl JsonSchema for Data {
    fn schema_name() -> Cow<'static, str> {
        "Data".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Any JSON; its strings are texts. A string that is exactly one `{{ }}` keeps its value's type.",
            "x-kind": "data"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled_at_any_depth_and_the_first_error_counts() {
        let data: Data = serde_json::from_str(r#"{"a": ["x", {"b": "y"}], "n": null, "i": 3, "f": 2.0}"#).unwrap();
        let filled = data.fill(&mut |text| Ok::<_, ()>(Value::from(text.source().to_uppercase()))).unwrap();
        assert_eq!(filled, serde_json::json!({"a": ["X", {"b": "Y"}], "n": null, "i": 3, "f": 2.0}));
        let failed = data.fill(&mut |text| if text.source() == "y" { Err("y") } else { Ok(Value::Null) });
        assert_eq!(failed, Err("y"));
    }

    #[test]
    fn a_text_that_does_not_compile_is_no_data() {
        serde_json::from_str::<Data>(r#"{"a": "{{ 1 + }}"}"#).unwrap_err();
    }

    #[test]
    fn every_json_is_data() {
        let json = r#"{"a":[1,2.5,"x",null,true],"b":{"c":"{{ vars.d }}"}}"#;
        let data: Data = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&data).unwrap(), json);
        let filled = data.fill(&mut |text| Ok::<_, ()>(Value::from(text.source()))).unwrap();
        assert_eq!(filled["b"]["c"], "{{ vars.d }}");
    }
}
