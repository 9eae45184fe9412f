//! A `product` step shows one product, or several under a header.

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        place::Key,
        subject::{StepView, Subject},
    },
    limits,
};

pub(super) const RULE: Rule = Rule {
    code: "product",
    page: Page {
        happened: "A `product` step names no product or too many, or lacks what WhatsApp wants beside several.",
        why: "One product stands in `product`; several, 30 at most, stand in `sections`, under a header and with a text, and each of several sections with a \
              title. Other messages are refused.",
        to_do: "Keep `product` or `sections`. Beside `sections` write `header` and `text`.",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    for step in subject.steps.values().filter(|step| step.is("product")) {
        let mut wrong = |key: &'static str, message: String, help: &str| {
            let (place, span) = step.spot(key);
            problems.push(Diagnostic::error(RULE.code, &place, span, message).help(help));
        };
        match (step.has("product"), json::get_list(step.object, "sections")) {
            (false, []) => {
                wrong("sections", "this step shows no product".into(), "name one in `product`, or several in `sections`");
            }
            (true, [_, ..]) => {
                wrong("product", "`product` and `sections` exclude each other".into(), "keep one of them");
            }
            (true, []) => {}
            (false, sections) => several(step, sections, &mut wrong),
        }
    }
    for step in subject.steps.values().filter(|step| step.is("product") && !step.has("product")) {
        sections(step, problems);
    }
}

fn several(step: &StepView<'_>, sections: &[Value<'_>], wrong: &mut dyn FnMut(&'static str, String, &str)) {
    let products: usize =
        sections.iter().filter_map(Value::as_object).map(|section| json::get_list(section, "products").len()).sum();
    if products > limits::PRODUCTS {
        let message = format!("there are {products} products, and WhatsApp shows {}", limits::PRODUCTS);
        wrong("sections", message, "show the rest in a step of its own");
    }
    for key in ["header", "text"] {
        if !step.has(key) {
            wrong(key, format!("several products need a `{key}`"), "write one; it stands above them");
        }
    }
}

fn sections(step: &StepView<'_>, problems: &mut Vec<Diagnostic>) {
    let sections = json::get_list(step.object, "sections");
    for (index, node) in sections.iter().enumerate() {
        let Some(section) = node.as_object() else { continue };
        let place = step.place().name("sections").child(Key::Index(index));
        if sections.len() > 1 && !json::has(section, "title") {
            let found = Diagnostic::error(RULE.code, &place, json::head(node), "a section beside others needs a title");
            problems.push(found.help("give it a `title`, or put all products into one section"));
        }
        if let Some(products @ Value::Array(list)) = json::get(section, "products")
            && list.elements.is_empty()
        {
            let place = place.name("products");
            let found = Diagnostic::error(RULE.code, &place, json::head(products), "this section has no product");
            problems.push(found.help("name one, or take the section out"));
        }
    }
}
