//! What the CRM does not have any more: leads and contacts that were deleted there, or that became part of another one.

use steps::{
    contact::{Lead, Pending, Work},
    crm::{CRM_GONE, CrmChange, Gone, Subject},
    fact::Fact,
};

use crate::machine::Machine;

impl Machine<'_> {
    /// Forgets a lead, or by which id the CRM knew the contact. The conversation goes on. Changes of it that wait are dropped, and the team
    /// is told once; `dropped`: how many were dropped before.
    pub fn forget(&mut self, gone: &Gone, dropped: usize) {
        match gone {
            Gone::Lead(id) => self.forget_lead(id, dropped),
            Gone::Contact(id) => {
                let contact = self.turn.contact_mut();
                if contact.crm.as_ref() == Some(id) {
                    contact.crm = None;
                }
            }
        }
    }

    fn forget_lead(&mut self, id: &str, mut dropped: usize) {
        let contact = self.turn.contact_mut();
        let place = contact.leads.iter().position(|lead: &Lead| lead.crm_id() == Some(id));
        if let Some(place) = place {
            let lead = contact.leads.remove(place).id;
            // What is to be done for it is to be done for the contact.
            contact.tasks.iter_mut().filter(|task| task.lead.as_ref() == Some(&lead)).for_each(|task| task.lead = None);
            let is_of = |of: &Subject| *of == Subject::Lead(lead.clone());
            for pending in &mut contact.pending {
                // One that is under way comes back with as many changes as it took.
                if let Work::Write(write) = &mut pending.work
                    && write.claim.is_none()
                {
                    let before = write.changes.len();
                    write.changes.retain(|change| match change {
                        CrmChange::Value { of, .. } | CrmChange::Tag { of, .. } => !is_of(of),
                        CrmChange::Item { lead: of, .. } => *of != lead,
                        CrmChange::Note { of, .. } | CrmChange::Task { of, .. } => !is_of(of),
                        CrmChange::CompleteTask { .. } | CrmChange::Continue { .. } => true,
                    });
                    dropped += before - write.changes.len();
                }
            }
            contact.pending.retain(|pending: &Pending| !matches!(&pending.work, Work::Write(write) if write.changes.is_empty()));
            self.turn.facts.push(Fact::LeadGone { lead });
        }
        if dropped > 0 {
            let text = format!(
                "lead {id} is gone from the CRM, deleted or made part of another one: {dropped} changes of it were not written"
            );
            self.turn.alert(CRM_GONE, text);
        }
    }
}
