//! OpenID providers, as they are written and as they are used.

use std::{collections::BTreeMap, path::PathBuf};

use app::model::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use super::{
    SecretFile,
    load::{ConfigError, read_authorities, wrong},
    raw::Reach,
    rules::{SECRET_CHARS_MIN, is_loopback},
};

/// Most characters of a provider's id.
const ID_MAX: usize = 32;

/// An OpenID provider at which people may sign in.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Its name in settings and addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its issuer, exactly as the provider writes it.
    pub issuer: String,
    /// What it calls this portal.
    pub client_id: String,
    /// What it knows this portal by.
    pub client_secret: SecretString,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// The claim of the ID token that says what people are.
    pub claim: String,
    /// Which of its values gives which role.
    pub roles: BTreeMap<String, Role>,
    /// The role of those whose claim gives none.
    pub default_role: Option<Role>,
    /// Which of its values gives which team, by the team's name.
    pub teams: BTreeMap<String, String>,
    /// The team of those whose claim gives none.
    pub default_team: String,
    /// Whether signing out here also signs out there.
    pub logout: bool,
    /// Which addresses it may have.
    pub reach: upstream::Reach,
    /// Certificates of authorities to trust, in PEM.
    pub authorities_pem: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Provider {
    pub(super) name: Option<String>,
    pub(super) issuer: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) client_secret: Option<SecretString>,
    pub(super) client_secret_file: Option<PathBuf>,
    pub(super) scopes: String,
    pub(super) claim: String,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) default_role: Option<Role>,
    pub(super) teams: BTreeMap<String, String>,
    pub(super) default_team: String,
    pub(super) logout: bool,
    pub(super) reach: Option<Reach>,
    pub(super) ca_file: Option<PathBuf>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            name: None,
            issuer: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            scopes: "profile".to_owned(),
            claim: "groups".to_owned(),
            roles: BTreeMap::new(),
            default_role: None,
            teams: BTreeMap::new(),
            default_team: "First team".to_owned(),
            logout: true,
            reach: None,
            ca_file: None,
        }
    }
}

/// The providers, checked.
pub(super) fn check(raw: BTreeMap<String, Provider>, production: bool) -> Result<Vec<ProviderConfig>, ConfigError> {
    let providers: Vec<_> = raw.into_iter().map(|(id, raw)| one(id, raw, production)).collect::<Result<_, _>>()?;
    for (i, provider) in providers.iter().enumerate() {
        if let Some(other) = providers.iter().take(i).find(|other| other.issuer == provider.issuer) {
            let finding = format!("is the issuer of {} too; name each provider once", other.id);
            return Err(wrong(&setting(&provider.id, "issuer"), finding));
        }
    }
    Ok(providers)
}

/// Somebody must be able to sign in who can let others in.
pub(super) fn check_last_way_in(local: bool, providers: &[ProviderConfig]) -> Result<(), ConfigError> {
    let makes_admins = |provider: &ProviderConfig| provider.roles.values().any(|role| *role == Role::Admin);
    if local || providers.iter().any(makes_admins) {
        return Ok(());
    }
    Err(wrong(
        "login.local",
        "must stay true until a provider makes admins: let one value in providers.<id>.roles give the role admin, or nobody could run this desk",
    ))
}

fn setting(id: &str, name: &str) -> String {
    format!("providers.{id}.{name}")
}

fn one(id: String, raw: Provider, production: bool) -> Result<ProviderConfig, ConfigError> {
    let at = |name: &str| setting(&id, name);
    let is_id = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    if id.is_empty() || id.len() > ID_MAX || !id.chars().all(is_id) {
        return Err(wrong(&at("name"), "has a section whose name is not 1 to 32 small letters, digits, - or _"));
    }
    let needed = |name: &str, value: Option<String>| {
        value.filter(|value| !value.trim().is_empty()).ok_or_else(|| wrong(&at(name), "is missing"))
    };
    let issuer = needed("issuer", raw.issuer)?;
    let client_id = needed("client_id", raw.client_id)?;
    let client_secret = match (raw.client_secret, raw.client_secret_file) {
        (Some(_), Some(_)) => return Err(wrong(&at("client_secret_file"), "is set beside client_secret; keep one")),
        (Some(secret), None) => secret,
        (None, Some(path)) => SecretFile { setting: at("client_secret_file"), path }.read()?,
        (None, None) => return Err(wrong(&at("client_secret"), "is missing; or name a file in client_secret_file")),
    };
    let chars = client_secret.expose_secret().chars().count();
    if chars == 0 || (production && chars < SECRET_CHARS_MIN) {
        let finding = format!("has fewer than {SECRET_CHARS_MIN} characters, which can be guessed; make another there");
        return Err(wrong(&at("client_secret"), finding));
    }
    let reach = match raw.reach {
        Some(Reach::Private) => upstream::Reach::Private,
        Some(Reach::Public) | None => upstream::Reach::Public,
    };
    check_issuer(&issuer, reach, production).map_err(|finding| wrong(&at("issuer"), finding))?;
    // Mail addresses move from person to person, and providers let people choose them.
    if ["email", "preferred_username", "upn", "name"].contains(&raw.claim.as_str()) {
        return Err(wrong(&at("claim"), "must not be a name or address that people can choose or take over"));
    }
    if raw.roles.is_empty() && raw.default_role.is_none() {
        return Err(wrong(&at("roles"), "is missing; without it or default_role nobody gets in"));
    }
    if raw.default_role == Some(Role::Admin) {
        return Err(wrong(&at("default_role"), "must not be admin: everybody whom the provider knows would be one"));
    }
    for (name, teams) in [("teams", raw.teams.values().collect()), ("default_team", vec![&raw.default_team])] {
        if teams.into_iter().any(|team| crate::auth::names::display(team).as_ref() != Ok(team)) {
            return Err(wrong(&at(name), "must name teams by 1 to 100 characters"));
        }
    }
    Ok(ProviderConfig {
        name: raw.name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone()),
        issuer,
        client_id,
        client_secret,
        scopes: raw.scopes.split_whitespace().filter(|scope| *scope != "openid").map(str::to_owned).collect(),
        claim: raw.claim,
        roles: raw.roles,
        default_role: raw.default_role,
        teams: raw.teams,
        default_team: raw.default_team,
        logout: raw.logout,
        reach,
        authorities_pem: raw.ca_file.map_or_else(|| Ok(Vec::new()), |path| read_authorities(&at("ca_file"), path))?,
        id,
    })
}

fn check_issuer(issuer: &str, reach: upstream::Reach, production: bool) -> Result<(), &'static str> {
    let Ok(url) = issuer.parse::<Url>() else { return Err("must be an address like https://login.example.com") };
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("must have no user, no query and no fragment");
    }
    let is_private = matches!(reach, upstream::Reach::Private);
    match url.scheme() {
        "https" if is_private || matches!(url.host(), Some(Host::Domain(_))) => Ok(()),
        "https" => Err("must have a name, no number, for its host"),
        "http" if is_loopback(&url) && is_private && !production => Ok(()),
        "http" if is_loopback(&url) && !production => {
            Err("begins with http://; that takes reach = \"private\" beside it, and is for trials on one machine")
        }
        _ => Err("must begin with https://"),
    }
}
