//! A model's answer as WhatsApp writes: models are fond of Markdown, of which WhatsApp shows the stars.

use std::{borrow::Cow, sync::LazyLock};

use regex::Regex;

/// What is replaced, in this order. What WhatsApp itself understands (lists, quotes, `*bold*`, code) stays.
static REPLACED: LazyLock<[(Regex, &str); 8]> = LazyLock::new(|| {
    let pattern = |source: &str| Regex::new(source).expect("a constant pattern, compiled by the tests");
    [
        // Of a fence, WhatsApp shows the language.
        (pattern(r"(?m)^```[A-Za-z0-9+#-]+[ \t]*$"), "```"),
        // A picture or a link is its address, behind its words.
        (pattern(r"!\[[^\]\n]*\]\((?P<url>[^()\s]+)\)"), "$url"),
        (pattern(r"\[(?P<text>[^\]\n]+)\]\((?P<url>[^()\s]+)\)"), "$text: $url"),
        (pattern(r"\*\*\*(?P<text>[^*\n]+)\*\*\*"), "*_${text}_*"),
        (pattern(r"\*\*(?P<text>[^*\n]+)\*\*"), "*$text*"),
        (pattern(r"__(?P<text>[^_\n]+)__"), "*$text*"),
        (pattern(r"~~(?P<text>[^~\n]+)~~"), "~$text~"),
        // A heading is a bold line; bold in it is no more than bold.
        (pattern(r"(?m)^#{1,6}[ \t]+\*?(?P<text>[^*\n]+?)\*?[ \t#]*$"), "*$text*"),
    ]
});

/// The answer with WhatsApp's markup.
pub(super) fn as_chat(answer: &str) -> String {
    let mut text = Cow::Borrowed(answer.trim());
    for (pattern, replacement) in &*REPLACED {
        if let Cow::Owned(replaced) = pattern.replace_all(&text, *replacement) {
            text = Cow::Owned(replaced);
        }
    }
    // A link whose words are its address is told once.
    text.split('\n').map(once).collect::<Vec<_>>().join("\n")
}

fn once(line: &str) -> Cow<'_, str> {
    let Some((words, url)) = line.rsplit_once(": ") else { return Cow::Borrowed(line) };
    match words.strip_suffix(url) {
        Some(before) if url.contains("://") => Cow::Owned(format!("{before}{url}")),
        _ => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_what_whatsapp_shows() {
        for (answer, expected) in [
            ("**Olá**, _Ana_!", "*Olá*, _Ana_!"),
            ("*Olá*", "*Olá*"),
            ("***Já***", "*_Já_*"),
            ("__Hoje__ e ~~ontem~~", "*Hoje* e ~ontem~"),
            ("## Preços\n\n- **Café**: R$ 10\n* Chá", "*Preços*\n\n- *Café*: R$ 10\n* Chá"),
            ("### **Horário** ###\n9h", "*Horário*\n9h"),
            ("Veja [o menu](https://a.example/m?x=1).", "Veja o menu: https://a.example/m?x=1."),
            ("[https://a.example](https://a.example)", "https://a.example"),
            ("![foto](https://a.example/f.png)", "https://a.example/f.png"),
            ("```json\n{}\n```", "```\n{}\n```"),
            ("2 * 3 ** 2 #1", "2 * 3 ** 2 #1"),
            ("nome_do_arquivo__v2", "nome_do_arquivo__v2"),
        ] {
            assert_eq!(as_chat(answer), expected);
        }
    }
}
