//! What can be seen in a text.

use crate::Finding;

/// Looks through a text that comes in pieces.
#[derive(Debug, Default)]
pub(crate) struct Text {
    /// Bytes of a character that goes on in the next piece.
    open: Vec<u8>,
    is_foreign: bool,
    has_controls: bool,
}

impl Text {
    /// Takes the next piece.
    pub(crate) fn take(&mut self, piece: &[u8]) {
        self.has_controls |= piece.iter().any(|byte| byte.is_ascii_control() && !b"\t\n\r\x0c".contains(byte));
        let mut rest = piece;
        // At most three bytes were open, and each either completes the character or breaks it.
        while !self.open.is_empty() && !self.is_foreign && !rest.is_empty() {
            let (first, others) = rest.split_at(1);
            self.open.extend_from_slice(first);
            rest = others;
            let open = std::mem::take(&mut self.open);
            self.judge(&open);
        }
        if !self.is_foreign {
            self.judge(rest);
        }
    }

    /// What is worth telling.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        if self.is_foreign || !self.open.is_empty() {
            vec![Finding::NotUtf8]
        } else if self.has_controls {
            vec![Finding::Controls]
        } else {
            Vec::new()
        }
    }

    fn judge(&mut self, bytes: &[u8]) {
        if let Err(error) = std::str::from_utf8(bytes) {
            match error.error_len() {
                Some(_) => self.is_foreign = true,
                None => self.open = bytes.get(error.valid_up_to()..).unwrap_or_default().to_vec(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::Finding;

    #[test]
    fn texts_are_utf_8_without_controls() {
        let no_findings: &[Finding] = &[];
        for (bytes, expected) in [
            ("Ærlighed varer længst. 😀\r\n\tJa.\n".as_bytes(), no_findings),
            (b"\xef\xbb\xbfMarked", no_findings),
            (b"caf\xe9", &[Finding::NotUtf8]),
            (b"\xff\xfeT\0e\0", &[Finding::NotUtf8]),
            (b"half a character: \xc3", &[Finding::NotUtf8]),
            (b"a\0b", &[Finding::Controls]),
            (b"\x1b[31mred", &[Finding::Controls]),
        ] {
            for length in [1, 2, 3, 64] {
                let mut text = Text::default();
                bytes.chunks(length).for_each(|piece| text.take(piece));
                assert_eq!(text.findings(), expected, "{bytes:?} in pieces of {length}");
            }
        }
    }
}
