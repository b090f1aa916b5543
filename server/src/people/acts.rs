//! `POST /people`: what an admin does about people, as a plain form.

use std::sync::Arc;

use app::{
    error::{ErrorKind, FieldError, PortalError},
    form::{FormOutcome, SecretLink},
    model::{Action, Permission, Role, Staff, TeamId},
    paths,
};
use axum::{
    Extension, Form,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use http::{StatusCode, Uri};
use serde::Deserialize;
use time::Duration;
use uuid::Uuid;

use crate::{
    audit::{self, Subject},
    auth::{LoginId, LoginToken, names},
    error::ApiError,
    pages,
    rights::{Actor, Reach},
    state::Portal,
    store::{StoreError, Write, staff},
};

/// How long an invitation is good for.
const VALID: Duration = Duration::days(3);

/// What is to be done.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Invite,
    Team,
    Change,
    Disable,
    Enable,
    EndSignIns,
    EndAllSignIns,
    RemoveFactor,
    Link,
}

/// One form for all acts: browsers send the name of the button that was pressed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PeopleForm {
    act: What,
    person: Option<Uuid>,
    role: Option<Role>,
    team: Option<TeamId>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    username: String,
    #[serde(default, rename = "team-name")]
    team_name: String,
}

/// What came of it.
enum Done {
    /// It is done.
    Plainly,
    /// It is done, and this link is to be shown, once.
    With(SecretLink),
    /// It is not: these fields are wrong.
    Not(Vec<FieldError>),
}

pub(super) async fn act(
    State(portal): State<Arc<Portal>>,
    actor: Actor,
    Extension(login): Extension<LoginId>,
    Form(form): Form<PeopleForm>,
) -> Result<Response, ApiError> {
    let typed = FormOutcome { name: form.name.clone(), username: form.username.clone(), ..FormOutcome::default() };
    let (status, outcome) = match run(&portal, &actor, login, form).await? {
        Done::Plainly => return Ok(Redirect::to(paths::PEOPLE).into_response()),
        Done::With(link) => (StatusCode::OK, FormOutcome { link: Some(link), ..FormOutcome::default() }),
        Done::Not(fields) => (StatusCode::UNPROCESSABLE_ENTITY, FormOutcome { fields, ..typed }),
    };
    Ok(pages::again(&portal, Uri::from_static(paths::PEOPLE), status, outcome, Some(actor.staff)).await)
}

async fn run(portal: &Portal, actor: &Actor, login: LoginId, form: PeopleForm) -> Result<Done, ApiError> {
    let mut change = portal.store.write().await?;
    // The actor may have lost their rights since the request was let in: of two
    // admins who demote each other at once, one is refused.
    let now = change.account(actor.staff.id).await?.filter(|account| !account.is_disabled);
    let myself = now.ok_or_else(PortalError::unauthenticated)?.staff;
    Reach::of(&myself, Permission::ManagePeople)?;
    let done = match form.act {
        What::Invite => invite(portal, &mut change, actor, &form).await?,
        What::Team => make_team(portal, &mut change, actor, &form.team_name).await?,
        What::EndAllSignIns => {
            let count = change.end_all_logins_but(login).await?;
            let act = audit::Act::done(Action::SignInEnded).saying(format!("{count} of everybody by an admin"));
            portal.record(&mut change, myself.team, &actor.by, act).await?;
            Done::Plainly
        }
        What::Change | What::Disable | What::Enable | What::EndSignIns | What::RemoveFactor | What::Link => {
            let person = form.person.ok_or(ApiError::BadRequest("The form names no person."))?;
            let account = change.account(person).await?.ok_or_else(PortalError::not_found)?;
            if person == myself.id {
                return Err(conflict("Another admin has to change your own account."));
            }
            about(portal, &mut change, actor, &form, &account.staff).await?
        }
    };
    if change.admins().await? == 0 {
        return Err(conflict("The last admin stays an admin. Make somebody else one first."));
    }
    if !matches!(done, Done::Not(_)) {
        change.commit().await?;
        // Streams look at once whether their readers still are who they were.
        portal.hub.signed_out();
    }
    Ok(done)
}

/// What is done about one person.
async fn about(
    portal: &Portal,
    change: &mut Write,
    actor: &Actor,
    form: &PeopleForm,
    person: &Staff,
) -> Result<Done, ApiError> {
    let subject = || Subject::account(person.id);
    let changed = |detail: String| audit::Act::done(Action::AccountChanged).to(subject()).saying(detail);
    let (act, done) = match form.act {
        What::Change => {
            let (role, team) = (form.role.unwrap_or(person.role), form.team.unwrap_or(person.team));
            if !change.team_exists(team).await? {
                return Err(ApiError::field("team", "There is no such team."));
            }
            if (role, team) == (person.role, person.team) {
                return Ok(Done::Plainly);
            }
            change.set_rights(person.id, role, team).await?;
            // Other rights, other sign-in (ASVS 7.2.4).
            change.end_logins_of(person.id).await?;
            (changed(format!("{} in {} to {} in {team}", person.role.slug(), person.team, role.slug())), Done::Plainly)
        }
        What::Disable => {
            change.set_disabled(person.id, true).await?;
            change.end_logins_of(person.id).await?;
            change.forget_invitation(person.id).await?;
            (changed("disabled".to_owned()), Done::Plainly)
        }
        What::Enable => {
            change.set_disabled(person.id, false).await?;
            (changed("enabled".to_owned()), Done::Plainly)
        }
        What::EndSignIns => {
            let count = change.end_logins_of(person.id).await?;
            let act = audit::Act::done(Action::SignInEnded).to(subject()).saying(format!("{count} by an admin"));
            (act, Done::Plainly)
        }
        What::RemoveFactor => {
            change.remove_factor(person.id).await?;
            // What was begun with it ends with it.
            change.end_logins_of(person.id).await?;
            (audit::Act::done(Action::FactorRemoved).to(subject()).saying("by an admin"), Done::Plainly)
        }
        What::Link | What::Invite | What::Team | What::EndAllSignIns => {
            if change.has_identity(person.id).await? {
                return Err(conflict("This person signs in at a provider and has no password here."));
            }
            let link = link(portal, change, person.id).await?;
            (changed("link for a new password".to_owned()), Done::With(link))
        }
    };
    portal.record(change, person.team, &actor.by, act).await?;
    Ok(done)
}

async fn invite(portal: &Portal, change: &mut Write, actor: &Actor, form: &PeopleForm) -> Result<Done, ApiError> {
    if !portal.config.login.local {
        return Err(conflict("Passwords are switched off at this desk. People get in by a provider alone."));
    }
    let mut findings = Vec::new();
    let mut finding = |field: &str, message: String| findings.push(FieldError { field: field.to_owned(), message });
    let name = names::display(&form.name).map_err(|error| finding("name", error.to_string()));
    let username = names::user(&form.username).map_err(|error| finding("username", error.to_string()));
    let (Ok(name), Ok(username)) = (name, username) else { return Ok(Done::Not(findings)) };
    let (Some(role), Some(team)) = (form.role, form.team) else {
        return Err(ApiError::BadRequest("The form names no role or no team."));
    };
    if !change.team_exists(team).await? {
        return Err(ApiError::field("team", "There is no such team."));
    }
    let now = portal.clock.now();
    let id = portal.random.uuid_v7(now)?;
    let account = staff::NewStaff {
        id,
        username: &username,
        name: &name,
        password_hash: staff::NO_PASSWORD,
        role,
        team,
        created_at: now,
    };
    match change.insert_account(&account).await {
        Ok(()) => {}
        Err(StoreError::Duplicate) => {
            finding("username", "Somebody has this user name. Choose another.".to_owned());
            return Ok(Done::Not(findings));
        }
        Err(error) => return Err(error.into()),
    }
    let act = audit::Act::done(Action::AccountMade).to(Subject::account(id)).saying(role.slug());
    portal.record(change, team, &actor.by, act).await?;
    Ok(Done::With(link(portal, change, id).await?))
}

async fn make_team(portal: &Portal, change: &mut Write, actor: &Actor, name: &str) -> Result<Done, ApiError> {
    let not = |message: String| Done::Not(vec![FieldError { field: "team-name".to_owned(), message }]);
    let name = match names::display(name) {
        Ok(name) => name,
        Err(error) => return Ok(not(error.to_string())),
    };
    let now = portal.clock.now();
    let id = TeamId(portal.random.uuid_v7(now)?);
    match change.insert_team(id, &name, now).await {
        Ok(()) => {}
        Err(StoreError::Duplicate) => return Ok(not("There is a team of this name.".to_owned())),
        Err(error) => return Err(error.into()),
    }
    portal.record(change, id, &actor.by, audit::Act::done(Action::TeamMade).to(id)).await?;
    Ok(Done::Plainly)
}

/// Makes a link by which the person chooses a password; the one before is of no use then.
async fn link(portal: &Portal, change: &mut Write, person: Uuid) -> Result<SecretLink, ApiError> {
    let token = LoginToken::new(portal.random.as_ref())?;
    change.put_invitation(token.id(), person, portal.clock.now() + VALID).await?;
    let (origin, path) = (portal.config.origin(), paths::INVITATION);
    Ok(SecretLink(format!("{origin}{path}?token={}", token.expose())))
}

fn conflict(message: &str) -> ApiError {
    PortalError::new(ErrorKind::Conflict, message).into()
}
