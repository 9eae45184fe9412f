//! What happened, and which triggers it fits.

use super::*;
use steps::crm_names::CrmNames;

/// What happened, as triggers see it.
#[derive(Clone, Debug)]
pub(crate) enum Occasion {
    Stage { pipeline: String, stage: String, previous: Option<String>, created: bool },
    Field { path: Path, from: Value, to: Value },
    Tag { of: Owned, tag: String, added: bool },
    Owner { of: Owned },
    Status { on: &'static str, data: Value },
    OptOut,
    HandoffClosed,
}

impl Occasion {
    pub(super) fn data(&self) -> Value {
        match self {
            Occasion::Stage { pipeline, stage, previous, created } => {
                json!({"pipeline": pipeline, "stage": stage, "previous_stage": previous, "created": created})
            }
            Occasion::Field { path, from, to } => json!({"path": path.to_string(), "from": from, "to": to}),
            Occasion::Tag { of, tag, added } => json!({"of": of, "tag": tag, "event": if *added { "added" } else { "removed" }}),
            Occasion::Owner { of } => json!({"of": of}),
            Occasion::Status { data, .. } => data.clone(),
            Occasion::OptOut | Occasion::HandoffClosed => Value::Null,
        }
    }

    /// Whether a trigger is of this kind and fits; Err: of this kind, and why it does not fit.
    pub(super) fn fits(&self, on: &On, names: &CrmNames) -> Option<Result<(), String>> {
        match (self, on) {
            (Occasion::Stage { pipeline, stage, created, .. }, On::Stage { pipeline: wanted, stage: at, event, .. }) => {
                if wanted.as_ref().is_some_and(|wanted| names.pipeline(wanted) != pipeline) {
                    return Some(Err("other_pipeline".into()));
                }
                if at.as_ref().is_some_and(|at| names.stage(pipeline, at) != stage) {
                    return Some(Err("other_stage".into()));
                }
                Some(match (event, created) {
                    (StageEvent::Either, _) | (StageEvent::Created, true) | (StageEvent::Entered, false) => Ok(()),
                    (StageEvent::Created, false) => Err("not_created_here".into()),
                    // A lead that is created in a stage has not come from another one.
                    (StageEvent::Entered, true) => Err("created_here".into()),
                })
            }
            (Occasion::Field { path, .. }, On::Field { path: watched }) => (*path == names.path(watched)).then_some(Ok(())),
            (Occasion::Tag { of, tag, added }, On::Tag { of: owner, tag: watched, event }) => {
                let fits = owner.is_none_or(|owner| owner == *of)
                    && watched.as_ref().is_none_or(|watched| watched == tag)
                    && (*event == TagEvent::Added) == *added;
                fits.then_some(Ok(()))
            }
            (Occasion::Owner { of }, On::Owner { of: owner }) => owner.is_none_or(|owner| owner == *of).then_some(Ok(())),
            (Occasion::Status { on: kind, .. }, on) => (on.name() == *kind).then_some(Ok(())),
            (Occasion::OptOut, On::OptOut {}) | (Occasion::HandoffClosed, On::HandoffClosed {}) => Some(Ok(())),
            _ => None,
        }
    }
}
