//! The studio as files: what `npm run build` in `web/` made of it. A release build carries them; a debug build reads them from the
//! folder, so that the next build of the studio is served without another build of the program.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "web/dist"]
#[allow_missing = true]
struct Built;

/// A file of the studio by its path, like `index.html`. None: there is no such file, or the studio was not built.
pub fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    Built::get(path).map(|file| file.data)
}
