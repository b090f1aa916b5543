//! One session.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{
    error::PortalError,
    model::{SessionDetail, SessionId},
};

/// The session, if the reader may see it.
#[server(name = FetchSessionDetail, prefix = "", endpoint = "/api/session-detail", input = GetUrl)]
pub async fn session_detail(id: SessionId) -> Result<SessionDetail, PortalError> {
    let (backend, staff) = crate::backend::authorised()?;
    super::with_status(backend.session(&staff, id).await)
}
