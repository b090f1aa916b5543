//! Who asks, with the permission that let them in.

use app::{error::PortalError, model::Staff};
use axum::extract::FromRequestParts;
use http::request::Parts;

use super::Reach;
use crate::{audit::By, error::ApiError, keys::Program};

/// Somebody whose request was let through, and what they may touch with it.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Who.
    pub staff: Staff,
    /// What they may touch.
    pub reach: Reach,
    /// From where, for the audit trail.
    pub by: By,
}

impl<S: Send + Sync> FromRequestParts<S> for Actor {
    type Rejection = ApiError;

    /// Fails closed: addresses that ask for no permission have no actor.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PortalError::unauthenticated().into())
    }
}

/// A program whose request was let through, and what it may touch with it.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Which.
    pub program: Program,
    /// What it may touch: never more than its team's.
    pub reach: Reach,
    /// From where, for the audit trail.
    pub by: By,
}

impl<S: Send + Sync> FromRequestParts<S> for Agent {
    type Rejection = ApiError;

    /// Fails closed, as for [`Actor`].
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PortalError::unauthenticated().into())
    }
}
