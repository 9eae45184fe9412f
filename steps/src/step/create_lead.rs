//! `create_lead`: a new lead, which is the current one from here on.

use compact_str::CompactString;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Behaviour, stage};
use crate::{
    contact::Lead,
    data::Data,
    expression::Text,
    ids::StepId,
    path::{LeadProperty, Path},
    turn::{Failure, Next, Stop, Turn},
    write,
};

/// The most leads of one contact. Our own: beyond it a bot runs in circles.
pub use crate::contact::MAX_LEADS;

/// Makes a new lead, which is the current one from here on.
///
/// The first message of a customer makes a lead by itself; this step makes a further one, such as for another product.
///
/// ```json
/// {"type": "create_lead", "name": "{{ contact.name }}: upgrade", "pipeline": "sales", "stage": "new", "price": 900, "tags": ["upgrade"], "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CreateLead {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// The pipeline that the lead begins in. Left out: the first pipeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "pipeline"))]
    pub pipeline: Option<CompactString>,
    /// The stage that the lead begins in. Left out: the pipeline's first stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "stage"))]
    pub stage: Option<CompactString>,
    /// A number, or a text that gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Data>,
    /// The lead's fields by their keys.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9_]{0,63}$", "x-kind": "lead_field"}))]
    pub fields: IndexMap<String, Data>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Text>,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl CreateLead {
    /// What stands in the lead, converted to what its places hold.
    fn values(&self, turn: &Turn<'_>) -> Result<Vec<(Path, Value)>, Stop> {
        let mut values = Vec::new();
        if let Some(name) = &self.name {
            values.push((Path::Lead(LeadProperty::Name), turn.value(name)?));
        }
        if let Some(price) = &self.price {
            values.push((Path::Lead(LeadProperty::Price), turn.data(price)?));
        }
        for (key, data) in &self.fields {
            let path = format!("lead.fields.{key}").parse().map_err(|error| Failure::new("conversion", format!("{error}")))?;
            values.push((path, turn.data(data)?));
        }
        let converted = values.into_iter().map(|(path, value)| Ok((path.clone(), write::prepare(&turn.state, &path, value)?)));
        converted.collect()
    }
}

impl Behaviour for CreateLead {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let (first_pipeline, _) = turn.environment().first_stage();
        let names = turn.environment().crm_names.clone();
        let named = self.pipeline.as_deref().map(|named| names.pipeline(named).into());
        let pipeline: CompactString = named.unwrap_or(first_pipeline);
        let named = self.stage.as_deref().map(|named| CompactString::from(names.stage(&pipeline, named)));
        stage::check(turn.environment(), &pipeline, named.as_deref())?;
        let first_stage = turn.environment().pipelines.get(pipeline.as_str()).and_then(|pipeline| pipeline.stages.first());
        let stage = named.or_else(|| first_stage.map(CompactString::from)).unwrap_or_default();
        let values = self.values(turn)?;
        let tags = super::tags::filled(turn, &self.tags)?;
        let lead = push(turn, pipeline, stage)?;
        lead.tags = tags;
        // Writes go to the newest open lead, so this one is open until all is written.
        let (id, closed) = (lead.id.clone(), std::mem::take(&mut lead.closed));
        for (path, value) in values {
            write::write(turn, &path, value);
        }
        if let Some(lead) = turn.contact_mut().leads.iter_mut().find(|lead| lead.id == id) {
            lead.closed = closed;
        }
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// Adds a lead and tells of it.
pub(super) fn push<'t>(turn: &'t mut Turn<'_>, pipeline: CompactString, stage: CompactString) -> Result<&'t mut Lead, Stop> {
    if turn.contact().leads.len() >= MAX_LEADS {
        return Err(Failure::new("too_large", format!("a contact has at most {MAX_LEADS} leads")).into());
    }
    let closed = turn.environment().is_closed(&pipeline, &stage);
    let lead = turn.state_mut().new_lead();
    lead.pipeline = pipeline.clone();
    lead.stage = stage.clone();
    lead.closed = closed;
    let id = lead.id.clone();
    write::lead_created(turn, id, pipeline, stage);
    Ok(turn.contact_mut().leads.last_mut().expect("a lead was just pushed"))
}
