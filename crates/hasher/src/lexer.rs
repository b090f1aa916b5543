//! Words of a PDF, from bytes that come in pieces.
//!
//! Strings and comments are passed over, and so is what streams hold: none of it means
//! anything here, and much of it looks as if it did.

/// Longest word that anything is made of. Of longer ones the start is kept.
const WORD_MAX: usize = 16;
const END: &[u8] = b"endstream";
const MARK_OF_END: &[u8] = b"%EOF";

/// What stands in a file between spaces and brackets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    /// Where it starts, in bytes from the file's start.
    pub(crate) at: u64,
    /// It is a name: a slash went before it.
    pub(crate) is_name: bool,
    bytes: [u8; WORD_MAX],
    length: usize,
}

impl Word {
    const NONE: Self = Self { at: 0, is_name: false, bytes: [0; WORD_MAX], length: 0 };

    /// Its text, cut at sixteen bytes.
    pub(crate) fn text(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// The number that it writes.
    pub(crate) fn number(&self) -> Option<u64> {
        std::str::from_utf8(self.text()).ok().filter(|_| !self.is_name)?.parse().ok()
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }
}

/// What is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Event {
    /// A word.
    Word(Word),
    /// A stream of these bytes, the first and the one behind the last.
    Stream(u64, u64),
    /// `%%EOF`.
    EndOfFile,
}

/// What the reader of words makes of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// More words follow.
    Words,
    /// A stream follows, of so many bytes if its dictionary said so.
    Stream(Option<u64>),
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Words,
    Comment {
        matched: usize,
    },
    String {
        depth: u32,
        escaped: bool,
    },
    /// The line break before a stream's first byte; whether its first half was there.
    Break {
        length: Option<u64>,
        half: bool,
    },
    /// In a stream: bytes to pass over unseen, and how much of `endstream` was seen.
    Stream {
        from: u64,
        exact: Option<u64>,
        skip: u64,
        matched: usize,
    },
}

/// Reads words out of pieces.
#[derive(Debug)]
pub(crate) struct Lexer {
    at: u64,
    mode: Mode,
    word: Option<Word>,
}

impl Lexer {
    /// A lexer for what starts at this byte of the file.
    pub(crate) const fn at(at: u64) -> Self {
        Self { at, mode: Mode::Words, word: None }
    }

    /// Whether the file may end here: not within a stream.
    pub(crate) const fn is_between(&self) -> bool {
        !matches!(self.mode, Mode::Break { .. } | Mode::Stream { .. })
    }

    /// Ends the last word.
    pub(crate) fn end(&mut self, hear: &mut impl FnMut(Event) -> Next) {
        self.end_word(hear);
    }

    /// Takes the next piece.
    pub(crate) fn take(&mut self, piece: &[u8], hear: &mut impl FnMut(Event) -> Next) {
        let mut rest = piece;
        while let Some(&byte) = rest.first() {
            let taken = match self.mode {
                Mode::Words => self.words(byte, hear),
                Mode::Comment { matched } => {
                    self.comment(byte, matched, hear);
                    1
                }
                Mode::String { depth, escaped } => {
                    self.string(byte, depth, escaped);
                    1
                }
                Mode::Break { length, half } => self.line_break(byte, length, half),
                Mode::Stream { from, exact, skip, matched } => {
                    let before = piece.get(..piece.len() - rest.len()).unwrap_or_default();
                    self.stream(rest, before, (from, exact, skip, matched), hear)
                }
            };
            self.at += wide(taken);
            rest = rest.get(taken..).unwrap_or_default();
        }
    }

    /// How many bytes were taken: none where the byte belongs to what a word began.
    fn words(&mut self, byte: u8, hear: &mut impl FnMut(Event) -> Next) -> usize {
        let is_break = byte.is_ascii_whitespace() || byte == 0;
        if !is_break && !b"()<>[]{}/%".contains(&byte) {
            let at = self.at;
            self.word.get_or_insert(Word { at, ..Word::NONE }).push(byte);
            return 1;
        }
        if self.end_word(hear) {
            return 0;
        }
        match byte {
            b'/' => self.word = Some(Word { at: self.at, is_name: true, ..Word::NONE }),
            b'(' => self.mode = Mode::String { depth: 1, escaped: false },
            b'%' => self.mode = Mode::Comment { matched: 0 },
            _ => {}
        }
        1
    }

    /// Whether the word began something else than words.
    fn end_word(&mut self, hear: &mut impl FnMut(Event) -> Next) -> bool {
        let Some(word) = self.word.take() else { return false };
        match hear(Event::Word(word)) {
            Next::Words => false,
            Next::Stream(length) => {
                self.mode = Mode::Break { length, half: false };
                true
            }
        }
    }

    fn comment(&mut self, byte: u8, matched: usize, hear: &mut impl FnMut(Event) -> Next) {
        let matched = match MARK_OF_END.get(matched) {
            Some(&expected) if expected == byte => matched + 1,
            // It says something else.
            _ => usize::MAX,
        };
        if matched == MARK_OF_END.len() {
            hear(Event::EndOfFile);
        }
        self.mode = if matches!(byte, b'\r' | b'\n') { Mode::Words } else { Mode::Comment { matched } };
    }

    fn string(&mut self, byte: u8, depth: u32, escaped: bool) {
        let depth = match byte {
            _ if escaped => depth,
            b'(' => depth.saturating_add(1),
            b')' => depth - 1,
            _ => depth,
        };
        self.mode = if depth == 0 { Mode::Words } else { Mode::String { depth, escaped: !escaped && byte == b'\\' } };
    }

    fn line_break(&mut self, byte: u8, length: Option<u64>, half: bool) -> usize {
        let (taken, is_over) = match byte {
            b'\r' if !half => (1, false),
            b'\n' => (1, true),
            _ => (0, true),
        };
        self.mode = if is_over {
            let from = self.at + wide(taken);
            Mode::Stream { from, exact: length, skip: length.unwrap_or(0), matched: 0 }
        } else {
            Mode::Break { length, half: true }
        };
        taken
    }

    fn stream(
        &mut self,
        rest: &[u8],
        before: &[u8],
        (from, exact, skip, matched): (u64, Option<u64>, u64, usize),
        hear: &mut impl FnMut(Event) -> Next,
    ) -> usize {
        if skip > 0 {
            let taken = usize::try_from(skip).unwrap_or(usize::MAX).min(rest.len());
            self.mode = Mode::Stream { from, exact, skip: skip - wide(taken), matched };
            return taken;
        }
        let mut seen = matched;
        for (index, &byte) in rest.iter().enumerate() {
            while seen > 0 && END.get(seen) != Some(&byte) {
                // `endstre` ends as the whole begins: with an e.
                seen = usize::from(seen == 7);
            }
            if END.get(seen) == Some(&byte) {
                seen += 1;
            }
            if seen == END.len() {
                let end = self.at + wide(index + 1) - wide(END.len());
                let line_break = match (index + 1).checked_sub(END.len()) {
                    Some(start) => line_break_before(rest.get(..start).unwrap_or_default(), before),
                    None => 1,
                };
                let end = exact.map_or(end.saturating_sub(line_break), |length| from.saturating_add(length));
                hear(Event::Stream(from, end.max(from)));
                self.mode = Mode::Words;
                return index + 1;
            }
        }
        self.mode = Mode::Stream { from, exact, skip, matched: seen };
        rest.len()
    }
}

/// Length of the line break that what was read ends with.
fn line_break_before(last: &[u8], before: &[u8]) -> u64 {
    let mut backwards = last.iter().rev().chain(before.iter().rev());
    match (backwards.next(), backwards.next()) {
        (Some(b'\n'), Some(b'\r')) => 2,
        (Some(b'\n' | b'\r'), _) => 1,
        _ => 0,
    }
}

/// A length as a place in a file.
pub(crate) fn wide(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
