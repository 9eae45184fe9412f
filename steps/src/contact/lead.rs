//! A lead of the contact.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::is_default;
use crate::catalog::LeadItem;

/// A deal in the pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    pub id: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub pipeline: CompactString,
    #[serde(default, skip_serializing_if = "is_default")]
    pub stage: CompactString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The id of an agent or team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<CompactString>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// What of catalogues it is about. At most [`MAX_ITEMS`](crate::catalog::MAX_ITEMS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<LeadItem>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed: bool,
    /// The CRM's id of a lead that was made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm: Option<CompactString>,
    /// When it last changed in the CRM as far as is known here, by the CRM's clock, in Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crm_updated: Option<i64>,
}

impl Lead {
    /// The CRM's id of this lead: its own where it came from there. None: the CRM does not have it.
    pub fn crm_id(&self) -> Option<&str> {
        let is_theirs = !self.id.is_empty() && self.id.bytes().all(|byte| byte.is_ascii_digit());
        self.crm.as_deref().or(Some(self.id.as_str()).filter(|_| is_theirs))
    }
}
