//! Every metric, in one list, with its unit and what it means. Labels have few values; none holds an id of a customer.

use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Webhooks, by `answer` (the HTTP status).
pub const WEBHOOKS: &str = "salesbot_webhooks_total";
/// Time from a verified webhook to its answer.
pub const WEBHOOK_DURATION: &str = "salesbot_webhook_duration_seconds";
/// What webhooks told, by `kind`: event, notice, quarantined, foreign.
pub const WEBHOOK_ITEMS: &str = "salesbot_webhook_items_total";
/// Turns that were committed.
pub const TURNS: &str = "salesbot_turns_total";
/// Commits that another process was ahead of.
pub const CONFLICTS: &str = "salesbot_commit_conflicts_total";
/// Commits of which it was unknown for a while whether they were applied.
pub const UNKNOWN_COMMITS: &str = "salesbot_commits_unknown_total";
/// Events on the dead list, by `reason`.
pub const DEAD: &str = "salesbot_dead_events_total";
/// Sends, by `outcome`: accepted, refused, deferred, postponed, unknown.
pub const SENDS: &str = "salesbot_sends_total";
/// Time from a claimed send to its answer, pace included.
pub const SEND_DURATION: &str = "salesbot_send_duration_seconds";
/// Sends and calls under way in this process.
pub const UNDER_WAY: &str = "salesbot_work_under_way";
/// Calls to models, by `model` (as bots name it) and `outcome`: answered, or the name of the failure.
pub const MODEL_CALLS: &str = "salesbot_model_calls_total";
/// Tokens as models' servers count them, by `model` and `part`: prompt, answer.
pub const MODEL_TOKENS: &str = "salesbot_model_tokens_total";
/// Time from the first try of a call to its end, by `model`.
pub const MODEL_DURATION: &str = "salesbot_model_duration_seconds";
/// Calls that wait for their turn in this process, by `model`.
pub const MODEL_WAITING: &str = "salesbot_model_calls_waiting";
/// Contacts whose due time a worker took up.
pub const DUE: &str = "salesbot_due_total";
/// Alerts for the team.
pub const ALERTS: &str = "salesbot_alerts_total";
/// Times that the embedded store made commits durable: a group of commits is one flush.
pub const FLUSHES: &str = "salesbot_store_flushes_total";
/// Live bots.
pub const BOTS: &str = "salesbot_bots";

/// Bounds of the duration histograms, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Installs the recorder of this process, once, and hands out what renders it.
pub fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
            .expect("the list of buckets is not empty");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        // A recorder that another part of the process installed stays; ours then renders nothing.
        let _ = metrics::set_global_recorder(recorder);
        describe();
        handle
    })
}

/// Tells the recorder what each metric means.
pub fn describe() {
    describe_counter!(WEBHOOKS, Unit::Count, "Webhooks, by answer");
    describe_histogram!(WEBHOOK_DURATION, Unit::Seconds, "Time from a verified webhook to its answer");
    describe_counter!(WEBHOOK_ITEMS, Unit::Count, "What webhooks told, by kind");
    describe_counter!(TURNS, Unit::Count, "Turns that were committed");
    describe_counter!(CONFLICTS, Unit::Count, "Commits that another process was ahead of");
    describe_counter!(UNKNOWN_COMMITS, Unit::Count, "Commits of which it was unknown for a while whether they were applied");
    describe_counter!(DEAD, Unit::Count, "Events on the dead list, by reason");
    describe_counter!(SENDS, Unit::Count, "Sends, by outcome");
    describe_histogram!(SEND_DURATION, Unit::Seconds, "Time from a claimed send to its answer, pace included");
    describe_gauge!(UNDER_WAY, Unit::Count, "Sends and calls under way in this process");
    describe_counter!(MODEL_CALLS, Unit::Count, "Calls to models, by model and outcome");
    describe_counter!(MODEL_TOKENS, Unit::Count, "Tokens as models' servers count them, by model and part");
    describe_histogram!(MODEL_DURATION, Unit::Seconds, "Time from the first try of a call to a model to its end");
    describe_gauge!(MODEL_WAITING, Unit::Count, "Calls that wait for their turn to ask a model");
    describe_counter!(DUE, Unit::Count, "Contacts whose due time a worker took up");
    describe_counter!(ALERTS, Unit::Count, "Alerts for the team");
    describe_counter!(FLUSHES, Unit::Count, "Times that the embedded store made commits durable");
    describe_gauge!(BOTS, Unit::Count, "Live bots");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_rendered_with_its_description() {
        let recorder = recorder();
        metrics::counter!(WEBHOOKS, "answer" => "200").increment(1);
        metrics::histogram!(WEBHOOK_DURATION).record(0.002);
        let text = recorder.render();
        assert!(text.contains("# HELP salesbot_webhooks_total Webhooks, by answer"), "{text}");
        assert!(text.contains("salesbot_webhook_duration_seconds_bucket"), "{text}");
    }
}
