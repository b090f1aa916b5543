//! What pages may ask ([`app::backend::Backend`]), answered from rows alone: a page
//! never waits for the signing API.
//!
//! This is the one place that knows both the rows and what the browser may see.

mod status;
mod upstream_error;
mod view;

use std::sync::Arc;

use app::{
    backend::{Answer, Backend},
    error::PortalError,
    model::{
        Account, ApiKeys, AuditFilter, AuditPage, FactorState, Hearing, ListFilter, People, Permission, ProviderView,
        SessionDetail, SessionId, SessionList, Staff, SystemStatus, Widgets,
    },
};

use crate::{
    auth::LoginId,
    error::ApiError,
    rights::Reach,
    sessions::Step,
    state::Portal,
    store::{Connection, StoreError},
};

pub use upstream_error::portal_error;
pub(crate) use view::result_filename;

/// Longest text to search for, in characters; more cannot match anything sensible.
const SEARCH_MAX: usize = 255;

/// The desk's rows, for pages. Each answer names the permission that it takes.
#[derive(Clone)]
pub struct Desk(Arc<Portal>, Option<LoginId>);

impl Desk {
    /// The rows of this portal, for who asks by this sign-in.
    #[must_use]
    pub fn new(portal: Arc<Portal>, login: Option<LoginId>) -> Self {
        Self(portal, login)
    }

    async fn account(&self, staff: &Staff) -> Result<Account, ApiError> {
        let Self(portal, login) = self;
        let (now, limits) = (portal.clock.now(), portal.config.login);
        let mut read = portal.store.read().await?;
        let sign_ins = read.logins_of(staff.id, now - limits.lifetime, now - limits.idle).await?;
        let factor = match read.factor(staff.id).await?.filter(|factor| factor.is_confirmed) {
            Some(_) => FactorState::Set { codes_left: read.recovery_codes(staff.id).await? },
            None => FactorState::None,
        };
        let team = read.teams().await?.into_iter().find(|team| team.id == staff.team);
        Ok(Account {
            username: read.username(staff.id).await?.unwrap_or_default(),
            team: team.map(|team| team.name).unwrap_or_default(),
            has_password: read.password_hash(staff.id).await?.is_some(),
            factor,
            needs_factor: portal.config.needs_factor(staff.role),
            sign_ins: sign_ins.into_iter().map(|seen| view::sign_in(seen, *login)).collect(),
        })
    }

    async fn list(&self, staff: &Staff, mut filter: ListFilter) -> Result<SessionList, ApiError> {
        let reach = Reach::of(staff, Permission::SeeSessions)?;
        if filter.page == 0 {
            return Err(ApiError::field("filter[page]", "Pages are counted from 1."));
        }
        filter.text = filter.text.map(|text| text.trim().chars().take(SEARCH_MAX).collect());
        filter.text = filter.text.filter(|text| !text.is_empty());
        let now = self.0.moment();
        let mut read = self.0.store.read().await?;
        let found = read.list_sessions(reach, &filter, now).await?;
        filter.page = found.page;
        Ok(SessionList {
            rows: found.sessions.iter().map(|session| view::row(session, now)).collect(),
            total: found.total,
            filter,
            as_of: read.last_event().await?,
            now,
            hearing: self.hearing(&mut *read).await?,
        })
    }

    /// How the portal learns what happens.
    async fn hearing(&self, read: &mut Connection) -> Result<Hearing, StoreError> {
        Ok(Hearing {
            is_told: self.0.webhooks.expects_events(),
            last_event: read.last_webhook_event().await?,
            asks_each: self.0.config.live.poll.as_secs().max(1),
            stale_since: read.stale_since().await?,
        })
    }

    async fn people(&self, staff: &Staff) -> Result<People, ApiError> {
        Reach::of(staff, Permission::ManagePeople)?;
        let mut read = self.0.store.read().await?;
        let mut people = read.people().await?;
        for issuer in people.iter_mut().filter_map(|person| person.issuer.as_mut()) {
            // People know it by its name, unless the settings do not have it any more.
            if let Some(name) = self.0.providers.name_of(issuer) {
                name.clone_into(issuer);
            }
        }
        Ok(People { people, teams: read.teams().await? })
    }

    async fn widgets(&self, staff: &Staff) -> Result<Widgets, ApiError> {
        let reach = Reach::of(staff, Permission::ManageWidgets)?;
        let mut read = self.0.store.read().await?;
        Ok(Widgets {
            widgets: read.all_widgets(reach.only_team()).await?,
            teams: read.teams().await?.into_iter().filter(|team| reach.covers(team.id)).collect(),
            origin: self.0.config.origin(),
            integrity: self.0.site.integrity().map(str::to_owned),
        })
    }

    async fn api_keys(&self, staff: &Staff) -> Result<ApiKeys, ApiError> {
        Reach::of(staff, Permission::ManageKeys)?;
        let mut read = self.0.store.read().await?;
        Ok(ApiKeys { keys: read.all_keys().await?, teams: read.teams().await?, now: self.0.moment() })
    }

    async fn system_status(&self, staff: &Staff) -> Result<SystemStatus, ApiError> {
        Reach::of(staff, Permission::SeeStatus)?;
        status::gather(&self.0).await
    }

    async fn providers(&self, staff: &Staff) -> Result<Vec<ProviderView>, ApiError> {
        Reach::of(staff, Permission::ManagePeople)?;
        self.0.providers.look(&self.0).await
    }

    async fn audit(&self, staff: &Staff, mut filter: AuditFilter) -> Result<AuditPage, ApiError> {
        let reach = Reach::of(staff, Permission::ReadAudit)?;
        let mut read = self.0.store.read().await?;
        let (entries, total, page) = read.audit_page(reach, &filter).await?;
        filter.page = page;
        let people = read.people().await?.into_iter().map(|person| (person.id, person.name)).collect();
        Ok(AuditPage { entries: entries.into_iter().map(view::entry).collect(), total, filter, people })
    }

    async fn detail(&self, staff: &Staff, id: SessionId) -> Result<SessionDetail, ApiError> {
        let reach = Reach::of(staff, Permission::SeeSessions)?;
        let now = self.0.moment();
        let mut read = self.0.store.read().await?;
        let session = read.session(reach, id).await?;
        let session = session.filter(|session| session.step != Step::Abandoned).ok_or_else(PortalError::not_found)?;
        let documents = read.documents_of(&session).await?;
        let results = read.results_of(&session).await?;
        Ok(SessionDetail {
            row: view::row(&session, now),
            explanation: session.judge(now).explanation(now),
            sign_text: session.sign_text.clone(),
            language: session.language.clone(),
            may_see_link: staff.may_with(Permission::SeeLinks, session.owner, session.team),
            may_open_files: staff.may_with(Permission::OpenFiles, session.owner, session.team),
            link_expires: session.link_expires,
            reject_reason: session.reject_reason.clone(),
            failure: session.failure.clone(),
            package: view::package(&session),
            results: results.iter().map(|result| view::result(result, &session, &documents)).collect(),
            documents: documents.into_iter().map(view::document).collect(),
            as_of: read.last_event().await?,
            now,
            hearing: self.hearing(&mut *read).await?,
        })
    }
}

impl Backend for Desk {
    fn list_sessions<'a>(&'a self, staff: &'a Staff, filter: ListFilter) -> Answer<'a, SessionList> {
        Box::pin(async move { self.list(staff, filter).await.map_err(logged) })
    }

    fn account<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Account> {
        Box::pin(async move { self.account(staff).await.map_err(logged) })
    }

    fn people<'a>(&'a self, staff: &'a Staff) -> Answer<'a, People> {
        Box::pin(async move { self.people(staff).await.map_err(logged) })
    }

    fn widgets<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Widgets> {
        Box::pin(async move { self.widgets(staff).await.map_err(logged) })
    }

    fn api_keys<'a>(&'a self, staff: &'a Staff) -> Answer<'a, ApiKeys> {
        Box::pin(async move { self.api_keys(staff).await.map_err(logged) })
    }

    fn system_status<'a>(&'a self, staff: &'a Staff) -> Answer<'a, SystemStatus> {
        Box::pin(async move { self.system_status(staff).await.map_err(logged) })
    }

    fn providers<'a>(&'a self, staff: &'a Staff) -> Answer<'a, Vec<ProviderView>> {
        Box::pin(async move { self.providers(staff).await.map_err(logged) })
    }

    fn audit<'a>(&'a self, staff: &'a Staff, filter: AuditFilter) -> Answer<'a, AuditPage> {
        Box::pin(async move { self.audit(staff, filter).await.map_err(logged) })
    }

    fn session<'a>(&'a self, staff: &'a Staff, id: SessionId) -> Answer<'a, SessionDetail> {
        Box::pin(async move { self.detail(staff, id).await.map_err(logged) })
    }
}

/// Pages cannot log a cause, as the answers of other routes do.
fn logged(error: ApiError) -> PortalError {
    if let ApiError::StoreDown(_) | ApiError::Internal(_) = &error {
        tracing::error!(error = %crate::error::chain(&error), "page cannot be answered");
    }
    error.into_portal()
}
