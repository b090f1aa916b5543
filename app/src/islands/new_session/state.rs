//! What the form knows. It lives outside of the reactive system: the page's markup
//! is the server's, and is written to directly wherever this changes.

use std::cell::RefCell;

use super::{draw, files::Chosen, sending};

/// All that the form remembers.
pub(super) struct State {
    pub(super) phase: Phase,
    pub(super) files: Vec<Chosen>,
    /// Something was typed.
    pub(super) touched: bool,
    /// The key of the file that was chosen last.
    pub(super) last_key: u32,
}

/// What the form is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Being filled in.
    Editing,
    /// Send was pressed; some files are still being hashed.
    Waiting,
    /// The server is told what will come.
    Planning,
    /// Documents are on their way.
    Uploading,
    /// The session is being created; there is no way back.
    Finishing,
    /// The session's page is being opened.
    Leaving,
}

thread_local! {
    static STATE: RefCell<State> =
        const { RefCell::new(State { phase: Phase::Editing, files: Vec::new(), touched: false, last_key: 0 }) };
}

/// Looks something up.
pub(super) fn read<T>(look: impl FnOnce(&State) -> T) -> T {
    STATE.with_borrow(look)
}

/// Changes something that does not show.
pub(super) fn update<T>(change: impl FnOnce(&mut State) -> T) -> T {
    STATE.with_borrow_mut(change)
}

/// What the form is doing.
pub(super) fn phase() -> Phase {
    read(|state| state.phase)
}

/// Goes on to another phase.
pub(super) fn enter(phase: Phase) {
    update(|state| state.phase = phase);
    refresh();
}

/// Shows what changed; sends, once the last file has settled that Send waited for.
pub(super) fn refresh() {
    read(draw::all);
    if read(|state| state.phase == Phase::Waiting && state.files.iter().all(Chosen::is_settled)) {
        sending::send();
    }
}
