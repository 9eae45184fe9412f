//! The promises hold whatever goes wrong; and where the server or the store is broken on purpose, it is noticed.

use std::ops::Range;

use simulation::{Figures, GraphFaults, Plan, Sabotage, run};

fn hold(seeds: Range<u64>) {
    for seed in seeds {
        let outcome = run(Plan::of_seed(seed)).unwrap();
        let customer = outcome.broken.first().and_then(|broken| broken.customer);
        let lines = outcome.last_lines(customer, 40).join("\n");
        assert!(outcome.broken.is_empty(), "cargo xtask simulate --seed {seed}\n{:#?}\n{lines}", outcome.broken);
    }
}

// In parts, which run side by side.

#[test]
fn the_promises_hold_whatever_goes_wrong_1() {
    hold(0..30);
}

#[test]
fn the_promises_hold_whatever_goes_wrong_2() {
    hold(30..60);
}

#[test]
fn the_promises_hold_whatever_goes_wrong_3() {
    hold(60..90);
}

#[test]
fn the_promises_hold_whatever_goes_wrong_4() {
    hold(90..120);
}

/// How many sends went out twice in runs like this one, of how many.
fn doubled(plan: impl Fn(Plan) -> Plan) -> (u64, u64) {
    let mut total = Figures::default();
    for seed in 0..12 {
        let outcome = run(plan(Plan::of_seed(seed).without_faults())).unwrap();
        assert!(outcome.broken.is_empty(), "seed {seed}: {:#?}", outcome.broken);
        total += outcome.figures;
    }
    (total.doubled, total.sends)
}

#[test]
fn servers_that_stop_and_start_double_nothing() {
    let (doubled, sends) = doubled(|plan| Plan { stops: 6, ..plan });
    assert_eq!(doubled, 0, "of {sends}");
}

#[test]
fn where_statuses_flow_lost_answers_double_nothing() {
    let (flowing, sends) = doubled(|plan| Plan { graph: GraphFaults { lost_answer: 300, ..plan.graph }, ..plan });
    assert_eq!(flowing, 0, "of {sends}");
    let (missing, _) = doubled(|plan| Plan { graph: GraphFaults { lost_answer: 300, no_status: 1_000, ..plan.graph }, ..plan });
    assert!(missing > 0, "without statuses nobody can know");
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [3, 7] {
        let once = run(Plan::of_seed(seed)).unwrap();
        let again = run(Plan::of_seed(seed)).unwrap();
        assert_eq!((once.lines.len(), once.hash()), (again.lines.len(), again.hash()), "seed {seed}");
        assert_ne!(once.hash(), run(Plan::of_seed(seed + 1)).unwrap().hash());
    }
}

/// The first promises that are found broken.
fn found(sabotage: Sabotage) -> Vec<&'static str> {
    let outcomes = (0..40).map(|seed| run(Plan { sabotage: Some(sabotage), ..Plan::of_seed(seed) }).unwrap());
    let broken = outcomes.map(|outcome| outcome.broken).find(|broken| !broken.is_empty());
    broken.unwrap_or_default().iter().map(|broken| broken.promise).collect()
}

#[test]
fn a_store_that_loses_what_it_acknowledged_is_found() {
    assert!(found(Sabotage::LosesCommits).contains(&"an accepted message has one turn"));
}

#[test]
fn a_store_that_ignores_versions_is_found() {
    // What comes first depends on who overwrites whom: a message, an answer, or what was sent.
    assert!(!found(Sabotage::IgnoresVersions).is_empty());
}

#[test]
fn statuses_that_settle_nothing_are_found() {
    assert!(found(Sabotage::IgnoresStatuses).contains(&"a send goes out twice only where it was ambiguous"));
}
