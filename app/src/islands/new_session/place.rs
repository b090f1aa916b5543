//! Ids of the places in the page that this form's code reads, fills, and listens
//! to. The markup around them is the server's: `pages::new_session`. Fields go by
//! the names in `model::field`.

/// The form.
pub(crate) const FORM: &str = "new-session";
/// What can be filled in: disabled unless the form is being edited.
pub(crate) const CONTROLS: &str = "controls";
/// Where files are dropped.
pub(crate) const DROP_ZONE: &str = "drop-zone";
/// The list of files.
pub(crate) const FILES: &str = "files";
/// Template of a line of that list.
pub(crate) const FILE: &str = "file-template";
/// The dialog that shows a file.
pub(crate) const PREVIEW: &str = "preview";
/// What is wrong on the whole.
pub(crate) const SUMMARY: &str = "summary";
/// The sentence that says so.
pub(crate) const SUMMARY_TEXT: &str = "summary-text";
/// The findings one by one.
pub(crate) const FINDINGS: &str = "findings";
/// Template of a finding.
pub(crate) const FINDING: &str = "finding-template";
/// The way to sign in, where that helps.
pub(crate) const SIGN_IN: &str = "sign-in";
/// Send.
pub(crate) const SEND: &str = "send";
/// Cancel.
pub(crate) const CANCEL: &str = "cancel";
/// What the form is doing.
pub(crate) const SAID: &str = "said";
/// How much of all documents is uploaded.
pub(crate) const TOTAL: &str = "total";
/// The hint at the due date, which names the zone.
pub(crate) const DUE_HINT: &str = "due-hint";
