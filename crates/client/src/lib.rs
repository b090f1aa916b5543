//! Entry point of the browser's wasm. It holds no logic: everything that runs
//! in the browser lives in `app`.
#![cfg(target_arch = "wasm32")]

// Without a mention of `app`, the linker drops the islands' exports.
use app as _;

/// Hydrates the islands found in the page. Called by the script that
/// `HydrationScripts` puts into each page that has islands.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
