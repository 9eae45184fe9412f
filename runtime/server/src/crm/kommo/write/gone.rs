//! Changes of what Kommo does not have any more.

use steps::crm::{CrmChange, Gone, Later, Subject};

use super::{
    super::client::{ApiError, Ask},
    Run,
};

impl Run<'_> {
    /// Whether a change is of a lead that turned out to be gone: then it is dropped, and counted.
    pub(super) fn drops(&mut self, change: &CrmChange) -> bool {
        let Some(Subject::Lead(lead)) = subject(change) else { return false };
        let Some(crm) = self.gone.get(&lead) else { return false };
        if let Some((_, dropped)) = self.written.gone.iter_mut().find(|(gone, _)| *gone == Gone::Lead(crm.clone())) {
            *dropped += 1;
        }
        true
    }

    /// Looks whether a change was refused because its lead or contact is gone. True: it is, and is known to be from here on.
    pub(super) async fn finds_gone(&mut self, change: &CrmChange) -> Result<bool, Later> {
        let order = self.order;
        if let Some(Subject::Lead(lead)) = subject(change)
            && let Some(crm) = order.profile.lead(&lead).and_then(|lead| lead.crm_id())
        {
            let is_gone = self.has_none(&format!("/api/v4/leads/{crm}")).await?;
            if is_gone {
                self.gone.insert(lead, crm.into());
                self.written.gone.push((Gone::Lead(crm.into()), 0));
            }
            return Ok(is_gone);
        }
        let Some(crm) = order.profile.crm.as_ref().filter(|_| !self.contact_is_gone && subject(change).is_some()) else {
            return Ok(false);
        };
        self.contact_is_gone = self.has_none(&format!("/api/v4/contacts/{crm}")).await?;
        if self.contact_is_gone {
            self.written.gone.push((Gone::Contact(crm.clone()), 0));
            self.written.contact = None;
        }
        Ok(self.contact_is_gone)
    }

    async fn has_none(&self, path: &str) -> Result<bool, Later> {
        match self.kommo.client.ask(Ask::get(path)).await {
            Ok(answer) => Ok(answer.is_null() || answer["is_deleted"] == true),
            Err(ApiError::Gone(_)) => Ok(true),
            Err(ApiError::Refused(_)) => Ok(false),
            Err(ApiError::Later { reason, after }) => Err(Later { reason, after }),
        }
    }
}

fn subject(change: &CrmChange) -> Option<Subject> {
    match change {
        CrmChange::Value { of, .. } | CrmChange::Tag { of, .. } | CrmChange::Note { of, .. } | CrmChange::Task { of, .. } => {
            Some(of.clone())
        }
        CrmChange::Item { lead, .. } => Some(Subject::Lead(lead.clone())),
        CrmChange::CompleteTask { .. } | CrmChange::Continue { .. } => None,
    }
}
