//! What people read of each code. Those of the rules stand with the rules; those of JSON, form and meaning stand here.

use super::{
    FORMAT_CODE, UNREADABLE, across, json, meaning,
    rules::{Page, RULES},
    walk,
};

/// Every code with its page, in the order in which a bot is checked.
pub(crate) fn codes() -> impl Iterator<Item = (&'static str, Page)> {
    let own = PAGES.iter().map(|(code, page)| (*code, *page));
    own.chain(RULES.iter().map(|rule| (rule.code, rule.page)))
}

/// The codes of [`super::across`], which looks at several bots at once.
pub(crate) fn codes_across() -> impl Iterator<Item = (&'static str, Page)> {
    across::PAGES.iter().map(|(code, page)| (*code, *page))
}

const PAGES: &[(&str, Page)] = &[
    (
        json::CODE,
        Page {
            happened: "The file is no JSON.",
            why: "A bot is strict JSON: no comments, no commas after the last entry, double quotes around keys and texts. Of several such mistakes the first is shown: what \
                  follows can't be told before it is mended.",
            to_do: "Mend the place that is shown. Remarks go into `comment` or `meta` of a step.",
        },
    ),
    (
        FORMAT_CODE,
        Page {
            happened: "The bot is written in a format that this program does not know.",
            why: "`format` is the version of the bot language. An older one is brought up to date when the bot is loaded; a newer one may hold what this program would do wrongly.",
            to_do: "Update the program, or write the bot for the format that it knows.",
        },
    ),
    (
        walk::DUPLICATE_KEY,
        Page {
            happened: "An object has the same key twice.",
            why: "Only one of them would count, and JSON does not say which.",
            to_do: "Take one out, or give it another name. Two steps with the same id are two keys, too.",
        },
    ),
    (
        walk::UNKNOWN_KEY,
        Page {
            happened: "A key is none that the language has in this place.",
            why: "It would be ignored, and the bot would not do what it seems to say. Most often the key is misspelt, or belongs one level higher or lower.",
            to_do: "Write the key that is suggested; of two that exclude each other keep one. Data for tools goes into `meta`.",
        },
    ),
    (
        walk::MISSING_KEY,
        Page {
            happened: "A key is missing that can't be left out.",
            why: "Without it the step, trigger or option has nothing to do.",
            to_do: "Add the key.",
        },
    ),
    (
        walk::WRONG_TYPE,
        Page {
            happened: "A value is of another type than its key takes.",
            why: "A number in quotes is a text; a list with one entry still needs its brackets.",
            to_do: "Write what is expected.",
        },
    ),
    (
        walk::UNKNOWN_WORD,
        Page {
            happened: "A word is none of those that its key takes, such as the `type` of a step.",
            why: "The language has a fixed list of words there.",
            to_do: "Write one of the words that are shown.",
        },
    ),
    (
        walk::OUT_OF_RANGE,
        Page {
            happened: "A number is too small or too large, or a list has too few or too many entries.",
            why: "The limit is the language's, or WhatsApp's.",
            to_do: "Keep to the limit that is shown.",
        },
    ),
    (
        meaning::EXPRESSION,
        Page {
            happened: "An expression, a script, or what stands between `{{ }}` of a text can't be read.",
            why: "Expressions are compiled when the bot is loaded, so that a mistake is found here and not in a chat.",
            to_do: "Mend the place under the caret. The page of functions lists what there is.",
        },
    ),
    (
        meaning::PATH,
        Page {
            happened: "A path names no place that a bot can write to.",
            why: "Values are kept in `vars.x`, `contact.*`, `contact.fields.x`, `lead.*`, `lead.fields.x` and `company.x`.",
            to_do: "Write one of these. Pipeline and stage are changed by the `stage` step, tags by `tags`.",
        },
    ),
    (
        meaning::DURATION,
        Page {
            happened: "A text is no length of time.",
            why: "Times are written as numbers with units, the longest unit first.",
            to_do: "Write `90s`, `15m`, `2h`, `3d`, or several such as `1d12h`.",
        },
    ),
    (
        meaning::PATTERN,
        Page {
            happened: "A regular expression can't be read, or would grow too large.",
            why: "Patterns run in linear time, so they have no look-around and no back-references.",
            to_do: "Mend it, or say it with `synonyms`, `\"match\": \"words\"`, or an expression.",
        },
    ),
    (
        meaning::ID,
        Page {
            happened: "The id of a step, option, bot, variable or field has a form that ids don't have.",
            why: "Ids are read in expressions and kept for years: `[a-z][a-z0-9_]{0,63}`, and no reserved word of the expression language.",
            to_do: "Write small letters, digits and `_`. What people read goes into `label` or `title`.",
        },
    ),
    (
        meaning::HOURS,
        Page {
            happened: "Business hours can't be read.",
            why: "Their keys are weekdays (`mon`, `mon-fri`) or dates (`2026-12-25`), their entries spans of the day.",
            to_do: "Write `\"mon-fri\": [\"09:00-18:00\"]`; past midnight `22:00-02:00`; closed on a holiday `\"2026-12-25\": []`.",
        },
    ),
    (
        meaning::TIMEZONE,
        Page {
            happened: "A time zone is unknown.",
            why: "Business hours, dates and schedules follow it.",
            to_do: "Write an IANA name such as `America/Sao_Paulo` or `Europe/Lisbon`.",
        },
    ),
    (
        meaning::COUNTRY,
        Page {
            happened: "A country is unknown.",
            why: "Phone numbers without a country code are read as numbers of it.",
            to_do: "Write its two letters (ISO 3166), such as `BR`.",
        },
    ),
    (
        meaning::HOST,
        Page {
            happened: "A host is no host.",
            why: "Links of a model's answers are compared with it, by their host alone.",
            to_do: "Write the name alone, without `https://`, path or star: `shop.example`. Its subdomains are meant too.",
        },
    ),
    (
        meaning::LANGUAGE,
        Page {
            happened: "A language is no language tag.",
            why: "Texts, dates and numbers follow it.",
            to_do: "Write a tag such as `pt-BR`, `es` or `en_US`.",
        },
    ),
    (
        meaning::CRON,
        Page {
            happened: "A schedule can't be read.",
            why: "It has five fields: minute, hour, day of the month, month, weekday, in the bot's time zone.",
            to_do: "Write, for instance, `0 9 * * 1-5` for nine o'clock on working days.",
        },
    ),
    (
        UNREADABLE,
        Page {
            happened: "The file can't be read, or a step in it can't, for a reason that no other check has found.",
            why: "A file is UTF-8 text that the program may read; the first byte that is none is shown. The keys of such a step are right one by one, and wrong together.",
            to_do: "Save the file as UTF-8, and let the program read it. Compare the step with its page in the reference.",
        },
    ),
];
