//! What a CRM tells of its own leads and contacts, and whom it is asked about.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Gone;
use crate::{
    catalog::LeadItem,
    ids::{BotId, ContactId},
};

/// A contact of whom the CRM is asked what it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrmWanted {
    pub contact: ContactId,
    /// The CRM's id of the contact, where it is known.
    pub crm: Option<CompactString>,
    /// The CRM's id of the current lead, where it has one.
    pub lead: Option<CompactString>,
    /// In E.164.
    pub phone: Option<String>,
}

/// What a CRM says of a contact, and of one of its leads.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrmNews {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<CrmContact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<CrmLead>,
    /// The lead was made just now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub created: bool,
    /// The lead came from this stage just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The lead got another owner just now.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reassigned: bool,
    /// A bot of ours takes the conversation over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<CrmRun>,
    /// It was deleted, or became part of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
}

/// A contact as the CRM has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrmContact {
    pub id: CompactString,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// In E.164; the first is the one to show.
    #[serde(default)]
    pub phones: Vec<String>,
    #[serde(default)]
    pub owner: Option<CompactString>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub fields: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<CrmCompany>,
}

/// A company as the CRM has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrmCompany {
    pub id: CompactString,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub fields: Map<String, Value>,
}

/// A lead as the CRM has it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrmLead {
    pub id: CompactString,
    /// When it changed last, by the CRM's clock, in Unix seconds.
    #[serde(default)]
    pub updated: i64,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub pipeline: CompactString,
    #[serde(default)]
    pub stage: CompactString,
    #[serde(default)]
    pub price: Option<f64>,
    #[serde(default)]
    pub owner: Option<CompactString>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// None: the CRM does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<CrmItems>,
    #[serde(default)]
    pub closed: bool,
}

/// The items of a lead as the CRM has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CrmItems {
    /// Catalogues that the CRM has, besides those that go by their ids there: of others it knows no items.
    #[serde(default)]
    pub catalogs: Vec<CompactString>,
    #[serde(default)]
    pub items: Vec<LeadItem>,
}

/// A conversation that a bot of the CRM hands to one of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrmRun {
    pub bot: BotId,
    #[serde(default)]
    pub data: Value,
    /// Where the CRM's bot goes on when ours has ended.
    pub address: String,
}
