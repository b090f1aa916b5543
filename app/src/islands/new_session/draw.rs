//! Writes the form's state into the page.

use web_sys::Element;

use super::{
    dom, files,
    files::{Check, Chosen},
    place,
    state::{Phase, State},
};
use crate::ui::{abbreviated, kind, size};

/// What the ids of files' lines begin with.
const ROW: &str = "file-";

/// Everything.
pub(super) fn all(state: &State) {
    let phase = state.phase;
    let said = match phase {
        Phase::Editing => "",
        Phase::Waiting => "Hashing the documents",
        Phase::Planning => "Talking to the server",
        Phase::Uploading => "Uploading the documents",
        Phase::Finishing => "Creating the session",
        Phase::Leaving => "Done",
    };
    let busy = phase != Phase::Editing;
    let send = dom::by_id(place::SEND);
    dom::write(send.as_ref(), if busy { "Sending" } else { "Send" });
    dom::set(send.as_ref(), "aria-disabled", if busy { "true" } else { "false" });
    dom::flag(send.as_ref(), "disabled", false);
    dom::flag(dom::by_id(place::CONTROLS).as_ref(), "disabled", busy);
    let can_cancel = matches!(phase, Phase::Waiting | Phase::Planning | Phase::Uploading);
    dom::flag(dom::by_id(place::CANCEL).as_ref(), "hidden", !can_cancel);
    dom::write(dom::by_id(place::SAID).as_ref(), said);
    total(state);
    for index in 0..state.files.len() {
        file(&state.files, index);
    }
}

/// How much of one file is hashed or uploaded, and of all of them.
pub(super) fn progress(state: &State, key: u32) {
    if let Some(file) = state.files.iter().find(|file| file.key == key) {
        file_progress(file, row(key).as_ref());
    }
    total(state);
}

/// Id of a file's line.
pub(super) fn row_id(key: u32) -> String {
    [ROW, &key.to_string()].concat()
}

/// The key of the file whose line has this id.
pub(super) fn key_of(row_id: &str) -> Option<u32> {
    row_id.strip_prefix(ROW)?.parse().ok()
}

fn row(key: u32) -> Option<Element> {
    dom::by_id(&row_id(key))
}

fn file(files: &[Chosen], index: usize) {
    let Some(file) = files.get(index) else { return };
    let Some(row) = row(file.key).or_else(|| new_row(file)) else { return };
    let (mime_type, digest) = match &file.check {
        Check::Refused(_) => (None, None),
        Check::Hashing(mime_type, _) => (Some(mime_type), None),
        Check::Ready(mime_type, digest, _) => (Some(mime_type), Some(abbreviated(digest))),
    };
    let mut meta = size(file.size);
    if let Some(mime_type) = mime_type {
        meta.insert_str(0, ", ");
        meta.insert_str(0, kind(mime_type.as_str()));
    }
    dom::write(dom::part(&row, ".meta span").as_ref(), &meta);
    let code = dom::part(&row, "code");
    dom::flag(code.as_ref(), "hidden", digest.is_none());
    dom::write(code.as_ref(), &digest.unwrap_or_default());
    dom::note(dom::part(&row, ".field-error").as_ref(), files::problem(files, index).as_deref());
    dom::flag(dom::part(&row, "button.show").as_ref(), "hidden", matches!(file.check, Check::Refused(_)));
    let warnings: Vec<&str> = match &file.check {
        Check::Ready(_, _, warnings) => warnings.iter().map(|warning| warning.message()).collect(),
        _ => Vec::new(),
    };
    let warning = (!warnings.is_empty()).then(|| warnings.join(" "));
    dom::note(dom::part(&row, ".file-warning").as_ref(), warning.as_deref());
    file_progress(file, Some(&row));
}

fn new_row(file: &Chosen) -> Option<Element> {
    let row = dom::stamp(place::FILE, &dom::by_id(place::FILES)?)?;
    row.set_id(&row_id(file.key));
    dom::write(dom::part(&row, ".name").as_ref(), &file.name);
    for (button, what) in [("button.remove", "Remove "), ("button.show", "Preview ")] {
        dom::set(dom::part(&row, button).as_ref(), "aria-label", &[what, &file.name].concat());
    }
    Some(row)
}

fn file_progress(file: &Chosen, row: Option<&Element>) {
    let (what, done) = match (file.sent, &file.check) {
        (Some(sent), _) if sent < file.size => ("Uploading ", Some(sent)),
        (None, Check::Hashing(_, done)) => ("Hashing ", Some(*done)),
        _ => ("", None),
    };
    let sent = row.and_then(|row| dom::part(row, ".sent"));
    dom::flag(sent.as_ref(), "hidden", file.sent != Some(file.size));
    let bar = row.and_then(|row| dom::part(row, ".progress"));
    if let Some(bar) = &bar {
        dom::set(dom::part(bar, "progress").as_ref(), "aria-label", what.trim_end());
    }
    fill(bar.as_ref(), what, done, file.size);
}

fn total(state: &State) {
    let size = state.files.iter().map(|file| file.size).sum();
    let sent = state.files.iter().filter_map(|file| file.sent).sum();
    fill(dom::by_id(place::TOTAL).as_ref(), "", (state.phase == Phase::Uploading).then_some(sent), size);
}

/// Fills a bar, and says the share behind the words `what`; hides both where nothing is being done.
fn fill(place: Option<&Element>, what: &str, done: Option<u64>, whole: u64) {
    if let (Some(place), Some(done)) = (place, done) {
        let bar = dom::part(place, "progress");
        dom::set(bar.as_ref(), "max", &whole.to_string());
        dom::set(bar.as_ref(), "value", &done.to_string());
    }
    let said = done.map(|done| [what, &percent(done, whole), " %"].concat());
    dom::note(place, said.as_deref());
}

/// How much `part` is of `whole`, rounded down.
fn percent(part: u64, whole: u64) -> String {
    (part.min(whole) * 100).checked_div(whole).unwrap_or(100).to_string()
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn percents_stay_below_a_hundred_until_the_end() {
        assert_eq!(percent(0, 0), "100");
        assert_eq!(percent(999, 1_000), "99");
        assert_eq!(percent(2_000, 1_000), "100");
    }
}
