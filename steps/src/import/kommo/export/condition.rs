//! Our conditions as Kommo's, where Kommo has the test.

use serde_json::{Map, Value, json};

use super::{
    Writer,
    group::kept_value,
    list,
    test::{Asked, Found, said_words},
    text,
};
use crate::import::kommo::{answer::NEVER_MATCHES, condition::NEVER};

impl Writer<'_> {
    pub(super) fn condition(&mut self, step: &Value) -> Value {
        let otherwise = step["otherwise"].as_str().or(step["next"].as_str());
        if let Some(items) = self.said_branches(step) {
            return json!({"question": [{"handler": "buttons", "params": items}, self.jump(otherwise)]});
        }
        let mut question = Vec::new();
        for branch in list(step, "branches") {
            let when = branch["when"].as_str().unwrap_or_default();
            let mut to = branch["goto"].as_str();
            let kept = to.and_then(|to| self.steps.get(to)).and_then(kept_value);
            let asked = self.asked(when, kept).or_else(|| {
                self.lose(format!("the condition `{when}`: Kommo never takes this branch"));
                self.asked(NEVER, None)
            });
            let Some(Asked { handler, logic, tests, found }) = asked else { continue };
            // A validation keeps what it found by itself.
            if found == Found::IsKept {
                to = to.and_then(|to| self.steps[to]["next"].as_str());
            }
            let result = [self.jump(to)];
            question.push(json!({"handler": handler, "params": {"logic": logic, "conditions": tests, "result": result}}));
        }
        question.push(self.jump(otherwise));
        json!({"question": question})
    }

    /// Branches that look at what the customer said, as those of an answer: by words, which the label shows, and by patterns.
    fn said_branches(&self, step: &Value) -> Option<Vec<Value>> {
        let branches: Vec<&Value> = list(step, "branches").collect();
        let has_kept =
            |branch: &&&Value| branch["goto"].as_str().and_then(|to| self.steps.get(to)).and_then(kept_value).is_some();
        let is_labelled = branches.iter().any(|branch| branch.get("label").is_some());
        // Validations would keep what they find where nothing else does.
        let is_quiet = self.keeps_validated && !branches.iter().any(|branch| has_kept(&branch));
        if !is_labelled && !is_quiet {
            return None;
        }
        branches.iter().map(|branch| self.said_branch(branch)).collect()
    }

    fn said_branch(&self, branch: &Value) -> Option<Value> {
        let (words, patterns) = said_words(branch["when"].as_str()?)?;
        let mut item = Map::new();
        let mut words = words.into_iter();
        if let Some(label) = branch["label"].as_str() {
            let first = words.next()?;
            let is_label = crate::import::kommo::answer::folded(label) == first;
            item.insert("value".to_owned(), if is_label { label.to_owned() } else { first }.into());
        }
        let synonyms: Vec<String> = words.collect();
        item.insert("synonyms".to_owned(), synonyms.into());
        match patterns.as_slice() {
            [] => {}
            [None] => {
                item.insert("regex".to_owned(), NEVER_MATCHES.into());
            }
            [Some(pattern)] => {
                item.insert("regex".to_owned(), text::php(pattern).into());
            }
            _ => return None,
        }
        item.insert("params".to_owned(), json!([self.jump(branch["goto"].as_str())]));
        Some(Value::Object(item))
    }

    /// What an `ask` expects, as a validation that leads to its `next`.
    pub(super) fn validation(&mut self, step: &Value) -> Option<Value> {
        let expect = step.get("expect")?;
        let (kind, wanted) = match (expect.as_str(), expect["pattern"].as_str()) {
            (Some(kind @ ("email" | "phone")), _) => (kind, Value::from("")),
            (Some("number"), _) => {
                let bounds = [("from", "min"), ("to", "max")].into_iter().filter(|(_, ours)| step.get(*ours).is_some());
                (
                    "range_numbers",
                    Value::Object(bounds.map(|(kommo, ours)| (kommo.to_owned(), step[ours].clone())).collect::<Map<_, _>>()),
                )
            }
            (None, Some(pattern)) => ("regex", text::php(pattern).into()),
            _ => {
                self.lose("what a question expects: Kommo knows e-mails, phones, numbers and patterns");
                return None;
            }
        };
        let test = json!({"client_value": "{{message_text}}", "type": kind, "operation": "contains", "condition_value": wanted});
        let result = self.jump(step["next"].as_str());
        Some(json!({"handler": "validations", "params": {"logic": "and", "conditions": [test], "result": [result]}}))
    }
}
