//! Documents in few words.

use contract::Sha256Digest;

/// Enough of a hash to tell it apart at a glance; the full one is a click away.
pub(crate) fn abbreviated(hash: &Sha256Digest) -> String {
    let mut text = hash.hex();
    text.truncate(12);
    text.push('\u{2026}');
    text
}

/// What a media type is called.
pub(crate) fn kind(mime_type: &str) -> &str {
    match mime_type {
        "application/pdf" => "PDF",
        "text/plain" => "Text",
        "text/markdown" => "Markdown",
        "application/xml" => "XML",
        other => other,
    }
}
