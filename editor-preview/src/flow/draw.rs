//! A screen of a form as HTML: real fields with their labels inside of them, so that no id is needed; buttons that name their action.
//!
//! What is wrong with an answer stands inside of the field's label, where a screen reader finds it.

use serde_json::{Map, Value};

use super::{
    act::next_of,
    binding::{Scope, plain},
    component::Placed,
    fields::{self, Kind},
    rich,
};
use crate::{
    html::{Html, icons},
    words::{Language, fill},
};

/// The properties that hold an action, those first that are a button of their own.
const ACTIONS: [&str; 3] = ["on-click-action", "on-select-action", "on-unselect-action"];

/// The actions of a component, each with the place that its button names.
pub(super) fn actions<'f>(placed: &Placed<'f>) -> Vec<(String, &'f Value)> {
    let own = ACTIONS.iter().filter_map(|key| Some((format!("{}.{key}", placed.at), placed.component.get(key)?)));
    let items = placed.component.get("list-items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let of_items = items
        .iter()
        .enumerate()
        .filter_map(|(place, item)| Some((format!("{}.{place}.on-click-action", placed.at), item.get("on-click-action")?)));
    own.chain(of_items).collect()
}

pub(super) fn screen(
    id: &str,
    title: &str,
    shown: &[Placed<'_>],
    scope: &Scope<'_>,
    errors: &Map<String, Value>,
    language: Language,
) -> String {
    let mut html = Html::new(language);
    let title = plain(&scope.value(&Value::String(title.to_owned())));
    html.raw("<form class=\"sb-form\" novalidate=\"\" data-screen=\"").text(id).raw("\" aria-label=\"").text(&title).raw("\">\n");
    html.raw("<div class=\"sb-form-body\">\n");
    let mut painter = Painter { html: &mut html, scope, errors };
    let (footers, body): (Vec<_>, Vec<_>) = shown.iter().partition(|placed| placed.component.kind() == "Footer");
    body.iter().for_each(|placed| painter.component(placed));
    if body.is_empty() {
        let nothing = painter.html.words.form.nothing_here;
        painter.html.raw("<p class=\"sb-hint\">").text(nothing).raw("</p>\n");
    }
    painter.html.raw("</div>\n");
    footers.iter().for_each(|placed| painter.footer(placed));
    html.raw("</form>\n");
    html.finish()
}

struct Painter<'p> {
    html: &'p mut Html,
    scope: &'p Scope<'p>,
    errors: &'p Map<String, Value>,
}

impl Painter<'_> {
    fn component(&mut self, placed: &Placed<'_>) {
        let component = placed.component;
        if let (Some(kind), Some(name)) = (fields::kind(placed, self.scope), component.name()) {
            let name = name.to_owned();
            return self.field(placed, kind, &name);
        }
        match component.kind() {
            "TextHeading" => self.text(placed, "<p class=\"sb-form-heading\" dir=\"auto\">"),
            "TextSubheading" => self.text(placed, "<p class=\"sb-form-subheading\" dir=\"auto\">"),
            "TextBody" => self.text(placed, "<p class=\"sb-form-text\" dir=\"auto\">"),
            "TextCaption" => self.text(placed, "<p class=\"sb-form-text sb-footer\" dir=\"auto\">"),
            "RichText" => self.rich(&self.scope.text(component, "text")),
            "EmbeddedLink" => {
                self.button(
                    placed,
                    "on-click-action",
                    "button",
                    "sb-form-action sb-form-link",
                    &self.scope.text(component, "text"),
                );
            }
            "Image" => self.image(&self.scope.text(component, "alt-text")),
            "ImageCarousel" => {
                for image in self.scope.list(component, "images") {
                    self.image(&plain(&image["alt-text"]));
                }
            }
            "NavigationList" => self.navigation(placed),
            kind => {
                let text = fill(self.html.words.form.unknown_component, kind);
                self.html.raw("<p class=\"sb-hint\" dir=\"auto\">").text(&text).raw("</p>\n");
            }
        }
    }

    fn text(&mut self, placed: &Placed<'_>, open: &'static str) {
        let component = placed.component;
        let text = self.scope.text(component, "text");
        if self.scope.flag(component, "markdown", false) {
            return self.rich(&text);
        }
        let (bold, italic) = match self.scope.text(component, "font-weight").as_str() {
            "bold" => (true, false),
            "italic" => (false, true),
            "bold_italic" => (true, true),
            _ => (false, false),
        };
        let marks = [
            (bold, "<strong>", "</strong>"),
            (italic, "<em>", "</em>"),
            (self.scope.flag(component, "strikethrough", false), "<del>", "</del>"),
        ];
        let worn = || marks.iter().filter(|(is_worn, ..)| *is_worn);
        self.html.raw(open);
        worn().for_each(|(_, open, _)| {
            self.html.raw(open);
        });
        self.html.text(&text);
        worn().rev().for_each(|(.., close)| {
            self.html.raw(close);
        });
        self.html.raw("</p>\n");
    }

    fn rich(&mut self, text: &str) {
        self.html.raw("<div class=\"sb-text sb-form-rich\">");
        rich::markdown(self.html, text);
        self.html.raw("</div>\n");
    }

    /// Pictures are named, not shown: they may lie anywhere.
    fn image(&mut self, alt: &str) {
        let words = self.html.words;
        let alt = if alt.is_empty() { words.form.picture } else { alt };
        self.html.raw("<div class=\"sb-frame sb-tall\">").raw(icons::IMAGE);
        self.html.raw("<span class=\"sb-kind\" dir=\"auto\">").text(alt).raw("</span></div>\n");
    }

    fn field(&mut self, placed: &Placed<'_>, kind: Kind, name: &str) {
        match kind {
            Kind::Line => self.line(placed, name),
            Kind::Area => {
                self.open_field(placed);
                let most = self.scope.number(placed.component, "max-length");
                self.html.raw("<textarea class=\"sb-input\" rows=\"4\"");
                self.attributes(placed, name, most);
                let value = plain(&self.answer(name));
                self.html.raw(">").text(&value).raw("</textarea>");
                self.close_field(placed, name);
            }
            Kind::One if placed.component.kind() == "Dropdown" => self.dropdown(placed, name),
            Kind::One => self.options(placed, name, "<input type=\"radio\"", "<fieldset class=\"sb-group\">"),
            Kind::Several if placed.component.kind() == "ChipsSelector" => {
                self.options(placed, name, "<input type=\"checkbox\"", "<fieldset class=\"sb-group sb-chips\">");
            }
            Kind::Several => self.options(placed, name, "<input type=\"checkbox\"", "<fieldset class=\"sb-group\">"),
            Kind::Agreement => self.agreement(placed, name),
            Kind::Date => {
                self.open_field(placed);
                self.day(placed, name, &plain(&self.answer(name)));
                self.close_field(placed, name);
            }
            Kind::Range => self.range(placed, name),
            Kind::Files => self.files(placed, name),
        }
    }

    fn answer(&self, name: &str) -> Value {
        self.scope.form.get(name).cloned().unwrap_or_default()
    }

    fn line(&mut self, placed: &Placed<'_>, name: &str) {
        self.open_field(placed);
        self.html.raw(match self.scope.text(placed.component, "input-type").as_str() {
            "number" => "<input class=\"sb-input\" type=\"text\" inputmode=\"decimal\"",
            "email" => "<input class=\"sb-input\" type=\"email\"",
            "phone" => "<input class=\"sb-input\" type=\"tel\"",
            "password" => "<input class=\"sb-input\" type=\"password\"",
            "passcode" => "<input class=\"sb-input\" type=\"password\" inputmode=\"numeric\"",
            _ => "<input class=\"sb-input\" type=\"text\"",
        });
        self.attributes(placed, name, self.scope.number(placed.component, "max-chars"));
        let value = plain(&self.answer(name));
        self.html.raw(" value=\"").text(&value).raw("\">");
        self.close_field(placed, name);
    }

    /// Begins a field: its label is around it.
    fn open_field(&mut self, placed: &Placed<'_>) {
        self.html.raw("<label class=\"sb-field\">");
        self.label(placed, &self.scope.text(placed.component, "label"));
    }

    fn label(&mut self, placed: &Placed<'_>, label: &str) {
        self.html.raw("<span class=\"sb-field-label\" dir=\"auto\">").text(label);
        let required = self.scope.get(placed.component, "required");
        let least = ["min-selected-items", "min-uploaded-photos", "min-uploaded-documents"];
        let is_asked = |key: &&str| self.scope.number(placed.component, key).is_some_and(|least| least > 0);
        let is_optional = !matches!(&required, Value::Bool(true) | Value::Object(_)) && required.as_str() != Some("true");
        if is_optional && !least.iter().any(is_asked) {
            let optional = self.html.words.form.optional;
            self.html.raw(" <span class=\"sb-field-optional\">(").text(optional).raw(")</span>");
        }
        self.html.raw("</span>");
    }

    fn close_field(&mut self, placed: &Placed<'_>, name: &str) {
        self.below(placed, name);
        self.html.raw("</label>\n");
    }

    /// What stands below a field: help, and what is wrong.
    fn below(&mut self, placed: &Placed<'_>, name: &str) {
        let help = self.scope.text(placed.component, "helper-text");
        if !help.is_empty() {
            self.html.raw("<span class=\"sb-field-help\" dir=\"auto\">").text(&help).raw("</span>");
        }
        if let Some(error) = self.error(placed, name) {
            self.html.raw("<span class=\"sb-field-error\" dir=\"auto\">").raw(icons::ALERT).raw("<span>").text(&error);
            self.html.raw("</span></span>");
        }
    }

    /// What is wrong: found here, else what the form's data says (`error-message`, `error-messages`), as an endpoint answers.
    fn error(&self, placed: &Placed<'_>, name: &str) -> Option<String> {
        let found = self.errors.get(name).map(plain);
        // `error-message` of a text field is what it says itself of an answer that does not fit.
        let own = || Some(self.scope.text(placed.component, "error-message")).filter(|_| placed.component.kind() != "TextInput");
        let of_form = || placed.form.map(|form| plain(&self.scope.get(form, "error-messages")[name]));
        found.or_else(|| own().filter(|text| !text.is_empty())).or_else(of_form).filter(|text| !text.is_empty())
    }

    /// The attributes that all fields have.
    fn attributes(&mut self, placed: &Placed<'_>, name: &str, most: Option<usize>) {
        self.html.raw(" name=\"").text(name).raw("\"");
        if let Some(most) = most {
            self.html.raw(" maxlength=\"").number(most).raw("\"");
        }
        if self.scope.flag(placed.component, "required", false) {
            self.html.raw(" aria-required=\"true\"");
        }
        if self.error(placed, name).is_some() {
            self.html.raw(" aria-invalid=\"true\"");
        }
        if !self.scope.flag(placed.component, "enabled", true) {
            self.html.raw(" disabled=\"\"");
        }
        self.changes(placed);
    }

    /// A field whose answer does something says so: the page around it takes that action when the answer changes.
    fn changes(&mut self, placed: &Placed<'_>) {
        if let Some(action) = placed.component.get("on-select-action") {
            let at = format!("{}.on-select-action", placed.at);
            self.action(action, &at);
        }
    }

    fn action(&mut self, action: &Value, at: &str) {
        let name = action["name"].as_str().unwrap_or_default();
        self.html.raw(" data-action=\"").text(name).raw("\" data-at=\"").text(at).raw("\"");
        if let Some(next) = next_of(action) {
            self.html.raw(" data-next=\"").text(next).raw("\"");
        }
    }

    fn dropdown(&mut self, placed: &Placed<'_>, name: &str) {
        self.open_field(placed);
        self.html.raw("<select class=\"sb-input\"");
        self.attributes(placed, name, None);
        let choose = self.html.words.form.choose;
        self.html.raw("><option value=\"\">").text(choose).raw("</option>");
        let chosen = plain(&self.answer(name));
        for option in self.scope.list(placed.component, "data-source") {
            let id = plain(&option["id"]);
            self.html.raw("<option value=\"").text(&id).raw("\"");
            if id == chosen {
                self.html.raw(" selected=\"\"");
            }
            if option.get("enabled") == Some(&Value::Bool(false)) {
                self.html.raw(" disabled=\"\"");
            }
            self.html.raw(">").text(&plain(&option["title"])).raw("</option>");
        }
        self.html.raw("</select>");
        self.close_field(placed, name);
    }

    fn options(&mut self, placed: &Placed<'_>, name: &str, input: &'static str, group: &'static str) {
        self.html.raw(group).raw("<legend>");
        self.label(placed, &self.scope.text(placed.component, "label"));
        self.html.raw("</legend>\n");
        self.description(placed);
        let chosen = self.answer(name);
        let is_chosen = |id: &str| match &chosen {
            Value::Array(ids) => ids.iter().any(|chosen| plain(chosen) == id),
            one => plain(one) == id,
        };
        for option in self.scope.list(placed.component, "data-source") {
            let id = plain(&option["id"]);
            self.html.raw("<label class=\"sb-choice\">").raw(input);
            self.attributes(placed, name, None);
            self.html.raw(" value=\"").text(&id).raw("\"");
            if is_chosen(&id) {
                self.html.raw(" checked=\"\"");
            }
            if option.get("enabled") == Some(&Value::Bool(false)) && self.scope.flag(placed.component, "enabled", true) {
                self.html.raw(" disabled=\"\"");
            }
            self.html.raw("><span class=\"sb-choice-text\">");
            for (key, open) in [
                ("title", "<span dir=\"auto\">"),
                ("description", "<span class=\"sb-option-more\" dir=\"auto\">"),
                ("metadata", "<span class=\"sb-option-more\" dir=\"auto\">"),
            ] {
                let text = plain(&option[key]);
                if !text.is_empty() {
                    self.html.raw(open).text(&text).raw("</span>");
                }
            }
            self.html.raw("</span></label>\n");
        }
        self.below(placed, name);
        self.html.raw("</fieldset>\n");
    }

    fn description(&mut self, placed: &Placed<'_>) {
        let description = self.scope.text(placed.component, "description");
        if !description.is_empty() {
            self.html.raw("<span class=\"sb-field-help\" dir=\"auto\">").text(&description).raw("</span>\n");
        }
    }

    fn agreement(&mut self, placed: &Placed<'_>, name: &str) {
        self.html.raw("<div class=\"sb-agreement\"><label class=\"sb-choice\"><input type=\"checkbox\" value=\"true\"");
        self.attributes(placed, name, None);
        if self.answer(name) == Value::Bool(true) {
            self.html.raw(" checked=\"\"");
        }
        self.html.raw("><span class=\"sb-choice-text\"><span dir=\"auto\">").text(&self.scope.text(placed.component, "label"));
        self.html.raw("</span>");
        self.below(placed, name);
        self.html.raw("</span></label>");
        if placed.component.get("on-click-action").is_some() {
            let more = self.html.words.read_more;
            self.button(placed, "on-click-action", "button", "sb-form-action sb-form-link", more);
        }
        self.html.raw("</div>\n");
    }

    fn day(&mut self, placed: &Placed<'_>, name: &str, value: &str) {
        self.html.raw("<input class=\"sb-input\" type=\"date\"");
        self.attributes(placed, name, None);
        for (key, open) in [("min-date", " min=\""), ("max-date", " max=\"")] {
            if let Some(day) = fields::date(&self.scope.text(placed.component, key)) {
                self.html.raw(open).text(&day.to_string()).raw("\"");
            }
        }
        let day = fields::date(value).map_or_else(|| value.to_owned(), |day| day.to_string());
        self.html.raw(" value=\"").text(&day).raw("\">");
    }

    fn range(&mut self, placed: &Placed<'_>, name: &str) {
        let (component, answer) = (placed.component, self.answer(name));
        let label = self.scope.get(component, "label");
        self.html.raw("<fieldset class=\"sb-group sb-range\"><legend>");
        let title = self.scope.text(component, "title");
        self.label(placed, if title.is_empty() { label.as_str().unwrap_or_default() } else { &title });
        self.html.raw("</legend>\n");
        self.description(placed);
        let words = &self.html.words.form;
        for (end, default) in [("start-date", words.from_date), ("end-date", words.to_date)] {
            let own = plain(&label[end]);
            self.html.raw("<label class=\"sb-field\"><span class=\"sb-field-label\" dir=\"auto\">");
            self.html.text(if own.is_empty() { default } else { &own }).raw("</span>");
            self.day(placed, &format!("{name}.{end}"), &plain(&answer[end]));
            self.html.raw("</label>\n");
        }
        self.below(placed, name);
        self.html.raw("</fieldset>\n");
    }

    /// No file is loaded here: its name stands for it.
    fn files(&mut self, placed: &Placed<'_>, name: &str) {
        let words = &self.html.words.form;
        let label = self.scope.text(placed.component, "label");
        let default = if placed.component.kind() == "PhotoPicker" { words.add_photos } else { words.add_documents };
        let hint = words.files;
        self.html.raw("<label class=\"sb-field\">");
        self.label(placed, if label.is_empty() { default } else { &label });
        self.description(placed);
        self.html.raw("<textarea class=\"sb-input\" rows=\"2\"");
        self.attributes(placed, name, None);
        let names = plain(&self.answer(name));
        self.html.raw(">").text(&names).raw("</textarea><span class=\"sb-field-help\">").text(hint).raw("</span>");
        self.close_field(placed, name);
    }

    fn navigation(&mut self, placed: &Placed<'_>) {
        let component = placed.component;
        let label = self.scope.text(component, "label");
        self.html.raw("<div class=\"sb-group\" role=\"group\" aria-label=\"").text(&label).raw("\">");
        if !label.is_empty() {
            self.html.raw("<p class=\"sb-form-subheading\" dir=\"auto\">").text(&label).raw("</p>");
        }
        self.description(placed);
        self.html.raw("<ul class=\"sb-options\">\n");
        for (place, item) in self.scope.list(component, "list-items").iter().enumerate() {
            // An item's own action comes before that of the list.
            let (action, at) = match (item.get("on-click-action"), component.get("on-click-action")) {
                (Some(own), _) => (Some(own), format!("{}.{place}.on-click-action", placed.at)),
                (None, of_list) => (of_list, format!("{}.on-click-action", placed.at)),
            };
            self.html.raw("<li><button type=\"button\" class=\"sb-form-action sb-form-item\"");
            if let Some(action) = action {
                self.action(action, &at);
            }
            self.html.raw("><span class=\"sb-choice-text\">");
            let (main, end) = (&item["main-content"], &item["end"]);
            for (text, open) in [
                (&main["title"], "<span dir=\"auto\">"),
                (&item["badge"], "<span class=\"sb-badge\" dir=\"auto\">"),
                (&main["description"], "<span class=\"sb-option-more\" dir=\"auto\">"),
                (&main["metadata"], "<span class=\"sb-option-more\" dir=\"auto\">"),
                (&item["tags"], "<span class=\"sb-option-more\" dir=\"auto\">"),
            ] {
                let text = plain(text).replace('\n', " · ");
                if !text.is_empty() {
                    self.html.raw(open).text(&text).raw("</span>");
                }
            }
            self.html.raw("</span><span class=\"sb-choice-end\">");
            for key in ["title", "description", "metadata"] {
                let text = plain(&end[key]);
                if !text.is_empty() {
                    self.html.raw("<span dir=\"auto\">").text(&text).raw("</span>");
                }
            }
            self.html.raw("</span>").raw(icons::NEXT).raw("</button></li>\n");
        }
        self.html.raw("</ul></div>\n");
    }

    fn button(&mut self, placed: &Placed<'_>, key: &str, kind: &'static str, class: &'static str, label: &str) {
        let at = format!("{}.{key}", placed.at);
        self.html.raw("<button type=\"").raw(kind).raw("\" class=\"").raw(class).raw("\"");
        if let Some(action) = placed.component.get(key) {
            self.action(action, &at);
        }
        if !self.scope.flag(placed.component, "enabled", true) {
            self.html.raw(" disabled=\"\"");
        }
        self.html.raw("><span dir=\"auto\">").text(label).raw("</span></button>\n");
    }

    fn footer(&mut self, placed: &Placed<'_>) {
        let component = placed.component;
        self.html.raw("<footer class=\"sb-form-footer\">");
        let captions = ["left-caption", "center-caption", "right-caption"].map(|key| self.scope.text(component, key));
        if captions.iter().any(|caption| !caption.is_empty()) {
            self.html.raw("<p class=\"sb-form-captions\">");
            for caption in captions.iter().filter(|caption| !caption.is_empty()) {
                self.html.raw("<span dir=\"auto\">").text(caption).raw("</span>");
            }
            self.html.raw("</p>");
        }
        self.button(placed, "on-click-action", "submit", "sb-form-action", &self.scope.text(component, "label"));
        self.html.raw("</footer>\n");
    }
}
