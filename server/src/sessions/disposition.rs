//! `Content-Disposition` (RFC 6266): under which name a download is saved.

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 8187 lets stand unescaped, besides letters and digits.
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A download to be saved as `name`; never shown in the browser.
pub(super) fn attachment(name: &str) -> HeaderValue {
    // The plain form is for programs that cannot read the other one.
    let plain: String = name
        .chars()
        .map(|c| if (c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%')) || c == ' ' { c } else { '_' })
        .collect();
    let full = utf8_percent_encode(name, ATTR_CHAR);
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{full}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_06_writes_any_name() {
        let header = |name| attachment(name).to_str().unwrap().to_owned();
        assert_eq!(header("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        assert_eq!(
            header("Årsmøte.pdf"),
            "attachment; filename=\"_rsm_te.pdf\"; filename*=UTF-8''%C3%85rsm%C3%B8te.pdf"
        );
        assert_eq!(
            header("a\"; x=\r\n\\%41.txt"),
            "attachment; filename=\"a_; x=____41.txt\"; filename*=UTF-8''a%22%3B%20x%3D%0D%0A%5C%2541.txt"
        );
    }
}
