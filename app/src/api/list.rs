//! A page of the list of sessions.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    error::PortalError,
    model::{ListFilter, SessionList},
};

/// Sessions that the reader may see, newest first.
#[server(name = FetchSessionList, prefix = "", endpoint = "/api/list-sessions", input = GetUrl)]
pub async fn list_sessions(filter: ListFilter) -> Result<SessionList, PortalError> {
    let (backend, staff) = crate::backend::authorised()?;
    super::with_status(backend.list_sessions(&staff, filter).await)
}
