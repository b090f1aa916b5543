//! Entry point of the browser's wasm. It holds no logic: everything that runs
//! in the browser lives in `app`.
#![cfg(target_arch = "wasm32")]

/// Hydrates the islands found in the page. Called by the script that
/// `HydrationScripts` puts into each page that has islands.
///
/// The mention of `app` keeps the linker from dropping the islands' exports.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    app::ui::localise();
    leptos::mount::hydrate_islands();
}
