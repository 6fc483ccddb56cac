//! From a template and its data to PDF bytes; what the pages look like is left to the templates.

use std::sync::LazyLock;

use serde::Serialize;
use typst::foundations::{Bytes, Datetime, Dict, Smart, Value};
use typst_as_lib::TypstEngine;
use typst_as_lib::typst_kit_options::TypstKitFontOptions;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, Timestamp};

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// A date is not written `2026-11-30`.
    #[error("`{0}` is not a date like 2026-11-30")]
    Date(String),
    /// The data could not be handed to the template.
    #[error("the document's data could not be written")]
    Data(#[from] serde_json::Error),
    /// The template refused the data, or the PDF could not be written.
    #[error("the document could not be laid out: {0}")]
    Layout(String),
}

/// The templates of this crate.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Template {
    Invoice,
    Certificate,
}

impl Template {
    fn file(self) -> &'static str {
        match self {
            Self::Invoice => "invoice.typ",
            Self::Certificate => "certificate.typ",
        }
    }
}

// The engine resolves these three names and nothing else: no file of the machine, no package.
static ENGINE: LazyLock<TypstEngine> = LazyLock::new(|| {
    TypstEngine::builder()
        .search_fonts_with(TypstKitFontOptions::new().include_system_fonts(false).include_embedded_fonts(true))
        .with_static_source_file_resolver([
            ("page.typ", include_str!("page.typ")),
            (Template::Invoice.file(), include_str!("invoice.typ")),
            (Template::Certificate.file(), include_str!("certificate.typ")),
        ])
        .build()
});

/// Lays the data out. It reaches the template as JSON bytes, so no text in it is ever read as markup.
pub(crate) fn lay_out(template: Template, data: &impl Serialize) -> Result<PagedDocument, DocumentError> {
    let mut inputs = Dict::new();
    inputs.insert("data".into(), Value::Bytes(Bytes::new(serde_json::to_vec(data)?)));
    ENGINE.compile_with_input(template.file(), inputs).output.map_err(|error| DocumentError::Layout(error.to_string()))
}

/// Writes the pages as PDF. `identity` names the document the same way each time it is written, and
/// `date` (`2026-11-30`) stands in its properties in place of the time of writing.
pub(crate) fn write(document: &PagedDocument, identity: String, date: &str) -> Result<Vec<u8>, DocumentError> {
    let date = parse_date(date).ok_or_else(|| DocumentError::Date(date.to_owned()))?;
    let options = PdfOptions {
        ident: Smart::Custom(identity),
        creator: Smart::Custom(Some("Fairhold".to_owned())),
        timestamp: Some(Timestamp::new_utc(date)),
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|faults| {
        let messages: Vec<_> = faults.iter().map(|fault| fault.message.as_str()).collect();
        DocumentError::Layout(messages.join("; "))
    })
}

fn parse_date(text: &str) -> Option<Datetime> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    Datetime::from_ymd_hms(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?, 0, 0, 0)
}

/// All text on the pages in reading order of the frames, for the tests.
#[cfg(test)]
pub(crate) fn text_of(document: &PagedDocument) -> String {
    use typst::layout::{Frame, FrameItem};
    fn walk(frame: &Frame, text: &mut String) {
        for (_, item) in frame.items() {
            match item {
                FrameItem::Text(run) => text.push_str(&run.text),
                FrameItem::Group(group) => walk(&group.frame, text),
                _ => {}
            }
        }
        text.push('\n');
    }
    let mut text = String::new();
    for page in document.pages() {
        walk(&page.frame, &mut text);
    }
    text
}

/// Width of the widest run of text in points, for the tests.
#[cfg(test)]
pub(crate) fn widest_run(document: &PagedDocument) -> f64 {
    use typst::layout::{Frame, FrameItem};
    fn walk(frame: &Frame) -> f64 {
        let widths = frame.items().map(|(_, item)| match item {
            FrameItem::Text(run) => run.width().to_pt(),
            FrameItem::Group(group) => walk(&group.frame),
            _ => 0.0,
        });
        widths.fold(0.0, f64::max)
    }
    document.pages().iter().map(|page| walk(&page.frame)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_strict() {
        assert!(parse_date("2026-11-30").is_some());
        for bad in ["", "30.11.2026", "2026-11-31", "2026-13-01", "26-11-30", "2026-11-30T00:00:00Z"] {
            assert!(parse_date(bad).is_none(), "{bad}");
        }
    }
}
