//! `items`: what of a catalogue the lead is about.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Behaviour;
use crate::{
    bot::VariableKind,
    catalog::{LeadItem, MAX_ITEMS, MAX_QUANTITY},
    data::Data,
    expression::{Text, plain_text},
    fact::Fact,
    ids::StepId,
    trace::Traced,
    turn::{Failure, Next, Stop, Turn},
    write,
};

/// The longest id or name of an item, in characters. Our own.
pub const MAX_TEXT: usize = 255;

/// Puts items of catalogues on the lead, and takes items off: what the customer wants, and how much of it.
///
/// An item that is there already gets the new quantity, and a name and price where they are given; one that is not there can't be taken off, which changes nothing. A
/// lead has up to 100 items, read as `lead.items`: a list of `catalog`, `item`, `name`, `price` and `quantity`. With a CRM whose list the catalogue is, they are linked there.
///
/// ```json
/// {"type": "items", "add": [{"catalog": "menu", "item": "{{ vars.dish.id ?? \"pizza\" }}", "name": "{{ vars.dish.name }}", "price": "{{ vars.dish.price }}", "quantity": 2}], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Items {
    /// What is put on the lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub add: Vec<AddedItem>,
    /// What is taken off the lead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    pub remove: Vec<RemovedItem>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

/// An item that is put on the lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AddedItem {
    /// The catalogue that it is of.
    #[schemars(with = "String", extend("x-kind" = "catalog"))]
    pub catalog: CompactString,
    /// The item's id in the catalogue, as `find` gives it. An empty one adds nothing.
    pub item: Text,
    /// How much of it: a number, or a text that gives one. Left out: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Data>,
    /// What people read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// What one of it costs: a number, or a text that gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Data>,
}

/// An item that is taken off the lead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RemovedItem {
    /// The catalogue that it is of.
    #[schemars(with = "String", extend("x-kind" = "catalog"))]
    pub catalog: CompactString,
    /// The item's id in the catalogue.
    pub item: Text,
}

/// The id of an item; None where the text is empty.
fn id(turn: &Turn<'_>, catalog: &str, item: &Text) -> Result<Option<CompactString>, Stop> {
    if !turn.environment().has_catalog(catalog) {
        return Err(Failure::new("unknown_catalog", format!("there is no catalogue {catalog:?}")).into());
    }
    let id = bounded("item", turn.own_text(item)?)?;
    Ok(id.map(CompactString::from))
}

fn bounded(key: &str, text: String) -> Result<Option<String>, Stop> {
    let text = text.trim();
    if text.chars().count() > MAX_TEXT {
        return Err(Failure::new("too_large", format!("`{key}` of an item has at most {MAX_TEXT} characters")).into());
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}

/// A number that is given; None for a missing value or an empty text.
fn number(turn: &Turn<'_>, key: &str, data: Option<&Data>) -> Result<Option<f64>, Stop> {
    let value = data.map(|data| turn.data(data)).transpose()?.unwrap_or_default();
    if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Ok(None);
    }
    let number = write::to_kind(&turn.state, VariableKind::Number, &value).and_then(|number| number.as_f64());
    number.map(Some).ok_or_else(|| {
        let shown: String = plain_text(&value).chars().take(60).collect();
        Failure::new("conversion", format!("`{key}` of an item has to be a number; {shown:?} is not")).into()
    })
}

impl AddedItem {
    fn filled(&self, turn: &Turn<'_>) -> Result<Option<LeadItem>, Stop> {
        let Some(item) = id(turn, &self.catalog, &self.item)? else { return Ok(None) };
        let quantity = number(turn, "quantity", self.quantity.as_ref())?.unwrap_or(1.0);
        if quantity <= 0.0 || quantity > MAX_QUANTITY {
            let text = format!("`quantity` of an item is more than 0 and at most {MAX_QUANTITY}; {quantity} is not");
            return Err(Failure::new("conversion", text).into());
        }
        let name = self.name.as_ref().map(|name| turn.own_text(name)).transpose()?.unwrap_or_default();
        let (name, price) = (bounded("name", name)?, number(turn, "price", self.price.as_ref())?);
        Ok(Some(LeadItem { catalog: self.catalog.clone(), item, name, price, quantity }))
    }
}

impl Behaviour for Items {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let mut removed = Vec::new();
        for RemovedItem { catalog, item } in &self.remove {
            removed.extend(id(turn, catalog, item)?.map(|id| (catalog.clone(), id)));
        }
        let added = self.add.iter().map(|item| item.filled(turn)).collect::<Result<Vec<_>, _>>()?;
        change(turn, added.into_iter().flatten().collect(), &removed)?;
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// Takes items off the lead and puts items on it, and tells of each that is different from before.
fn change(turn: &mut Turn<'_>, added: Vec<LeadItem>, removed: &[(CompactString, CompactString)]) -> Result<(), Stop> {
    let before = turn.contact().lead().map(|lead| lead.items.clone()).unwrap_or_default();
    let mut items = before.clone();
    items.retain(|known| !removed.iter().any(|(catalog, item)| known.is(catalog, item)));
    for item in added {
        match items.iter_mut().find(|known| known.is(&item.catalog, &item.item)) {
            Some(known) => {
                let (name, price) = (item.name.or(known.name.take()), item.price.or(known.price));
                *known = LeadItem { name, price, ..item };
            }
            None => items.push(item),
        }
    }
    if items.len() > MAX_ITEMS {
        return Err(Failure::new("too_large", format!("a lead has at most {MAX_ITEMS} items")).into());
    }
    if items == before {
        return Ok(());
    }
    let lead = write::lead(turn);
    let id = lead.id.clone();
    lead.items.clone_from(&items);
    turn.facts.extend(facts(&id, &before, &items));
    let session = turn.session_id();
    turn.trace.push(session, Traced::Set { path: "lead.items".into(), value: items.iter().map(LeadItem::json).collect() });
    Ok(())
}

/// What became of the items of a lead, for the journal.
pub fn facts(lead: &str, before: &[LeadItem], now: &[LeadItem]) -> Vec<Fact> {
    let fact = |item: &LeadItem, quantity: Option<f64>| Fact::ItemChanged {
        lead: lead.into(),
        catalog: item.catalog.clone(),
        item: item.item.clone(),
        name: item.name.clone(),
        quantity,
    };
    let gone = before.iter().filter(|item| !now.iter().any(|known| known.is(&item.catalog, &item.item)));
    let changed = now.iter().filter(|item| !before.contains(item));
    gone.map(|item| fact(item, None)).chain(changed.map(|item| fact(item, Some(item.quantity)))).collect()
}
