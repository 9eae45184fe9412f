//! Trouble on demand: refusals, broken connections, delays and late failures, for the next sends or for one customer.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;

use super::error::GraphError;
use super::payload::digits;

/// What goes wrong, with whom and how often. Several that fit the same send all apply, in the order in which they
/// were asked for; the first that answers decides the answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub effect: Effect,
    /// Only sends to this customer (phone number or business-scoped user id); to anybody if absent.
    #[serde(default)]
    pub to: Option<String>,
    /// How many sends it hits.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether the message is accepted all the same: recorded, and reported by statuses. The caller can't know.
    #[serde(default)]
    pub accepted: bool,
}

/// The kinds of trouble.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// An error of the API; without `http` the status that Meta documents for the code.
    Refuse { code: u32, http: Option<u16> },
    /// An answer that isn't the API's, such as the page of a proxy.
    Answer { http: u16, body: String },
    /// The connection breaks before the answer.
    HangUp,
    /// The answer comes late.
    Delay { milliseconds: u64 },
    /// The answer is 200 and a `failed` status follows.
    FailLater { code: u32 },
}

fn once() -> u32 {
    1
}

impl Fault {
    fn of(effect: Effect) -> Self {
        Self { effect, to: None, times: 1, accepted: false }
    }

    /// Refuses with an error code of the API.
    pub fn refuse(code: u32) -> Self {
        Self::of(Effect::Refuse { code, http: None })
    }

    /// Answers something that isn't the API's.
    pub fn answer(http: u16, body: impl Into<String>) -> Self {
        Self::of(Effect::Answer { http, body: body.into() })
    }

    /// Breaks the connection before an answer; with [`Fault::but_accepted`] this is the ambiguous send.
    pub fn hang_up() -> Self {
        Self::of(Effect::HangUp)
    }

    /// Answers after `delay` of real time.
    pub fn delay(delay: Duration) -> Self {
        Self::of(Effect::Delay { milliseconds: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX) })
    }

    /// Accepts, and reports `failed` with `code` later.
    pub fn fail_later(code: u32) -> Self {
        Self::of(Effect::FailLater { code })
    }

    /// Only for sends to this customer.
    pub fn to(self, customer: impl Into<String>) -> Self {
        Self { to: Some(customer.into()), ..self }
    }

    /// For the next `times` sends instead of one.
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }

    /// For every send from now on.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// The message is recorded and delivered although the caller gets no good answer.
    pub fn but_accepted(self) -> Self {
        Self { accepted: true, ..self }
    }

    fn concerns(&self, customer: &str) -> bool {
        self.to.as_deref().is_none_or(|to| to == customer || (!to.contains('.') && digits(to) == customer))
    }
}

impl Effect {
    /// The error, for a refusal.
    pub(crate) fn error(&self) -> Option<GraphError> {
        let Self::Refuse { code, http } = self else {
            return None;
        };
        let mut error = GraphError::new(*code, "The mock was asked to refuse this message.");
        if let Some(status) = http.and_then(|http| StatusCode::from_u16(http).ok()) {
            error.http = status;
        }
        Some(error)
    }
}

/// The faults that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The faults of a send to `customer`, which are used up by it.
    pub(crate) fn take(&mut self, customer: &str) -> Vec<Fault> {
        let mut hits = Vec::new();
        for fault in self.0.iter_mut().filter(|fault| fault.concerns(customer)) {
            fault.times = fault.times.saturating_sub(1);
            hits.push(fault.clone());
        }
        self.0.retain(|fault| fault.times > 0);
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_as_often_as_asked_and_only_its_customer() {
        let mut faults = Faults::default();
        faults.add(Fault::refuse(131000).to("+34 600 111 222").times(2));
        assert!(faults.take("34999").is_empty());
        assert_eq!(faults.take("34600111222").len(), 1);
        assert_eq!(faults.take("34600111222").len(), 1);
        assert!(faults.take("34600111222").is_empty());
    }

    #[test]
    fn several_faults_apply_together() {
        let mut faults = Faults::default();
        faults.add(Fault::delay(Duration::from_millis(1)));
        faults.add(Fault::hang_up());
        assert_eq!(faults.take("US.1").len(), 2);
    }

    #[test]
    fn the_control_api_writes_them_short() {
        let fault: Fault = serde_json::from_str(r#"{"effect": {"refuse": {"code": 130429}}, "times": 3}"#).unwrap();
        assert_eq!(fault.effect, Effect::Refuse { code: 130429, http: None });
        let fault: Fault = serde_json::from_str(r#"{"effect": "hang_up", "accepted": true}"#).unwrap();
        assert_eq!((fault.effect, fault.times), (Effect::HangUp, 1));
    }
}
