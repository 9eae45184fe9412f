//! Pipelines, stages, users, teams, fields, secrets, knowledge and bots are those that the account has.

use jsonc_parser::ast::Value;

use super::{Page, Rule};
use crate::{
    check::{
        diagnostic::Diagnostic,
        json,
        meaning::Meaning,
        place::{Key, Place},
        subject::Subject,
        walk::{Site, shortened},
    },
    expression::nearest,
    path::Path,
};

pub(super) const RULE: Rule = Rule {
    code: "unknown_name",
    page: Page {
        happened: "A step or trigger names a pipeline, stage, user, team, field, secret, source of knowledge or bot that is not declared.",
        why: "The step would fail, or the trigger would never fire. Where the settings declare none of a kind, any name is accepted.",
        to_do: "Write one of the declared names, or declare it in `salesbot.toml` (knowledge: under `knowledge` of the bot).",
    },
    check,
};

fn check(subject: &Subject<'_>, problems: &mut Vec<Diagnostic>) {
    let environment = subject.environment;
    let mut hold =
        |what: &str, name: &str, known: &mut dyn Iterator<Item = &str>, place: &Place<'_>, span: std::ops::Range<usize>| {
            let known: Vec<&str> = known.collect();
            if known.is_empty() || known.contains(&name) {
                return;
            }
            let message = format!("there is no {what} `{}`", shortened(name));
            let found = Diagnostic::error(RULE.code, place, span, message).nearest(nearest(name, known.iter().copied()));
            problems.push(if known.len() <= 12 { found.expected(crate::check::shape::one_of(&known)) } else { found });
        };
    for (site, meaning) in &subject.sites {
        let name = site.value();
        let (place, span) = (&site.place, site.span());
        match site.kind {
            "pipeline" => hold("pipeline", name, &mut environment.pipelines.keys().map(String::as_str), place, span),
            "stage" => hold("stage", name, &mut stages(subject, site).into_iter(), place, span),
            "user" => hold("user", name, &mut environment.users.keys().map(String::as_str), place, span),
            "team" => hold("team", name, &mut environment.teams.keys().map(String::as_str), place, span),
            "bot" => hold("bot", name, &mut environment.bots.iter().map(String::as_str), place, span),
            "contact_field" => {
                hold("contact field", name, &mut environment.contact_fields.keys().map(String::as_str), place, span)
            }
            "lead_field" => hold("lead field", name, &mut environment.lead_fields.keys().map(String::as_str), place, span),
            "knowledge" => {
                let sources = json::get_object(subject.root, "knowledge").map_or(&[][..], |sources| &sources.properties);
                hold("source of knowledge", name, &mut sources.iter().map(json::key), place, span);
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

/// The stages that a name may be: those of the pipeline beside it, else those of all.
fn stages<'s>(subject: &'s Subject<'_>, site: &Site<'_>) -> Vec<&'s str> {
    let object = match site.place.keys() {
        [Key::Name("steps"), Key::Name(id), ..] => subject.steps.get(id).map(|step| step.object),
        [Key::Name("triggers"), Key::Index(index), ..] => {
            json::get_list(subject.root, "triggers").get(*index).and_then(Value::as_object)
        }
        _ => None,
    };
    let pipeline = object.and_then(|object| json::get_text(object, "pipeline"));
    let all = &subject.environment.pipelines;
    match pipeline.and_then(|name| all.get(&*name.value)) {
        Some(pipeline) => pipeline.stages.iter().map(String::as_str).collect(),
        None => all.values().flat_map(|pipeline| &pipeline.stages).map(String::as_str).collect(),
    }
}
