//! Pages, rendered on the server.

mod account;
mod api_keys;
mod audit;
mod confirm;
mod factor;
mod invitation;
mod layout;
mod new_session;
mod people;
mod problem;
mod providers;
mod session;
mod sessions;
mod setup;
mod sign_in;
mod sign_in_code;
mod status;
mod widgets;

#[cfg(test)]
mod tests;

pub(crate) use account::AccountPage;
pub(crate) use api_keys::ApiKeysPage;
pub(crate) use audit::TrailPage;
pub(crate) use confirm::ConfirmPage;
pub(crate) use factor::FactorPage;
pub(crate) use invitation::InvitationPage;
pub(crate) use new_session::NewSessionPage;
pub(crate) use people::PeoplePage;
pub(crate) use problem::NotFoundPage;
pub(crate) use providers::ProvidersPage;
pub(crate) use session::SessionPage;
pub(crate) use sessions::SessionsPage;
pub(crate) use setup::SetupPage;
pub(crate) use sign_in::SignInPage;
pub(crate) use sign_in_code::SignInCodePage;
pub(crate) use status::StatusPage;
pub(crate) use widgets::WidgetsPage;
