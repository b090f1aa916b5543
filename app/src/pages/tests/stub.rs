//! A backend without a server, and requests to pages without a socket.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use contract::{DocumentId, Language, Sha256Digest};
use http_body_util::BodyExt;
use leptos::prelude::*;
use uuid::Uuid;

use crate::{
    backend::{Answer, Backend, WaysIn},
    error::PortalError,
    form::FormOutcome,
    model::{
        Account, ApiKeys, AuditFilter, AuditPage, DocumentView, Hearing, ListFilter, Moment, PackageNews, People,
        ProviderView, ResultKind, ResultView, Role, SessionDetail, SessionId, SessionList, SessionRow, Staff, Standing,
        TeamId, Urgency, Widgets,
    },
    paths, shell,
};

/// Breaks out of elements, attributes, titles and text areas, if it can.
pub(super) const HOSTILE: &str =
    r#""'></title></textarea></script><script>alert(1)</script><img src=x onerror="alert(2)">&amp;"#;

const NOW: Moment = Moment(1_795_507_200_000);
const DAY: i64 = 86_400_000;
const HEARING: Hearing = Hearing { is_told: true, last_event: Some(NOW), asks_each: 10, stale_since: None };

/// Answers what it was made with.
pub(super) enum Stub {
    List(SessionList),
    Detail(Box<SessionDetail>),
    Account(Account),
    People(People),
    Audit(AuditPage),
    Keys(ApiKeys),
    Widgets(Widgets),
    Providers(Vec<ProviderView>),
    Failure(PortalError),
}

impl Stub {
    pub(super) fn listing(list: SessionList) -> Arc<dyn Backend> {
        Arc::new(Self::List(list))
    }

    pub(super) fn showing(detail: SessionDetail) -> Arc<dyn Backend> {
        Arc::new(Self::Detail(Box::new(detail)))
    }

    pub(super) fn failing(error: PortalError) -> Arc<dyn Backend> {
        Arc::new(Self::Failure(error))
    }

    fn failure(&self) -> PortalError {
        match self {
            Self::Failure(error) => error.clone(),
            _ => PortalError::not_found(),
        }
    }
}

impl Backend for Stub {
    fn list_sessions<'a>(&'a self, _: &'a Staff, filter: ListFilter) -> Answer<'a, SessionList> {
        Box::pin(async move {
            // As a real one does: not at once.
            tokio::task::yield_now().await;
            match self {
                Self::List(list) => Ok(SessionList { filter, ..list.clone() }),
                other => Err(other.failure()),
            }
        })
    }

    fn widgets<'a>(&'a self, _: &'a Staff) -> Answer<'a, Widgets> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Widgets(widgets) => Ok(widgets.clone()),
                other => Err(other.failure()),
            }
        })
    }

    fn api_keys<'a>(&'a self, _: &'a Staff) -> Answer<'a, ApiKeys> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Keys(keys) => Ok(keys.clone()),
                other => Err(other.failure()),
            }
        })
    }

    fn providers<'a>(&'a self, _: &'a Staff) -> Answer<'a, Vec<ProviderView>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Providers(providers) => Ok(providers.clone()),
                other => Err(other.failure()),
            }
        })
    }

    fn system_status<'a>(&'a self, _: &'a Staff) -> Answer<'a, crate::model::SystemStatus> {
        Box::pin(async move { Err(self.failure()) })
    }

    fn account<'a>(&'a self, _: &'a Staff) -> Answer<'a, Account> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Account(account) => Ok(account.clone()),
                other => Err(other.failure()),
            }
        })
    }

    fn people<'a>(&'a self, _: &'a Staff) -> Answer<'a, People> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::People(people) => Ok(people.clone()),
                other => Err(other.failure()),
            }
        })
    }

    fn audit<'a>(&'a self, _: &'a Staff, filter: AuditFilter) -> Answer<'a, AuditPage> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Audit(page) => Ok(AuditPage { filter, ..page.clone() }),
                other => Err(other.failure()),
            }
        })
    }

    fn session<'a>(&'a self, _: &'a Staff, id: SessionId) -> Answer<'a, SessionDetail> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            match self {
                Self::Detail(detail) if detail.row.id == id => Ok((**detail).clone()),
                other => Err(other.failure()),
            }
        })
    }
}

/// An answered page.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) html: String,
}

impl Page {
    /// The page as a member of staff gets it.
    pub(super) async fn get(address: &str, backend: Arc<dyn Backend>) -> Self {
        Self::get_as(Role::Admin, address, backend).await
    }

    /// The page as a member of staff of that role gets it.
    pub(super) async fn get_as(role: Role, address: &str, backend: Arc<dyn Backend>) -> Self {
        let staff = Staff { id: Uuid::nil(), name: "Ada Berg".to_owned(), role, team: TeamId(Uuid::nil()) };
        Self::render(address, move || {
            provide_context(backend.clone());
            provide_context(staff.clone());
        })
        .await
    }

    /// The page as somebody gets it who is not signed in.
    pub(super) async fn get_as_nobody(address: &str, backend: Arc<dyn Backend>) -> Self {
        Self::render(address, move || provide_context(backend.clone())).await
    }

    /// The sign-in page with these ways in.
    pub(super) async fn sign_in(ways: WaysIn) -> Self {
        Self::render(paths::SIGN_IN, move || provide_context(ways.clone())).await
    }

    /// The page as it answers a form that was not accepted.
    pub(super) async fn post_outcome(address: &str, outcome: FormOutcome) -> Self {
        Self::render(address, move || provide_context(outcome.clone())).await
    }

    async fn render(address: &str, context: impl Fn() + Clone + Send + Sync + 'static) -> Self {
        // Starts what Leptos runs its tasks on, once per process.
        drop(leptos_axum::generate_route_list(crate::App));
        let options = LeptosOptions::builder().output_name("countersign").site_pkg_dir("pkg/0123456789abcdef").build();
        let handler = leptos_axum::render_app_async_with_context(context, move || shell(options.clone()));
        let request = Request::get(address).body(Body::empty()).unwrap();
        let response = handler(request).await;
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        Self { status, html: String::from_utf8(body.to_vec()).unwrap() }
    }

    /// The body, a tag a line, without the icons' outlines, the nonce and what
    /// numbers the islands.
    pub(super) fn readable(&self) -> String {
        let body = self.html.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
        let (before, rest) = body.split_once("class=\"sprite\"").unwrap();
        let (_, after) = rest.split_once("</svg>").unwrap();
        let scripts_end = before.rfind("</script>").map_or(0, |at| at + "</script>".len());
        let mut lines = String::new();
        for piece in (before[scripts_end..].to_owned() + after).replace("<!>", "").split_inclusive('>') {
            let piece = match piece.split_once("data-component=\"") {
                Some((start, rest)) => {
                    let (component, rest) = rest.split_once('"').unwrap();
                    let name = component.rsplit_once('_').map_or(component, |(name, _)| name);
                    format!("{start}data-component=\"{name}\"{rest}")
                }
                None => piece.to_owned(),
            };
            lines.push_str(&piece);
            if piece.starts_with("</") || !piece.contains("</") && piece.ends_with('>') {
                lines.push('\n');
            }
        }
        lines
    }
}

pub(super) fn row(number: u128, standing: Standing, title: &str, signer: &str) -> SessionRow {
    SessionRow {
        id: SessionId(Uuid::from_u128(number)),
        standing,
        urgency: Urgency::ThreeDays,
        title: title.to_owned(),
        signer: signer.to_owned(),
        due: Moment(NOW.0 + 3 * DAY),
        created: Moment(NOW.0 - DAY),
    }
}

pub(super) fn list(rows: Vec<SessionRow>) -> SessionList {
    SessionList {
        total: u64::try_from(rows.len()).unwrap(),
        rows,
        filter: ListFilter::default(),
        as_of: 41,
        now: NOW,
        hearing: HEARING,
    }
}

pub(super) fn detail(standing: Standing) -> SessionDetail {
    let hash = Sha256Digest::new([0xa5; 32]);
    SessionDetail {
        row: row(7, standing, "Rental agreement 12 B", "Nils Holm"),
        explanation: standing.explanation().to_owned(),
        sign_text: Some("I have read the agreement.\nI accept it.".to_owned()),
        language: Language::Nb,
        may_see_link: true,
        may_open_files: true,
        link_expires: Some(Moment(NOW.0 + 3 * DAY)),
        reject_reason: None,
        failure: None,
        documents: vec![
            DocumentView {
                document: Some(DocumentId::new(Uuid::from_u128(70))),
                filename: "Rental agreement.pdf".to_owned(),
                mime_type: "application/pdf".to_owned(),
                size: 48_300,
                browser_hash: hash,
                server_hash: Some(hash),
                api_hash: Some(hash),
            },
            DocumentView {
                document: None,
                filename: "House rules.pdf".to_owned(),
                mime_type: "application/pdf".to_owned(),
                size: 2_400_000,
                browser_hash: hash,
                server_hash: None,
                api_hash: None,
            },
        ],
        results: vec![ResultView {
            document: DocumentId::new(Uuid::from_u128(71)),
            kind: ResultKind::Xades,
            filename: "Rental agreement.xml".to_owned(),
            original: Some("Rental agreement.pdf".to_owned()),
            api_hash: Some(hash),
        }],
        package: PackageNews::Nothing,
        as_of: 41,
        now: NOW,
        hearing: HEARING,
    }
}
