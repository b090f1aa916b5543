//! Server functions: data for pages. Each authorises, asks the backend, and sets
//! the HTTP status of an error.
//!
//! Pages call them on the server; at their addresses they answer JSON. Islands do
//! not call them: the generated client costs a page some 16 kB (brotli) of encoders.

mod detail;
mod list;

pub use detail::session_detail;
pub use list::list_sessions;

/// Gives the answer the status of the error.
#[cfg(feature = "ssr")]
fn with_status<T>(result: Result<T, crate::error::PortalError>) -> Result<T, crate::error::PortalError> {
    if let Err(error) = &result
        && let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(error.status())
    {
        response.set_status(status);
    }
    result
}
