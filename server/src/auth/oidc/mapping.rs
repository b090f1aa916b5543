//! What a provider's word makes of somebody here.

use app::model::Role;

use super::claims::Said;
use crate::config::ProviderConfig;

/// Roles, from the one that may do most. Somebody who gets several gets the first.
const ORDER: [Role; 6] = [Role::Admin, Role::Manager, Role::Sender, Role::Auditor, Role::Viewer, Role::Embedder];

/// The role, unless they get none and have to stay outside.
pub(super) fn role(config: &ProviderConfig, said: &Said) -> Option<Role> {
    let texts = said.texts(&config.claim);
    let given: Vec<Role> = texts.iter().filter_map(|text| config.roles.get(*text)).copied().collect();
    ORDER.into_iter().find(|role| given.contains(role)).or(config.default_role)
}

/// The name of the team, and whether the provider decides about it.
pub(super) fn team<'a>(config: &'a ProviderConfig, said: &Said) -> (&'a str, bool) {
    let texts = said.texts(&config.claim);
    // By the settings' order, so that the order of a list makes no difference.
    let given = config.teams.iter().find(|(value, _)| texts.contains(&value.as_str()));
    (given.map_or(config.default_team.as_str(), |(_, team)| team), !config.teams.is_empty())
}
