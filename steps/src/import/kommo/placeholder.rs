//! Kommo's placeholders as expressions of ours. What has no equal is empty: a customer never reads braces.

use super::{
    context::{Context, Owner},
    mapping::Kind,
    modifier,
    report::Code,
    words::quoted,
};

/// Placeholders that chance fills in (developers.kommo.com, "Salesbot": a random text, a short one, a number from 1111 to 9999).
pub(super) const RANDOM: [(&str, &str); 3] =
    [("rand", "random_text(16)"), ("short_rand", "random_text(6)"), ("short_rand_num", "random(1111, 9999)")];

/// A piece of one of Kommo's texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Literal(&'t str),
    /// What stands between `{{` and `}}`.
    Placeholder(&'t str),
}

/// What kind of value an expression gives, as far as comparing with it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// What the customer wrote: compared without case and accents.
    Message,
    Number,
    /// A field or property, which holds what was written to it.
    Text,
    Flag,
    Channel,
    Stage,
    User,
    Tags,
    /// An option of a field: a text that is always the same.
    Option,
    /// Something that is calculated.
    Computed,
}

/// A placeholder as an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) expression: String,
    pub(super) sort: Sort,
    /// The field that it is an option of.
    pub(super) of: Option<String>,
}

impl Read {
    pub(super) fn new(expression: impl Into<String>, sort: Sort) -> Self {
        Read { expression: expression.into(), sort, of: None }
    }

    /// The name of an option.
    pub(super) fn option(&self) -> Option<String> {
        if self.sort != Sort::Option { None } else { serde_json::from_str(&self.expression).ok() }
    }
}

/// Takes a text apart at its placeholders. Braces that open or close nothing belong to no piece.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        push_literal(&rest[..open], &mut pieces);
        let inside = &rest[open + 2..];
        let end = match close_of(inside) {
            Close::At(end) => end,
            // These braces open nothing: the next ones may.
            Close::Opens(next) => {
                push_literal(&inside[..next], &mut pieces);
                rest = &inside[next..];
                continue;
            }
            Close::Nowhere => {
                push_literal(inside, &mut pieces);
                return pieces;
            }
        };
        // `{{{name}}}`: the inner braces are the placeholder's.
        let name = inside[..end].trim_matches(['{', ' ', '\t', '\n']);
        pieces.push(Piece::Placeholder(name));
        rest = inside[end + 2..].trim_start_matches('}');
    }
    push_literal(rest, &mut pieces);
    pieces
}

/// Where a placeholder ends.
enum Close {
    At(usize),
    /// Another one opens before it ends.
    Opens(usize),
    Nowhere,
}

/// Where the placeholder ends whose inside this text begins with. Others may stand in its parentheses.
fn close_of(inside: &str) -> Close {
    // A pattern may hold braces itself; it ends with its slash.
    if inside.trim_start().starts_with("regexp.") {
        return match inside.find("/}}").map(|end| end + 1).or_else(|| inside.find("}}")) {
            Some(end) => Close::At(end),
            None => Close::Nowhere,
        };
    }
    let (mut depth, mut nested) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(letter) = inside[at..].chars().next() {
        let here = &inside[at..];
        match letter {
            _ if here.starts_with("}}") && nested == 0 => return Close::At(at),
            _ if here.starts_with("}}") => {
                nested -= 1;
                at += 1;
            }
            _ if here.starts_with("{{") && depth == 0 => return Close::Opens(at),
            _ if here.starts_with("{{") => {
                nested += 1;
                at += 1;
            }
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += letter.len_utf8();
    }
    // What opens inside of parentheses and never ends takes nothing with it.
    inside.find("}}").map_or(Close::Nowhere, Close::At)
}

fn push_literal<'t>(text: &'t str, pieces: &mut Vec<Piece<'t>>) {
    for part in text.split("}}").filter(|part| !part.is_empty()) {
        pieces.push(Piece::Literal(part));
    }
}

impl Context<'_> {
    /// A text of Kommo's as one of ours.
    pub(super) fn text(&mut self, place: &str, kommo: &str) -> String {
        let mut ours = String::new();
        for piece in pieces(kommo) {
            match piece {
                Piece::Literal(literal) => ours.push_str(literal),
                Piece::Placeholder(source) => {
                    if let Some(read) = self.placeholder(place, source) {
                        let read = self.shown_option(read);
                        // A brace before the expression would be read as its own.
                        ours.truncate(ours.trim_end_matches('{').len());
                        ours.push_str(&format!("{{{{ {} }}}}", read.expression));
                    }
                }
            }
        }
        // What was put together from literals must open nothing either.
        self.without_open_braces(ours)
    }

    /// A text that is written to a field: an option of a field is its name.
    pub(super) fn written(&mut self, place: &str, kommo: &str) -> String {
        if let [Piece::Placeholder(source)] = pieces(kommo).as_slice()
            && let Some(option) = self.placeholder(place, source).and_then(|read| read.option())
        {
            return option.replace(['{', '}'], "");
        }
        self.text(place, kommo)
    }

    /// An option of a field in a text: its name where the field holds it.
    fn shown_option(&mut self, read: Read) -> Read {
        let Some(field) = read.of else { return read };
        self.unconfirmed("what an option of a field prints in a text: here its name where the field holds it, else nothing");
        Read::new(format!("if {field} == {0} {{ {0} }} else {{ \"\" }}", read.expression), Sort::Computed)
    }

    /// A text of Kommo's that is said, without the spaces around it: a placeholder without an equal may have left some.
    pub(super) fn said(&mut self, place: &str, kommo: &str) -> String {
        self.text(place, kommo).trim().to_owned()
    }

    fn without_open_braces(&self, ours: String) -> String {
        if crate::expression::Text::compile(&ours).is_ok() { ours } else { ours.replace("{{", "").replace("}}", "") }
    }

    /// A text of Kommo's as one expression: a text in quotes, a value, or several put together.
    pub(super) fn expression(&mut self, place: &str, kommo: &str) -> Read {
        let pieces = pieces(kommo);
        if let [Piece::Placeholder(source)] = pieces.as_slice() {
            return self.placeholder(place, source).unwrap_or_else(|| Read::new("()", Sort::Computed));
        }
        let mut parts = Vec::new();
        for piece in &pieces {
            match piece {
                Piece::Literal(literal) => parts.push(quoted(literal)),
                Piece::Placeholder(source) => {
                    parts.extend(self.placeholder(place, source).map(|read| format!("text({})", read.expression)));
                }
            }
        }
        if parts.is_empty() { Read::new("\"\"", Sort::Computed) } else { Read::new(parts.join(" + "), Sort::Computed) }
    }

    /// A formula with placeholders and `+ - * /`. None: it holds something else.
    pub(super) fn formula(&mut self, place: &str, kommo: &str) -> Option<String> {
        let mut ours = String::new();
        for piece in pieces(kommo) {
            match piece {
                Piece::Literal(literal) => {
                    let is_arithmetic = |letter: char| letter.is_ascii_digit() || "+-*/(). ".contains(letter);
                    if !literal.chars().all(is_arithmetic) {
                        return None;
                    }
                    ours.push_str(literal);
                }
                Piece::Placeholder(source) => {
                    let read = self.placeholder(place, source)?;
                    ours.push_str(&format!("(number({}) ?? 0)", read.expression));
                }
            }
        }
        let ours = ours.trim().to_owned();
        crate::expression::Expression::compile(&ours).ok().map(|_| ours)
    }

    /// One placeholder, with its modifiers. None: it has no equal, and that was told.
    pub(super) fn placeholder(&mut self, place: &str, source: &str) -> Option<Read> {
        let source = source.trim();
        if source.is_empty() {
            // Nothing is named, as where an export knows no placeholder.
            return None;
        }
        if source.starts_with("regexp.") {
            return self.captured(place, source);
        }
        let mut parts = modifier::parts(source).into_iter();
        let name = parts.next().unwrap_or_default();
        let Some(mut read) = self.plain(name.trim()) else {
            self.remark(Code::Placeholder, place, format!("`{}` has no equal here and is empty", shown(source)));
            return None;
        };
        if name.trim() == "comment" {
            self.remark(Code::Differs, place, "a comment on Instagram is the customer's message here");
        }
        // The name of an option is a text that was written: nothing is to be made of it.
        let is_option = read.sort == Sort::Option;
        for part in parts.filter(|_| !is_option) {
            let applied = match modifier::fallback(part) {
                Some(kommo) => {
                    let fallback = self.expression(place, kommo).expression;
                    Ok(format!("{} ?? {fallback}", read.expression))
                }
                None => modifier::apply(part, &read.expression),
            };
            match applied {
                Ok(expression) => read = Read::new(expression, Sort::Computed),
                Err(why) => self.remark(Code::Differs, place, format!("the modifier `:{}` was left out: {why}", shown(part))),
            }
        }
        Some(read)
    }

    /// `regexp./pattern/`: the group of a pattern in the customer's message.
    fn captured(&mut self, place: &str, source: &str) -> Option<Read> {
        match super::pattern::translate(source.trim_start_matches("regexp.")) {
            Ok(pattern) => Some(Read::new(format!("capture({}, {})", self.message, quoted(&pattern)), Sort::Computed)),
            Err(why) => {
                self.remark(Code::Pattern, place, format!("`{}` is empty: {why}", shown(source)));
                None
            }
        }
    }

    fn plain(&mut self, name: &str) -> Option<Read> {
        if let Some((_, random)) = RANDOM.iter().find(|(known, _)| *known == name) {
            self.unconfirmed("how long `rand` and `short_rand` are: here 16 and 6 letters and digits");
            return Some(Read::new(*random, Sort::Computed));
        }
        let segments: Vec<&str> = name.split('.').map(str::trim).collect();
        match segments.as_slice() {
            ["message_text"] => Some(Read::new(self.message, Sort::Message)),
            ["message_text", "email"] => Some(Read::new("email(message.text)", Sort::Computed)),
            ["message_text", "phone"] => Some(Read::new("phone(message.text)", Sort::Computed)),
            ["comment"] => Some(Read::new("message.text", Sort::Message)),
            ["last_validation_result"] => {
                let variable = self.validated();
                Some(Read::new(variable, Sort::Computed))
            }
            ["name"] | ["profile", "name"] => Some(Read::new("contact.name", Sort::Text)),
            ["origin"] | ["messenger"] | ["chat", "origin"] => Some(Read::new("conversation.channel", Sort::Channel)),
            ["talk", "id"] => Some(Read::new("conversation.id", Sort::Text)),
            ["current_date"] => {
                self.unconfirmed("how `current_date` is written: here 31.12.2026");
                Some(Read::new("format(now, \"dd.MM.yyyy\")", Sort::Computed))
            }
            ["founded_id"] => {
                self.variables.insert("found_id", "text");
                Some(Read::new("vars.found_id", Sort::Text))
            }
            // More of another contact than who it is, no bot reads.
            ["contact_double", property @ ("id" | "name")] => Some(self.found_contact("contact_double", property)),
            ["external_contact", property @ ("id" | "name")] => Some(self.found_contact("external_contact", property)),
            ["json", path @ ..] if !path.is_empty() => self.widget_data(path),
            [owner, rest @ ..] => {
                let owner = Owner::of(owner).filter(|_| !owner.starts_with(|first: char| first.is_ascii_digit()))?;
                self.property(owner, rest)
            }
            [] => None,
        }
    }

    /// What a search for a contact found.
    fn found_contact(&mut self, variable: &'static str, property: &str) -> Read {
        self.variables.insert(variable, "map");
        Read::new(format!("vars.{variable}.{property}"), Sort::Text)
    }

    /// What a widget's answer holds.
    fn widget_data(&mut self, path: &[&str]) -> Option<Read> {
        self.variables.insert("json", "map");
        let is_name = |part: &&str| crate::ids::check_id(part).is_ok();
        let path: Vec<String> =
            path.iter().map(|part| if is_name(part) { format!(".{part}") } else { format!("[{}]", quoted(part)) }).collect();
        Some(Read::new(format!("vars.json{}", path.concat()), Sort::Text))
    }

    fn property(&mut self, owner: Owner, rest: &[&str]) -> Option<Read> {
        match (owner, rest) {
            (_, ["cf", id]) if !id.is_empty() => Some(Read::new(self.field(owner, id), Sort::Text)),
            (_, ["cf", id, "is_checked"]) => Some(Read::new(self.field(owner, id), Sort::Flag)),
            (_, ["cf", id, option]) if !id.is_empty() && is_number(option) => {
                let (name, field) = (self.name_or_id(Kind::Options, option), self.field(owner, id));
                Some(Read { of: Some(field), ..Read::new(quoted(&name), Sort::Option) })
            }
            (Owner::Contact, ["id" | "name" | "first_name" | "phone" | "email" | "language"])
            | (Owner::Lead, ["id" | "name"]) => Some(Read::new(format!("{}.{}", owner.word(), rest[0]), Sort::Text)),
            (Owner::Lead, ["price" | "sale" | "budget"]) => Some(Read::new("lead.price", Sort::Number)),
            (Owner::Lead, ["status_id" | "stage"]) => Some(Read::new("lead.stage", Sort::Stage)),
            (Owner::Lead, ["pipeline_id"]) => Some(Read::new("lead.pipeline", Sort::Text)),
            (Owner::Contact | Owner::Lead, ["tags"]) => Some(Read::new(format!("{}.tags", owner.word()), Sort::Tags)),
            (Owner::Contact | Owner::Lead, ["responsible_user_id" | "responsible"] | ["responsible", "id"]) => {
                Some(Read::new(format!("{}.owner", owner.word()), Sort::User))
            }
            (Owner::Company, ["name"]) => Some(Read::new("company.name", Sort::Text)),
            _ => None,
        }
    }
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|digit| digit.is_ascii_digit())
}

/// A source as it is shown to people: not too long.
pub(super) fn shown(source: &str) -> String {
    let short: String = source.chars().take(60).collect();
    if short.len() < source.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::kommo::{mapping::Mapping, report::Report};

    fn with_context<T>(act: impl FnOnce(&mut Context<'_>) -> T) -> (T, Report) {
        let (mut mapping, mut report) = (Mapping::default(), Report::default());
        let mut context = Context::new("bot", &mut mapping, &mut report);
        (act(&mut context), report)
    }

    fn text(kommo: &str) -> String {
        with_context(|context| context.text("0", kommo)).0
    }

    #[test]
    fn placeholders_become_expressions() {
        for (kommo, ours) in [
            ("Hi {{contact.first_name}}!", "Hi {{ contact.first_name }}!"),
            ("{{ name }}", "{{ contact.name }}"),
            ("{{message_text.email}}", "{{ email(message.text) }}"),
            ("{{lead.cf.5501}} {{company.cf.7}}", "{{ lead.fields.cf_5501 }} {{ company.cf_7 }}"),
            ("{{contact.cf.City name}}", "{{ contact.fields.city_name }}"),
            ("{{lead.cf.1.22}}", "{{ if lead.fields.cf_1 == \"22\" { \"22\" } else { \"\" } }}"),
            ("{{lead.cf.1.name}}", ""),
            ("{{json.reply}}", "{{ vars.json.reply }}"),
            ("{{lead.responsible.id}}", "{{ lead.owner }}"),
            ("{{lead.responsible.name}}", ""),
            ("{{regexp./(\\d{2})/}}", "{{ capture(message.text, \"(?-i)(\\\\d{2})\") }}"),
            ("{{lead.price:format(2)}}", "{{ format(number(lead.price), 2) }}"),
            ("{{name:ifempty(friend)}}", "{{ contact.name ?? \"friend\" }}"),
            ("{{name:ifempty({{lead.name}})}}!", "{{ contact.name ?? lead.name }}!"),
            ("{{name:ifempty(my {{lead.name}})}}", "{{ contact.name ?? \"my \" + text(lead.name) }}"),
            ("{{name:replace({{lead.name}},x)}}", "{{ contact.name }}"),
        ] {
            assert_eq!(text(kommo), ours, "{kommo}");
        }
    }

    #[test]
    fn no_braces_are_left_of_what_has_no_equal() {
        for kommo in [
            "a {{visitor_uid}} b",
            "a {{name",
            "a }} b",
            "{{{name}}}",
            "{{}}",
            "{ {{x}} }",
            "{{{{",
            "{{a}}{{b}}",
            "{{{visitor_uid}}{",
        ] {
            let ours = text(kommo);
            let literals = ours.replace("{{ contact.name }}", "");
            assert!(!literals.contains("{{") && !literals.contains("}}"), "{kommo}: {ours}");
            assert!(crate::expression::Text::compile(&ours).is_ok(), "{kommo}: {ours}");
        }
        let (_, report) = with_context(|context| context.text("3.question[0]", "{{visitor_uid}}"));
        assert_eq!(report.findings[0].code, Code::Placeholder);
        assert_eq!(report.findings[0].place, "3.question[0]");
    }

    #[test]
    fn formulas_are_arithmetic() {
        let (formula, _) = with_context(|context| context.formula("0", "({{lead.cf.11}} + 5) * {{lead.cf.12}}"));
        assert_eq!(formula.as_deref(), Some("((number(lead.fields.cf_11) ?? 0) + 5) * (number(lead.fields.cf_12) ?? 0)"));
        assert_eq!(with_context(|context| context.formula("0", "1 + sleep(9)")).0, None);
        assert_eq!(with_context(|context| context.formula("0", "1 +")).0, None);
    }
}
