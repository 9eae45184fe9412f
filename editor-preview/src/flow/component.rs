//! The components of a screen, and which of them are there: `If`, `Switch`, `visible` and `Form` are followed here, and nowhere else.

use serde_json::{Map, Value};

use super::binding::Scope;

/// One component, as it is written. Its properties are read by [`Scope`], which fills in what is bound.
#[derive(Clone, Debug)]
pub(super) struct Component {
    properties: Map<String, Value>,
    /// What it is made of, by the word for it: the `children` of a `Form`, `then` and `else` of an `If`, the cases of a `Switch`.
    branches: Vec<(String, Vec<Component>)>,
}

/// A component that is shown.
#[derive(Clone, Debug)]
pub(super) struct Placed<'f> {
    /// Where it stands in the screen: `2`, `0.3`. The same whatever else is shown.
    pub at: String,
    pub component: &'f Component,
    /// The `Form` around it, which may hold first values and error texts of its fields.
    pub form: Option<&'f Component>,
}

impl Component {
    pub fn list(children: &Value) -> Vec<Component> {
        let children = children.as_array().map(Vec::as_slice).unwrap_or_default();
        children.iter().filter_map(Value::as_object).map(Component::read).collect()
    }

    fn read(properties: &Map<String, Value>) -> Component {
        let kind = properties.get("type").and_then(Value::as_str).unwrap_or_default();
        let branch = |key: &str| Some((key.to_owned(), Component::list(properties.get(key)?)));
        let branches = match kind {
            "Form" => branch("children").into_iter().collect(),
            "If" => branch("then").into_iter().chain(branch("else")).collect(),
            "Switch" => {
                let cases = properties.get("cases").and_then(Value::as_object);
                cases.into_iter().flatten().map(|(case, children)| (case.clone(), Component::list(children))).collect()
            }
            _ => Vec::new(),
        };
        Component { properties: properties.clone(), branches }
    }

    pub fn kind(&self) -> &str {
        self.properties.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.properties.get(key)
    }

    /// Which of its branches is shown.
    fn taken(&self, scope: &Scope<'_>) -> String {
        match self.kind() {
            "If" if scope.holds(self.get("condition")) => "then".to_owned(),
            "If" => "else".to_owned(),
            "Switch" => {
                let value = scope.words(self.get("value"));
                let is_there = self.branches.iter().any(|(case, _)| *case == value);
                if is_there { value } else { "default".to_owned() }
            }
            _ => "children".to_owned(),
        }
    }

    /// What its field is called; None: it has no answer.
    pub fn name(&self) -> Option<&str> {
        self.get("name").and_then(Value::as_str)
    }
}

/// What is shown of these components, in order.
pub(super) fn shown<'f>(components: &'f [Component], scope: &Scope<'_>) -> Vec<Placed<'f>> {
    let mut found = Vec::new();
    walk(components, "", None, Some(scope), &mut found);
    found
}

/// All of these components that are not made of others, shown or not.
pub(super) fn all(components: &[Component]) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    walk(components, "", None, None, &mut found);
    found
}

/// Without a scope every branch is followed.
fn walk<'f>(
    components: &'f [Component],
    before: &str,
    form: Option<&'f Component>,
    scope: Option<&Scope<'_>>,
    found: &mut Vec<Placed<'f>>,
) {
    for (place, component) in components.iter().enumerate() {
        if scope.is_some_and(|scope| !scope.flag(component, "visible", true)) {
            continue;
        }
        let at = format!("{before}{place}");
        let taken = scope.map(|scope| component.taken(scope));
        let form = if component.kind() == "Form" { Some(component) } else { form };
        for (branch, children) in &component.branches {
            if taken.as_ref().is_none_or(|taken| taken == branch) {
                walk(children, &format!("{at}.{branch}."), form, scope, found);
            }
        }
        if !matches!(component.kind(), "Form" | "If" | "Switch") {
            found.push(Placed { at, component, form });
        }
    }
}
