//! PDF: the text of its pages. A library reads it that stops the thread at what it does not expect, so it runs on a thread of its own, and
//! what would never end is refused before.

use std::thread;

use pdf_extract::{Dictionary, Document, Object, ObjectId};

use super::Unreadable;
use crate::splitting::{Outline, Part};

/// The most pages of a PDF that are read.
pub const MAX_PAGES: usize = 300;
/// How deeply pages may stand in groups, and pictures in pictures.
const MAX_DEPTH: usize = 12;
/// How many pictures of a page are looked through for pictures in them.
const MAX_FORMS: usize = 2_000;
/// What such a depth needs, and ample.
const STACK: usize = 16 * 1024 * 1024;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Part>, Unreadable> {
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("pdf".to_owned()).stack_size(STACK).spawn_scoped(scope, || pages(bytes));
        // A panic is the library's word for a PDF that it can't read.
        reader.map_err(|_| Unreadable::BrokenPdf)?.join().unwrap_or(Err(Unreadable::BrokenPdf))
    })
}

fn pages(bytes: &[u8]) -> Result<Vec<Part>, Unreadable> {
    let mut document = Document::load_mem(bytes).map_err(|_| Unreadable::BrokenPdf)?;
    if document.is_encrypted() {
        // Many that anybody may read are encrypted, with no password.
        document.decrypt("").map_err(|_| Unreadable::BrokenPdf)?;
    }
    let pages = document.get_pages();
    if pages.len() > MAX_PAGES {
        return Err(Unreadable::TooManyPages(pages.len()));
    }
    let mut outline = Outline::default();
    for (number, page) in pages {
        if !ends(&document, page) {
            return Err(Unreadable::BrokenPdf);
        }
        let mut text = String::new();
        let mut output = pdf_extract::PlainTextOutput::new(&mut text);
        pdf_extract::output_doc_page(&document, &mut output, number).map_err(|_| Unreadable::BrokenPdf)?;
        outline.paragraphs(&text);
    }
    Ok(outline.finish())
}

/// Whether reading a page comes to an end: no group of pages, and no picture, is in itself.
fn ends(document: &Document, page: ObjectId) -> bool {
    let Ok(page) = document.get_dictionary(page) else { return false };
    let mut groups = Some(page);
    let mut resources = None;
    for _ in 0..MAX_DEPTH {
        let Some(group) = groups else { break };
        resources = resources.or_else(|| dictionary(document, group, b"Resources"));
        groups = dictionary(document, group, b"Parent");
    }
    groups.is_none() && resources.is_none_or(|resources| end(document, resources, MAX_DEPTH, &mut 0))
}

fn end(document: &Document, resources: &Dictionary, depth: usize, looked: &mut usize) -> bool {
    let Some(pictures) = dictionary(document, resources, b"XObject") else { return true };
    pictures.iter().all(|(_, picture)| {
        let Ok(Object::Stream(picture)) = resolved(document, picture) else { return true };
        if picture.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind != b"Form") {
            return true;
        }
        *looked += 1;
        if depth == 0 || *looked > MAX_FORMS {
            return false;
        }
        match dictionary(document, &picture.dict, b"Resources") {
            Some(own) => end(document, own, depth - 1, looked),
            // Those around it are its own; it is in itself only if it draws one.
            None => !draws(&picture.decompressed_content().unwrap_or_else(|_| picture.content.clone())),
        }
    })
}

/// Whether a content draws pictures (ISO 32000-1, 8.8: the operator `Do`).
fn draws(content: &[u8]) -> bool {
    content.windows(2).any(|two| two == b"Do")
}

fn dictionary<'d>(document: &'d Document, of: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
    resolved(document, of.get(key).ok()?).ok()?.as_dict().ok()
}

fn resolved<'d>(document: &'d Document, object: &'d Object) -> Result<&'d Object, pdf_extract::Error> {
    document.dereference(object).map(|(_, object)| object)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDF of one page: what its content stream is, what its form is, and the group that its group of pages is in.
    fn pdf(content: &str, form: &str, parent: &str) -> Vec<u8> {
        let objects = [
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 600 800] {parent} >>"),
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 6 0 R >>".to_owned(),
            format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
            "<< /Font << /F1 5 0 R >> /XObject << /X 7 0 R >> >>".to_owned(),
            format!("<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length {} >>\nstream\n{form}\nendstream", form.len()),
        ];
        let mut file = "%PDF-1.4\n".to_owned();
        let mut places = Vec::new();
        for (number, object) in (1..).zip(objects) {
            places.push(file.len());
            file.push_str(&format!("{number} 0 obj\n{object}\nendobj\n"));
        }
        let table = file.len();
        file.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1));
        places.iter().for_each(|place| file.push_str(&format!("{place:010} 00000 n \n")));
        file.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n", places.len() + 1));
        file.into_bytes()
    }

    const TEXT: &str = "BT /F1 12 Tf 50 700 Td (Open from nine) Tj ET";

    #[test]
    fn pages_are_read() {
        let parts = read(&pdf(TEXT, "", "")).unwrap();
        assert_eq!(parts[0].text, "Open from nine");
    }

    #[test]
    fn what_is_broken_or_in_itself_is_refused() {
        for broken in [&b"%PDF-1.4"[..], b"", &pdf(TEXT, "", "")[..300], &pdf("BT /F9 12 Tf (x) Tj ET", "", "")] {
            assert_eq!(read(broken), Err(Unreadable::BrokenPdf));
        }
        assert_eq!(read(&pdf("/X Do", "/X Do", "")), Err(Unreadable::BrokenPdf));
        assert_eq!(read(&pdf(TEXT, "", "/Parent 2 0 R")), Err(Unreadable::BrokenPdf));
    }

    #[test]
    fn a_changed_byte_never_ends_the_program() {
        let whole = pdf(&format!("{TEXT} /X Do"), TEXT, "");
        for place in (0..whole.len()).step_by(9) {
            let mut changed = whole.clone();
            changed[place] = changed[place].wrapping_add(7);
            let _ = read(&changed);
        }
    }
}
