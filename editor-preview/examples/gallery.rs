//! Writes a page with all kinds of messages: `cargo run -p editor-preview --example gallery > gallery.html`.

use std::io::Write;

use editor_preview::{
    gallery,
    html::{self, StyleSource},
};

fn main() -> std::io::Result<()> {
    let page = html::page(&gallery::chat(), StyleSource::Inline);
    std::io::stdout().write_all(page.as_bytes())
}
