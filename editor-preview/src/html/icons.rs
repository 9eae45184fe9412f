//! The little pictures, drawn in line with `currentColor`: no font, no file, no style attribute. All are decoration; words stand
//! beside them.

macro_rules! icons {
    ($($name:ident = $shape:literal;)*) => {
        $(pub(crate) const $name: &str = concat!(
            "<svg class=\"sb-icon\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" ",
            "stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\">", $shape, "</svg>"
        );)*
    };
}

icons! {
    ALERT = r#"<path d="M12 4 21 20H3Z"/><path d="M12 10v4M12 17v.1"/>"#;
    BOX = r#"<path d="M4 8 12 4l8 4v8l-8 4-8-4Z"/><path d="M4 8l8 4 8-4M12 12v8"/>"#;
    CHECK = r#"<path d="M5 13l4 4L19 7"/>"#;
    CHECKS = r#"<path d="M2 13l4 4 9-10M11 16l1 1L22 7"/>"#;
    CLOCK = r#"<circle cx="12" cy="12" r="8"/><path d="M12 8v4l3 2"/>"#;
    COPY = r#"<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M15 5H6a2 2 0 0 0-2 2v9"/>"#;
    FILE = r#"<path d="M6 3h8l4 4v14H6Z"/><path d="M14 3v4h4"/>"#;
    FORM = r#"<rect x="5" y="3" width="14" height="18" rx="2"/><path d="M9 8h6M9 12h6M9 16h3"/>"#;
    FORWARD = r#"<path d="M13 7l6 5-6 5v-3C8 14 6 16 4 19c0-5 3-9 9-9Z"/>"#;
    IMAGE = r#"<rect x="3" y="5" width="18" height="14" rx="2"/><circle cx="9" cy="10" r="1.5"/><path d="M4 18l5-5 4 4 3-3 4 4"/>"#;
    LINK = r#"<path d="M14 4h6v6M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4"/>"#;
    LIST = r#"<path d="M9 6h11M9 12h11M9 18h11M4 6h.1M4 12h.1M4 18h.1"/>"#;
    MICROPHONE = r#"<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5 11a7 7 0 0 0 14 0M12 18v3"/>"#;
    NEXT = r#"<path d="M9 6l6 6-6 6"/>"#;
    NOTE = r#"<path d="M9 18V6l10-2v12"/><circle cx="6.5" cy="18" r="2.5"/><circle cx="16.5" cy="16" r="2.5"/>"#;
    PENCIL = r#"<path d="M4 20l1-5L16 4l4 4L9 19Z"/><path d="M13 7l4 4"/>"#;
    PERSON = r#"<circle cx="12" cy="8" r="4"/><path d="M4 21a8 8 0 0 1 16 0"/>"#;
    PHONE = r#"<path d="M5 4h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1Z"/>"#;
    PIN = r#"<path d="M12 21s-7-6-7-11a7 7 0 0 1 14 0c0 5-7 11-7 11Z"/><circle cx="12" cy="10" r="2.5"/>"#;
    REPLY = r#"<path d="M11 7 5 12l6 5v-3c5 0 7 2 9 5 0-5-3-9-9-9Z"/>"#;
    SMILE = r#"<circle cx="12" cy="12" r="9"/><path d="M8 14a5 5 0 0 0 8 0M9 9v.1M15 9v.1"/>"#;
    TEMPLATE = r#"<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 9h18M9 9v11"/>"#;
    VIDEO = r#"<rect x="3" y="5" width="18" height="14" rx="2"/><path d="M10 9l5 3-5 3Z"/>"#;
    WAVE = r#"<path d="M3 11v2M6 8v8M9 10v4M12 5v14M15 9v6M18 7v10M21 11v2"/>"#;
}
