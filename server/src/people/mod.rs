//! Who may work at the desk, and as what: invitations, roles, teams, and keeping out.
//!
//! What changes acts on the next request: rights are read with each sign-in. An
//! admin changes others, never themselves, so that nobody is promoted or locked out
//! by their own hand; and whoever is an admin no more by the time the change is
//! written changes nothing. So one admin is always left.

mod acts;
mod invitation;

use app::{model::Permission, paths};

use crate::rights::{Access, Routes};

/// What is done about people. Their page is among the other pages.
pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .post(paths::PEOPLE, Access::MayFresh(Permission::ManagePeople), acts::act)
        .get(paths::INVITATION, Access::Anyone, invitation::page)
        .post(paths::INVITATION, Access::Anyone, invitation::open)
}
