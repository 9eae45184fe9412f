//! Catalogues: lists of things that a business has, such as prices, promo codes or branches; what a search brings of them and of contacts; and
//! the items that a lead has. Where catalogues are kept and how they are searched is not the language's.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::write::plain_number;

/// The most items of one lead. Our own: a lead is a deal, not a warehouse.
pub const MAX_ITEMS: usize = 100;
/// The largest quantity of an item. Our own: beyond it a bot has read a phone number as one.
pub const MAX_QUANTITY: f64 = 1_000_000.0;

/// Where something is looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindIn {
    /// A catalogue, by its name in the settings.
    Catalog(#[schemars(with = "String", extend("x-kind" = "catalog"))] CompactString),
    /// All contacts of the account.
    Contacts,
}

/// How near to the value a name has to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// The same but for case, accents and spaces.
    Exact,
    /// Else one in whose name all words of the value stand.
    #[default]
    Words,
}

/// An item of a catalogue, or a contact.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Found {
    pub id: CompactString,
    pub name: String,
    /// Of an item, where its catalogue has prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    /// What else a catalogue says of an item.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// Of a contact: it is the one that the bot talks with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_self: Option<bool>,
}

impl Found {
    /// As expressions read it. Of a contact they learn no more than who it is: it may be another customer.
    pub fn json(&self, of: &FindIn) -> Value {
        match of {
            FindIn::Catalog(_) => {
                let price = self.price.and_then(plain_number);
                json!({"id": self.id, "name": self.name, "price": price, "fields": self.fields})
            }
            FindIn::Contacts => {
                json!({"id": self.id, "name": self.name, "is_self": self.is_self.unwrap_or_default()})
            }
        }
    }
}

/// Something of a catalogue that a lead has.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeadItem {
    pub catalog: CompactString,
    /// Its id in the catalogue.
    pub item: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    pub quantity: f64,
}

impl LeadItem {
    pub fn is(&self, catalog: &str, item: &str) -> bool {
        self.catalog == catalog && self.item == item
    }

    /// As expressions read it.
    pub fn json(&self) -> Value {
        json!({
            "catalog": self.catalog,
            "item": self.item,
            "name": self.name,
            "price": self.price.and_then(plain_number),
            "quantity": plain_number(self.quantity),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_contacts_no_more_is_told_than_who_they_are() {
        let fields = Map::from_iter([("city".to_owned(), json!("Lisbon"))]);
        let found = Found { id: "7".into(), name: "Ana".into(), price: Some(12.0), fields, is_self: None };
        let item = found.json(&FindIn::Catalog("promo".into()));
        assert_eq!(item, json!({"id": "7", "name": "Ana", "price": 12, "fields": {"city": "Lisbon"}}));
        assert_eq!(found.json(&FindIn::Contacts), json!({"id": "7", "name": "Ana", "is_self": false}));
    }
}
