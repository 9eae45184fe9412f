//! Pipelines, stages, users, teams, kinds of task, fields, catalogues, secrets, knowledge, models and bots are those that the account has.

use indexmap::IndexMap;
use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::{
    bot::Variable,
    check::{
        diagnostic::{Diagnostic, Severity},
        json,
        meaning::Meaning,
        place::{Key, Place},
        subject::Subject,
        walk::{Site, shortened},
    },
    crm_names::CrmNames,
    expression::nearest,
    path::Path,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_name",
    page: Page {
        happened: "A step or trigger names a pipeline, stage, user, team, kind of task, field, catalogue, secret, source of knowledge, model or bot that is not declared.",
        why: "The step would fail, or the trigger would never fire; a task of an unknown kind is made all the same, and nobody looks for it; an AI step takes `failed` here, and works on a server that has the model. Where the settings declare none of a kind, any name is accepted, but for knowledge.",
        to_do: "Write one of the declared names, or declare it in `salesbot.toml` (knowledge also under `knowledge` of the bot).",
    },
    check,
};

const KNOWLEDGE: &str = "source of knowledge";
const TASK_KIND: &str = "kind of task";
const MODEL: &str = "model";

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let environment = subject.environment;
    let names = &environment.crm_names;
    let mut hold =
        |what: &str, name: &str, known: &mut dyn Iterator<Item = &str>, place: &Place<'_>, span: std::ops::Range<usize>| {
            let (of_crm, kept) = of_crm(names, what, name);
            let declared: Vec<&str> = known.collect();
            let known: Vec<&str> = declared.into_iter().chain(of_crm.iter().copied()).collect();
            if let Some(former) = names.former.iter().find(|former| former.what == what && former.name == name) {
                let message = format!("`{}` is a former name of the {what} `{}`", shortened(name), former.now);
                let help = format!("write `{}`, or pin `{}` under [kommo] of the settings", former.now, shortened(name));
                problems.push(Diagnostic::warning(RULE.code, place, span, message).help(help));
                return;
            }
            // Knowledge is looked for in what is declared, and nowhere else.
            if known.is_empty() && what != KNOWLEDGE || known.contains(&kept) {
                return;
            }
            let message = format!("there is no {what} `{}`", shortened(name));
            let mut found = Diagnostic::error(RULE.code, place, span, message).nearest(nearest(name, known.iter().copied()));
            // It is kept here, and the CRM has no place for it; a task of any kind is made; each server has models of its own.
            if !of_crm.is_empty() || what == TASK_KIND || what == MODEL {
                found.severity = Severity::Warning;
            }
            problems.push(match known.len() {
                0 => found.expected("a name under `knowledge` of the bot, or of the settings"),
                1..=12 => found.expected(crate::check::shape::one_of(&known)),
                _ => found,
            });
        };
    for (site, meaning) in &subject.sites {
        let name = site.value();
        let (place, span) = (&site.place, site.span());
        match site.kind {
            "pipeline" => hold("pipeline", name, &mut environment.pipelines.keys().map(String::as_str), place, span),
            "stage" => {
                let (pipeline, known) = stages(subject, site);
                let kept = names.stage(pipeline.as_deref().unwrap_or_default(), name);
                if kept == name || !known.contains(&kept) || names.former.iter().any(|former| former.name == name) {
                    hold("stage", name, &mut known.into_iter(), place, span);
                }
            }
            "user" => hold("user", name, &mut environment.users.keys().map(String::as_str), place, span),
            "team" => hold("team", name, &mut environment.teams.keys().map(String::as_str), place, span),
            "task_kind" => hold(TASK_KIND, name, &mut environment.task_kinds.keys().map(String::as_str), place, span),
            "model" => hold(MODEL, name, &mut environment.models.iter().map(String::as_str), place, span),
            "catalog" if environment.has_catalog(name) => {}
            "catalog" => hold("catalogue", name, &mut environment.catalogs.keys().map(String::as_str), place, span),
            "bot" => hold("bot", name, &mut environment.bots.iter().map(String::as_str), place, span),
            "contact_field" => {
                hold("contact field", name, &mut environment.contact_fields.keys().map(String::as_str), place, span)
            }
            "lead_field" => hold("lead field", name, &mut environment.lead_fields.keys().map(String::as_str), place, span),
            "knowledge" => {
                let own = json::get_object(subject.root, "knowledge").map_or(&[][..], |sources| &sources.properties);
                let shared = environment.knowledge.keys().map(String::as_str);
                hold(KNOWLEDGE, name, &mut own.iter().map(json::key).chain(shared), place, span);
            }
            _ => {}
        }
        if let Meaning::Path(path) = meaning {
            field(path, &mut |what, name, known| hold(what, name, known, &site.place, site.span()), subject);
        }
        for read in meaning.reads() {
            let span = subject.within(site, read.offset, read.len);
            if let Some(name) = read.path.strip_prefix("secrets.") {
                hold("secret", name, &mut environment.secrets.iter().map(String::as_str), place, span);
            } else if let Ok(path) = read.path.parse::<Path>() {
                field(&path, &mut |what, name, known| hold(what, name, known, &site.place, span.clone()), subject);
            }
        }
    }
    // Their users are texts, which may give an id.
    for subscriber in subject.named("Subscriber") {
        if let Some(user) = json::get_text(subscriber.object, "user").filter(|user| !user.value.contains("{{")) {
            let span = user.range.start..user.range.end;
            let place = subscriber.place.name("user");
            hold("user", &user.value, &mut environment.users.keys().map(String::as_str), &place, span);
        }
    }
    for who in subject.named("Who") {
        let Some(Value::Array(users)) = json::get(who.object, "round_robin") else { continue };
        for (index, user) in users.elements.iter().enumerate() {
            if let Value::StringLit(user) = user {
                let place = who.place.name("round_robin").child(Key::Index(index));
                let span = user.range.start..user.range.end;
                hold("user", &user.value, &mut environment.users.keys().map(String::as_str), &place, span);
            }
        }
    }
}

/// The names of this kind that the CRM has besides the declared ones, and the one that is kept of this name.
fn of_crm<'n>(names: &'n CrmNames, what: &str, name: &'n str) -> (Vec<&'n str>, &'n str) {
    let users = || names.known_users.keys().map(String::as_str).collect();
    let fields = |known: &'n IndexMap<String, Variable>| known.keys().map(String::as_str).collect();
    match what {
        "pipeline" => (Vec::new(), names.pipeline(name)),
        "user" => (users(), names.user(name)),
        "contact field" => (fields(&names.known_contact_fields), names.contact_field(name)),
        "lead field" => (fields(&names.known_lead_fields), names.lead_field(name)),
        _ => (Vec::new(), name),
    }
}

/// Holds one name against the known ones.
type Hold<'a> = dyn FnMut(&str, &str, &mut dyn Iterator<Item = &str>) + 'a;

fn field(path: &Path, hold: &mut Hold<'_>, subject: &Subject<'_>) {
    match path {
        Path::ContactField(name) => {
            hold("contact field", name, &mut subject.environment.contact_fields.keys().map(String::as_str))
        }
        Path::LeadField(name) => hold("lead field", name, &mut subject.environment.lead_fields.keys().map(String::as_str)),
        _ => {}
    }
}

/// The stages that a name may be, and their pipeline: those of the pipeline beside it, else those of all.
fn stages<'s>(subject: &'s Subject<'_>, site: &Site<'_>) -> (Option<String>, Vec<&'s str>) {
    let object = match site.place.keys() {
        [Key::Name("steps"), Key::Name(id), ..] => subject.steps.get(id).map(|step| step.object),
        [Key::Name("triggers"), Key::Index(index), ..] => {
            json::get_list(subject.root, "triggers").get(*index).and_then(Value::as_object)
        }
        _ => None,
    };
    let pipeline = object.and_then(|object| json::get_text(object, "pipeline"));
    let pipeline = pipeline.map(|name| subject.environment.crm_names.pipeline(&name.value).to_owned());
    let all = &subject.environment.pipelines;
    let stages = match pipeline.as_ref().and_then(|name| all.get(name)) {
        Some(pipeline) => pipeline.stages.iter().map(String::as_str).collect(),
        None => all.values().flat_map(|pipeline| &pipeline.stages).map(String::as_str).collect(),
    };
    (pipeline, stages)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Arc};

    use serde_json::{Value, json};

    use crate::{
        bot::{Variable, VariableKind},
        check::{Severity, load},
        crm_names::{CrmNames, Former, Others},
        environment::{Environment, Pipeline},
        ids::BotId,
    };

    /// An account whose names come from a CRM.
    fn environment() -> Environment {
        let others = |pairs: &[(&str, &str)]| pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect::<Others>();
        let budget = Variable { kind: VariableKind::Number, default: Value::Null, title: None };
        let names = CrmNames {
            known_lead_fields: [("budget".to_owned(), budget)].into(),
            lead_fields: others(&[("cf_5501", "budget")]),
            pipelines: others(&[("31", "sales")]),
            stages: HashMap::from([("sales".into(), others(&[("4421", "offer"), ("quoted", "offer")]))]),
            former: vec![Former { what: "stage", name: "quoted".into(), now: "offer".into() }],
            ..CrmNames::default()
        };
        let stages = vec!["new".to_owned(), "offer".to_owned()];
        let pipelines = [("sales".to_owned(), Pipeline { stages, ..Pipeline::default() })].into();
        Environment { pipelines, crm_names: Arc::new(names), ..Environment::default() }
    }

    fn problems(pipeline: &str, stage: &str, field: &str) -> Vec<(Severity, String)> {
        let bot = json!({
            "name": "x", "start": "move", "triggers": [{"on": "stage", "pipeline": pipeline, "stage": stage}],
            "steps": {"move": {"type": "set", "fields": {field: 1}}}
        });
        let checked = load(&BotId::new("x").unwrap(), &Value::to_string(&bot), &environment());
        let found = checked.diagnostics.into_iter().filter(|found| found.code == "unknown_name");
        found.map(|found| (found.severity, found.message)).collect()
    }

    #[test]
    fn what_a_crm_has_is_known_by_name_and_by_id() {
        assert_eq!(problems("sales", "offer", "lead.fields.budget"), []);
        assert_eq!(problems("31", "4421", "lead.fields.cf_5501"), []);
    }

    #[test]
    fn what_a_crm_does_not_have_is_wrong_where_a_step_would_fail() {
        let stage = (Severity::Error, "there is no stage `ofer`".to_owned());
        let field = (Severity::Warning, "there is no lead field `size`".to_owned());
        assert_eq!(problems("sales", "ofer", "lead.fields.size"), [stage, field]);
    }

    #[test]
    fn a_former_name_is_a_warning() {
        let former = (Severity::Warning, "`quoted` is a former name of the stage `offer`".to_owned());
        assert_eq!(problems("sales", "quoted", "lead.fields.budget"), [former]);
    }
}
