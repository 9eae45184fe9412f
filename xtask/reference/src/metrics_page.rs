//! The page of the metrics: listens to their descriptions as an exporter would.

use std::sync::Mutex;

use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

use crate::pages::cell;

pub fn text() -> String {
    let listener = Listener::default();
    metrics::with_local_recorder(&listener, salesbot::metrics::describe);
    let mut text = String::from(
        "# Metrics\n\n`GET /metrics` gives them in the form of Prometheus. Labels have few values, and none holds an id of a customer.\n\n\
         | metric | kind | unit | meaning |\n| --- | --- | --- | --- |\n",
    );
    let rows = listener.rows.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    for row in rows {
        let unit = row.unit.map_or("", |unit| unit.as_str());
        text += &format!("| `{}` | {} | {unit} | {} |\n", row.name, row.kind, cell(&row.meaning));
    }
    text
}

struct Row {
    name: String,
    kind: &'static str,
    unit: Option<Unit>,
    meaning: String,
}

/// Keeps descriptions; counts nothing.
#[derive(Default)]
struct Listener {
    rows: Mutex<Vec<Row>>,
}

impl Listener {
    fn add(&self, kind: &'static str, name: &KeyName, unit: Option<Unit>, meaning: &SharedString) {
        let row = Row { name: name.as_str().to_owned(), kind, unit, meaning: meaning.to_string() };
        self.rows.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(row);
    }
}

impl Recorder for Listener {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, meaning: SharedString) {
        self.add("counter", &name, unit, &meaning);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, meaning: SharedString) {
        self.add("gauge", &name, unit, &meaning);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, meaning: SharedString) {
        self.add("histogram", &name, unit, &meaning);
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}
