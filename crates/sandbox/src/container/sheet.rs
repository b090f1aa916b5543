//! Plain pages of text: wrapped, paged, and written as a PDF with its own fonts.
//!
//! The fonts are DejaVu Sans, whose licence allows embedding. They have Latin, Greek,
//! Cyrillic, Arabic and many symbols, but neither Chinese, Japanese, Korean nor emoji:
//! such characters are drawn as boxes, and [`Sheet::has_boxes`] tells.

use std::sync::LazyLock;

use krilla::{
    Document, SerializeSettings,
    geom::Point,
    page::PageSettings,
    text::{Font, TextDirection},
};

use super::ContainerError;

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 56.0;
/// Height of a line, in sizes of its text.
const LEADING: f32 = 1.35;
const FOOTER_SIZE: f32 = 8.0;

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// A font as the shaper and as the ruler know it.
struct Typeface {
    font: Font,
    metrics: ttf_parser::Face<'static>,
}

impl Typeface {
    fn new(data: &'static [u8]) -> Option<Self> {
        Some(Self { font: Font::new(data.into(), 0)?, metrics: ttf_parser::Face::parse(data, 0).ok()? })
    }

    /// Width of a character in text of size 1; none if the font lacks it.
    fn width(&self, char: char) -> Option<f32> {
        let glyph = self.metrics.glyph_index(char)?;
        let advance = self.metrics.glyph_hor_advance(glyph)?;
        Some(f32::from(advance) / f32::from(self.metrics.units_per_em()))
    }
}

/// Parsed once: that takes longer than writing a page.
static TYPEFACES: LazyLock<Option<[Typeface; 2]>> =
    LazyLock::new(|| Some([Typeface::new(dejavu::sans::regular())?, Typeface::new(dejavu::sans::bold())?]));

fn typeface(weight: Weight) -> Result<&'static Typeface, ContainerError> {
    let [regular, bold] = TYPEFACES.as_ref().ok_or(ContainerError::EvidencePages)?;
    Ok(match weight {
        Weight::Regular => regular,
        Weight::Bold => bold,
    })
}

struct Line {
    x: f32,
    /// Of the base line, from the top.
    y: f32,
    size: f32,
    weight: Weight,
    text: String,
}

/// Pages being filled from top to bottom.
pub(super) struct Sheet {
    pages: Vec<Vec<Line>>,
    y: f32,
    has_boxes: bool,
}

impl Sheet {
    pub(super) fn new() -> Self {
        Self { pages: vec![Vec::new()], y: MARGIN, has_boxes: false }
    }

    /// Whether some character so far is drawn as a box.
    pub(super) fn has_boxes(&self) -> bool {
        self.has_boxes
    }

    /// Leaves some points of space.
    pub(super) fn space(&mut self, points: f32) {
        self.y += points;
    }

    /// Starts another page unless this much fits on the present one.
    pub(super) fn keep_together(&mut self, points: f32) {
        if self.y + points > PAGE.1 - MARGIN - FOOTER_SIZE {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    /// Writes a text, in as many lines as it takes.
    pub(super) fn write(&mut self, weight: Weight, size: f32, indent: f32, text: &str) -> Result<(), ContainerError> {
        let face = typeface(weight)?;
        let x = MARGIN + indent;
        for paragraph in text.lines() {
            let paragraph = plain(paragraph);
            self.has_boxes |= paragraph.chars().any(|char| face.width(char).is_none());
            for text in wrap(&paragraph, (PAGE.0 - MARGIN - x) / size, |char| face.width(char).unwrap_or(1.0)) {
                self.keep_together(size * LEADING);
                self.y += size * LEADING;
                let line = Line { x, y: self.y, size, weight, text };
                self.pages.last_mut().ok_or(ContainerError::EvidencePages)?.push(line);
            }
        }
        Ok(())
    }

    /// The pages as a PDF, numbered and with this text at their feet.
    pub(super) fn finish(self, footer: &str) -> Result<Vec<u8>, ContainerError> {
        let settings = SerializeSettings { xmp_metadata: false, enable_tagging: false, ..SerializeSettings::default() };
        let mut document = Document::new_with(settings);
        let count = self.pages.len();
        for (number, mut lines) in (1..).zip(self.pages) {
            let text = format!("{} · {number}/{count}", plain(footer));
            lines.push(Line { x: MARGIN, y: PAGE.1 - MARGIN, size: FOOTER_SIZE, weight: Weight::Regular, text });
            let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or(ContainerError::EvidencePages)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for Line { x, y, size, weight, text } in lines {
                let font = typeface(weight)?.font.clone();
                surface.draw_text(Point::from_xy(x, y), font, size, &text, false, TextDirection::Auto);
            }
            surface.finish();
            page.finish();
        }
        document.finish().map_err(|_| ContainerError::EvidencePages)
    }
}

/// A text that shows in the order in which it is kept: without control characters and changes of direction.
pub(super) fn plain(text: &str) -> String {
    let steers = |char: &char| matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars().filter(|char| !steers(char)).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

/// Cuts a text into lines, between words where possible.
fn wrap(text: &str, width: f32, width_of: impl Fn(char) -> f32) -> Vec<String> {
    let measure = |text: &str| text.chars().map(&width_of).sum::<f32>();
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0.0);
    for word in text.split_inclusive(' ') {
        if used + measure(word.trim_end()) > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
            used = 0.0;
        }
        for char in word.chars() {
            let advance = width_of(char);
            if used + advance > width && char != ' ' {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            line.push(char);
            used += advance;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_between_words_or_within_one_that_is_too_long() {
        let wrapped = |text| wrap(text, 10.0, |_| 1.0);
        assert_eq!(wrapped(""), [""]);
        assert_eq!(wrapped("one two three"), ["one two ", "three"]);
        assert_eq!(wrapped("ten chars. and"), ["ten chars. ", "and"]);
        assert_eq!(wrapped("a verylongwordindeed"), ["a ", "verylongwo", "rdindeed"]);
        assert_eq!(wrapped("漢字漢字漢字漢字漢字漢字"), ["漢字漢字漢字漢字漢字", "漢字"]);
    }

    #[test]
    fn hostile_text_keeps_its_order_and_its_line() {
        assert_eq!(plain("cod.\u{202e}fdp\u{200f}\n\r\t\0\u{7f}x"), "cod.fdp     x");
    }

    #[test]
    fn long_texts_go_on_over_pages() {
        let mut sheet = Sheet::new();
        sheet.write(Weight::Regular, 10.0, 0.0, &"Å ø Ł Петров العربية 漢 😀 ".repeat(400)).unwrap();
        assert!(sheet.has_boxes());
        assert!(sheet.pages.len() > 1);
        assert!(sheet.pages.iter().flatten().all(|line| line.y < PAGE.1 - MARGIN));
        sheet.finish("foot").unwrap();
    }
}
