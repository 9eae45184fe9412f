//! Forms (WhatsApp Flows) as the customer fills them in: one screen drawn, one action taken, all of it a function of what is asked.
//!
//! A form is a file of Flow JSON (`whatsapp-cloud-api` §17, Flow JSON). It is read tolerantly: what is missing has Meta's default, what is
//! not known is drawn by its name. [`binding`] gives properties their values, [`fields`] says which answers fit, `draw` paints a screen,
//! [`Flow::answer`] takes an action. Whoever fills in keeps the state: it comes back in the answer, and goes in again with the next action.

mod act;
mod binding;
mod component;
mod draw;
mod expression;
mod fields;
mod rich;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

pub use act::{Act, Answer, Asked};

use self::component::Component;

/// The versions of Flow JSON that are drawn. Older ones have the same components and fewer of them.
const OLDEST: (u32, u32) = (2, 1);
const NEWEST: (u32, u32) = (7, 3);
/// What Meta names the end of a form that an endpoint finishes; no screen may have that name.
const SUCCESS: &str = "SUCCESS";

/// A form.
#[derive(Clone, Debug)]
pub struct Flow {
    pub version: String,
    screens: Vec<Screen>,
}

#[derive(Clone, Debug)]
struct Screen {
    id: String,
    title: String,
    terminal: bool,
    /// The data that the screen declares: `{name: {type, __example__}}`.
    data: Map<String, Value>,
    children: Vec<Component>,
}

/// Why a document is no form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoFlow(pub String);

impl std::fmt::Display for NoFlow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NoFlow {}

impl Flow {
    /// Reads Flow JSON.
    ///
    /// # Errors
    /// It has no version that is known, or no screens.
    pub fn read(document: &Value) -> Result<Flow, NoFlow> {
        let version = match &document["version"] {
            Value::String(version) => version.clone(),
            Value::Number(version) => version.to_string(),
            _ => return Err(NoFlow("it has no `version`, so it is no Flow JSON".to_owned())),
        };
        let known = number_of(&version).is_some_and(|number| (OLDEST..=NEWEST).contains(&number));
        if !known {
            let range = format!("{}.{} to {}.{}", OLDEST.0, OLDEST.1, NEWEST.0, NEWEST.1);
            return Err(NoFlow(format!("its `version` is {version:?}; {range} can be drawn")));
        }
        let screens = document["screens"].as_array().map(Vec::as_slice).unwrap_or_default();
        let screens: Vec<Screen> =
            screens.iter().enumerate().map(|(place, screen)| Screen::read(place, screen)).collect::<Result<_, _>>()?;
        if screens.is_empty() {
            return Err(NoFlow("it has no `screens`".to_owned()));
        }
        Ok(Flow { version, screens })
    }

    /// The ids of its screens, in their order.
    pub fn screens(&self) -> impl ExactSizeIterator<Item = &str> {
        self.screens.iter().map(|screen| screen.id.as_str())
    }

    fn screen(&self, id: &str) -> Option<&Screen> {
        self.screens.iter().find(|screen| screen.id == id)
    }
}

impl Screen {
    fn read(place: usize, screen: &Value) -> Result<Screen, NoFlow> {
        let text = |key: &str| screen[key].as_str().unwrap_or_default().to_owned();
        let id = text("id");
        if id.is_empty() || id == SUCCESS {
            return Err(NoFlow(format!("`screens[{place}].id` has to be a name, and not {SUCCESS}")));
        }
        Ok(Screen {
            id,
            title: text("title"),
            terminal: screen["terminal"].as_bool().unwrap_or_default(),
            data: screen["data"].as_object().cloned().unwrap_or_default(),
            children: Component::list(&screen["layout"]["children"]),
        })
    }

    /// Its data: what was given, and for the rest the examples that it declares.
    fn data(&self, given: &Map<String, Value>) -> Map<String, Value> {
        let examples = self.data.iter().filter_map(|(name, declared)| Some((name.clone(), declared.get("__example__")?.clone())));
        examples.chain(given.clone()).collect()
    }
}

/// `7.1` as numbers.
fn number_of(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
