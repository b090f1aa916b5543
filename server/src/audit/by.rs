//! Who does it, and from where.

use std::{convert::Infallible, net::IpAddr};

use app::model::Staff;
use axum::extract::FromRequestParts;
use http::{Extensions, request::Parts};
use uuid::Uuid;

use crate::{auth::LoginId, keys::Program, security::client::ClientIp};

/// Finds a request in the log. In the extensions of every request.
#[derive(Debug, Clone)]
pub struct TraceId(pub String);

/// Who does something, and from where.
#[derive(Debug, Clone)]
pub struct By {
    pub(super) who: Who,
    pub(super) login: Option<LoginId>,
    pub(super) ip: Option<IpAddr>,
    pub(super) trace: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Somebody who is not signed in.
    Nobody,
    /// The portal, unasked.
    Portal,
    /// An account of this portal.
    Local(Uuid),
    /// A program, by a key of this portal.
    Program(Uuid),
}

impl By {
    /// The portal, unasked.
    pub const PORTAL: Self = Self { who: Who::Portal, login: None, ip: None, trace: None };

    /// Whoever sent the request with these extensions.
    #[must_use]
    pub fn of(extensions: &Extensions) -> Self {
        let staff = extensions.get::<Staff>().map(|staff| Who::Local(staff.id));
        let program = extensions.get::<Program>().map(|program| Who::Program(program.key));
        Self {
            who: staff.or(program).unwrap_or(Who::Nobody),
            login: extensions.get::<LoginId>().copied(),
            ip: extensions.get::<ClientIp>().map(|ClientIp(address)| address.to_canonical()),
            trace: extensions.get::<TraceId>().map(|TraceId(id)| id.clone()),
        }
    }

    /// From which address.
    pub(crate) const fn address(&self) -> Option<IpAddr> {
        self.ip
    }

    /// The same, now that it is known who it is and by which sign-in.
    #[must_use]
    pub fn signed_in(self, account: Uuid, login: LoginId) -> Self {
        Self { who: Who::Local(account), login: Some(login), ..self }
    }

    /// A sign-in of an account, on its own.
    #[must_use]
    pub const fn login(account: Uuid, login: LoginId) -> Self {
        Self { who: Who::Local(account), login: Some(login), ip: None, trace: None }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for By {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
