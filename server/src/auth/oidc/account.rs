//! The account of somebody who comes from a provider.

use app::model::{Action, Role, Staff, TeamId};
use http::HeaderMap;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::{claims::Said, mapping, provider::Provider};
use crate::{
    audit::{Act, By, Subject},
    auth::{LoginToken, begin::new_login, names},
    clock::moment,
    config::ProviderConfig,
    error::ApiError,
    state::Portal,
    store::{
        Write,
        providers::{ProviderLogin, Trip},
        staff,
    },
};

/// Bytes of a hash that make a user name, which nobody types.
const USERNAME_BYTES: usize = 8;

/// Why somebody whom the provider knows does not get in. Says what to do about it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Outside {
    /// Nothing that the provider says of them gives a role.
    #[error(
        "{name} knows you, but nothing that it says of you gives you a role here. An admin can change that: at {name}, \
         by giving you a value of “{claim}” that this portal knows; or here, by the setting providers.{id}.roles."
    )]
    NoRole {
        /// The provider's name.
        name: String,
        /// Its id.
        id: String,
        /// The claim that is looked at.
        claim: String,
    },
    /// Their account was disabled.
    #[error("Your account at this desk is disabled. An admin of the desk can enable it.")]
    Disabled,
}

/// What became of somebody.
pub(super) enum Entry {
    /// They are signed in.
    In(LoginToken),
    /// They stay outside.
    Outside(Outside),
    /// They were to confirm who they are, and are somebody else.
    SomebodyElse,
}

/// Signs in who the provider says it is, with the rights that the provider says.
///
/// # Errors
/// As [`ApiError`] says; nothing is changed then.
pub(super) async fn enter(
    portal: &Portal,
    provider: &Provider,
    trip: &Trip,
    said: &Said,
    headers: &HeaderMap,
    by: &By,
    now: OffsetDateTime,
) -> Result<Entry, ApiError> {
    let config = &provider.config;
    let mut write = portal.store.write().await?;
    let known = match write.known_as(&config.issuer, &said.subject).await? {
        Some(id) => write.account(id).await?,
        None => None,
    };
    if trip.again && !is_same(&mut write, trip, known.as_ref()).await? {
        return Ok(Entry::SomebodyElse);
    }
    if known.as_ref().is_some_and(|account| account.is_disabled) {
        return Ok(Entry::Outside(Outside::Disabled));
    }
    let known = known.map(|account| account.staff);
    let Some(role) = mapping::role(config, said) else {
        if let Some(person) = known {
            // Who lost their rights there loses them here, on all browsers.
            let ended = write.end_logins_of(person.id).await?;
            let act = Act::done(Action::SignInEnded).to(Subject::account(person.id));
            portal
                .record(&mut write, person.team, by, act.saying(format!("{ended} without a role at {}", config.id)))
                .await?;
            write.commit().await?;
            portal.hub.signed_out();
        }
        let (name, id, claim) = (config.name.clone(), config.id.clone(), config.claim.clone());
        return Ok(Entry::Outside(Outside::NoRole { name, id, claim }));
    };
    let (team_name, decides) = mapping::team(config, said);
    let login = LoginToken::new(portal.random.as_ref())?;
    let person = match known {
        Some(person) if !decides => renew(portal, &mut write, config, person.clone(), role, person.team, by).await?,
        Some(person) => {
            let team = team(portal, &mut write, team_name, by, now).await?;
            renew(portal, &mut write, config, person, role, team, by).await?
        }
        None => {
            let team = team(portal, &mut write, team_name, by, now).await?;
            make(portal, &mut write, config, said, role, team, by, now).await?
        }
    };
    write.put_identity(&config.issuer, &said.subject, person.id, now).await?;
    // Another sign-in of this browser ends; its cookie is replaced (ASVS 7.2.4).
    if let Some(previous) = trip.previous {
        write.end_login(previous).await?;
    }
    write.insert_login(&new_login(login.id(), person.id, headers, by, now)).await?;
    let at_provider = ProviderLogin {
        provider: config.id.clone(),
        issuer: config.issuer.clone(),
        subject: said.subject.clone(),
        sid: said.sid.clone(),
        auth_time: said.auth_time.map(|at| moment(at.min(now))),
        acr: said.acr.clone(),
    };
    write.put_provider_login(login.id(), &at_provider).await?;
    let by = by.clone().signed_in(person.id, login.id());
    let act = Act::done(Action::SignIn).saying(format!("at {}", config.id));
    portal.record(&mut write, person.team, &by, act).await?;
    write.commit().await?;
    portal.hub.signed_out();
    tracing::info!(staff.id = %person.id, provider = %config.id, "signed in at a provider");
    Ok(Entry::In(login))
}

/// Whether it is the owner of the sign-in that was to be confirmed, which still holds.
async fn is_same(write: &mut Write, trip: &Trip, known: Option<&staff::Account>) -> Result<bool, ApiError> {
    let Some(previous) = trip.previous else { return Ok(false) };
    let login = write.login(previous).await?;
    Ok(login.is_some_and(|login| known.is_some_and(|account| account.staff.id == login.staff.id)))
}

/// Gives somebody the rights that the provider says they have now.
async fn renew(
    portal: &Portal,
    write: &mut Write,
    config: &ProviderConfig,
    person: Staff,
    role: Role,
    team: TeamId,
    by: &By,
) -> Result<Staff, ApiError> {
    // The last admin stays one, whatever the provider says, or nobody could let others in.
    let is_last = person.role == Role::Admin && role != Role::Admin && write.admins().await? == 1;
    let role = if is_last { Role::Admin } else { role };
    if (role, team) == (person.role, person.team) {
        return Ok(person);
    }
    write.set_rights(person.id, role, team).await?;
    // Other rights, other sign-in.
    write.end_logins_of(person.id).await?;
    let change = format!("{} in {} to {} in {team} at {}", person.role.slug(), person.team, role.slug(), config.id);
    let act = Act::done(Action::AccountChanged).to(Subject::account(person.id)).saying(change);
    portal.record(write, person.team, by, act).await?;
    Ok(Staff { role, team, ..person })
}

/// Makes the account of somebody who comes for the first time.
#[expect(clippy::too_many_arguments, reason = "what an account is made of")]
async fn make(
    portal: &Portal,
    write: &mut Write,
    config: &ProviderConfig,
    said: &Said,
    role: Role,
    team: TeamId,
    by: &By,
    now: OffsetDateTime,
) -> Result<Staff, ApiError> {
    let name = said.name.as_deref().and_then(|name| names::display(name).ok());
    let name = name.unwrap_or_else(|| format!("Somebody from {}", config.name));
    let id = portal.random.uuid_v7(now)?;
    let account = staff::NewStaff {
        id,
        username: &username(config, &said.subject),
        name: &name,
        password_hash: staff::NO_PASSWORD,
        role,
        team,
        created_at: now,
    };
    write.insert_account(&account).await?;
    let act = Act::done(Action::AccountMade).to(Subject::account(id));
    portal.record(write, team, by, act.saying(format!("{} at {}", role.slug(), config.id))).await?;
    Ok(Staff { id, name, role, team })
}

/// A user name that no local account can have, and that says nothing of the person.
fn username(config: &ProviderConfig, subject: &str) -> String {
    let digest = Sha256::new().chain_update(&config.issuer).chain_update([0]).chain_update(subject).finalize();
    let begin: String = digest.iter().take(USERNAME_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{begin}", config.id)
}

/// The team of this name, made if it is missing.
async fn team(
    portal: &Portal,
    write: &mut Write,
    name: &str,
    by: &By,
    now: OffsetDateTime,
) -> Result<TeamId, ApiError> {
    if let Some(team) = write.team_named(name).await? {
        return Ok(team);
    }
    let id = TeamId(portal.random.uuid_v7(now)?);
    write.insert_team(id, name, now).await?;
    portal.record(write, id, by, Act::done(Action::TeamMade).to(id)).await?;
    Ok(id)
}
