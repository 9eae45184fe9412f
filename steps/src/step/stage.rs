//! `stage`: the lead moves through its pipeline.

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Behaviour, create_lead};
use crate::{
    environment::Environment,
    fact::Fact,
    ids::StepId,
    turn::{Change, Failure, Next, Stop, Turn},
};

/// Moves the current lead to a stage, in its own or another pipeline.
///
/// Without a lead, one is made there. A stage in which leads are won or lost closes the lead. Bots that are triggered by the stage start.
///
/// ```json
/// {"type": "stage", "pipeline": "sales", "stage": "qualified", "next": "done"}
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    /// The pipeline of the stage. Left out: the lead's own pipeline; without a lead the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-kind" = "pipeline"))]
    pub pipeline: Option<CompactString>,
    #[schemars(with = "String", extend("x-kind" = "stage"))]
    pub stage: CompactString,
    /// Where the bot goes on. Left out: the bot ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<StepId>,
}

impl Behaviour for Stage {
    fn run(&self, turn: &mut Turn<'_>) -> Result<Next, Stop> {
        let own = turn.contact().lead().map(|lead| lead.pipeline.clone()).filter(|pipeline| !pipeline.is_empty());
        let names = turn.environment().crm_names.clone();
        let named = self.pipeline.as_deref().map(|named| names.pipeline(named).into());
        let pipeline: CompactString = named.or(own).unwrap_or_else(|| turn.environment().first_stage().0);
        let stage: CompactString = names.stage(&pipeline, &self.stage).into();
        check(turn.environment(), &pipeline, Some(&stage))?;
        let closed = turn.environment().is_closed(&pipeline, &stage);
        let Some(lead) = turn.contact_mut().lead_mut() else {
            create_lead::push(turn, pipeline, stage)?;
            return Ok(Next::Go(self.next.clone()));
        };
        if lead.pipeline != pipeline || lead.stage != stage {
            let id = lead.id.clone();
            let from = std::mem::replace(&mut lead.stage, stage.clone());
            lead.pipeline = pipeline.clone();
            lead.closed = closed;
            turn.facts.push(Fact::StageChanged { lead: id, pipeline: pipeline.clone(), from: from.clone(), to: stage.clone() });
            turn.changes.push(Change::Stage { pipeline, from, to: stage, created: false });
        }
        Ok(Next::Go(self.next.clone()))
    }

    fn next(&self) -> Option<&StepId> {
        self.next.as_ref()
    }
}

/// Whether the account has this stage. With no pipelines declared any name is accepted.
pub(super) fn check(environment: &Environment, pipeline: &str, stage: Option<&str>) -> Result<(), Stop> {
    if environment.pipelines.is_empty() {
        return Ok(());
    }
    let Some(known) = environment.pipelines.get(pipeline) else {
        return Err(Failure::new("unknown_stage", format!("there is no pipeline {pipeline:?}")).into());
    };
    match stage {
        Some(stage) if !known.has_stage(stage) => {
            Err(Failure::new("unknown_stage", format!("pipeline {pipeline:?} has no stage {stage:?}")).into())
        }
        _ => Ok(()),
    }
}
