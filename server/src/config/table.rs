//! What settings there are: for `--help`, and for the guide that
//! `server config reference` prints.

/// A setting, for people.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the file; a dot separates the section.
    pub name: &'static str,
    /// Its default, in words of Markdown.
    pub default: &'static str,
    /// What it decides, in Markdown; the first sentence says it in short.
    pub about: &'static str,
}

impl Setting {
    /// Its name in the environment.
    #[must_use]
    pub fn variable(&self) -> String {
        variable(self.name)
    }
}

/// The name in the environment of a setting.
pub(super) fn variable(name: &str) -> String {
    format!("COUNTERSIGN_{}", name.replace('.', "__").to_uppercase())
}

const fn setting(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, about }
}

/// Every setting, in the order of the guide.
pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "`127.0.0.1:3000`",
        "Address and port. Any other than loopback needs an https `public_url`, because sign-in cookies must not cross a network in the clear: put a TLS proxy before the portal, one that passes on `Host`, `Origin` and `Sec-Fetch-*` unchanged.",
    ),
    setting(
        "public_url",
        "`http://` and `listen`",
        "The address that browsers use: scheme, host and port alone. Must begin with `https://` unless its host is loopback.",
    ),
    setting(
        "trusted_proxies",
        "none",
        "Addresses and networks of the proxies before the portal, with commas between them. What they say of their clients' addresses in `X-Forwarded-For` is believed, and no one else is. Needed when `public_url` begins with `https://`.",
    ),
    setting(
        "production",
        "`false`",
        "Whether this is no trial: with `true` the portal starts only with a vendor's account, whose secret has 16 characters or more, and with an https `public_url`.",
    ),
    setting(
        "data_dir",
        "`./data`",
        "Database and keys. Made if it is missing; only its owner may enter it. One portal at a time uses it.",
    ),
    setting("site_root", "`target/site`", "The browser's files, as `cargo xtask run` builds them."),
    setting("limits.connections", "`1024`", "Connections at once; more wait. 1 to 100000."),
    setting(
        "limits.connections_per_address",
        "`256`",
        "Connections of one address at once, or of one IPv6 /64 network; more are closed. Trusted proxies have no such limit. 1 to 100000.",
    ),
    setting(
        "limits.requests",
        "`256`",
        "Requests of people who are signed in that are worked on at once; more get 503. Signing in and health checks are not among them. 1 to 10000.",
    ),
    setting("limits.uploads", "`32`", "Uploads at once; more get 503. One person has 3 of them. 1 to 1000."),
    setting(
        "limits.rate_signed_in",
        "`50`",
        "Requests a second of one sign-in, on average over ten seconds; more get 429. 1 to 1000.",
    ),
    setting(
        "limits.rate_anonymous",
        "`20`",
        "The same of one address where nobody is signed in. Files and health checks do not count. 1 to 1000.",
    ),
    setting(
        "login.idle_minutes",
        "`60`",
        "A browser that saw no click for so long is signed out. Live updates are no clicks. 1 to 10080.",
    ),
    setting("login.lifetime_minutes", "`600`", "A browser is signed out after so long in any case. 1 to 10080."),
    setting(
        "login.require_second_factor",
        "`[]`",
        "Roles whose people need a second factor, for example `[\"admin\", \"manager\"]`. Who has none sets one up before anything else. People of OpenID providers are asked for it there. Roles: `viewer`, `sender`, `manager`, `admin`, `auditor`, `embedder`.",
    ),
    setting(
        "login.local",
        "`true`",
        "Whether people may sign in by a password of this portal's. `false` takes a provider that makes admins; set-up and invitations end too.",
    ),
    setting("providers.<id>.name", "the id", "What people call the provider: the button says “Sign in with” and this."),
    setting(
        "providers.<id>.issuer",
        "none",
        "The provider's issuer, letter by letter as its discovery document has it. Must begin with `https://`.",
    ),
    setting("providers.<id>.client_id", "none", "What the provider calls this portal."),
    setting("providers.<id>.client_secret", "none", "The secret that it gave the portal."),
    setting(
        "providers.<id>.client_secret_file",
        "none",
        "A file that holds the secret instead; refused if every user of the machine can read it.",
    ),
    setting("providers.<id>.scopes", "`profile`", "What is asked for beside `openid`, with spaces between."),
    setting(
        "providers.<id>.claim",
        "`groups`",
        "The claim of the ID token that says what people are: a text or a list of texts. A dot leads into an object, as in `realm_access.roles`. Names and mail addresses are refused, since people can choose them.",
    ),
    setting(
        "providers.<id>.roles",
        "none",
        "Which value of the claim gives which role, for example `{ \"desk-admins\" = \"admin\", \"sales\" = \"sender\" }`. Of several roles the one that may do most is taken: admin, manager, sender, auditor, viewer, embedder.",
    ),
    setting(
        "providers.<id>.default_role",
        "none",
        "The role of those whose claim gives none; without it they are refused. Not `admin`.",
    ),
    setting(
        "providers.<id>.teams",
        "none",
        "Which value of the claim gives which team, by the team's name. A team that is missing is made. With it, the provider decides about teams at each sign-in; without it, admins do.",
    ),
    setting("providers.<id>.default_team", "`First team`", "The team of those whose claim gives none."),
    setting(
        "providers.<id>.logout",
        "`true`",
        "Whether signing out here leads to the provider, to sign out there too.",
    ),
    setting(
        "providers.<id>.reach",
        "`public`",
        "`public` refuses private and link-local addresses; `private` allows them, and plain http to this machine itself unless `production` is set.",
    ),
    setting(
        "providers.<id>.ca_file",
        "none",
        "Certificates (PEM) of authorities to trust: besides the system's with `public`, alone with `private`.",
    ),
    setting(
        "log.filter",
        "`info`",
        "What is logged, for example `info,server=debug`, which adds a line for each request.",
    ),
    setting("log.format", "`text`", "`text` or `json` (one object a line)."),
    setting(
        "metrics.listen",
        "none",
        "Address and port of `/metrics`, which Prometheus reads. It is not protected, so it must be loopback or an address of a private network.",
    ),
    setting("upstream.client_id", "none", "The API client of the account."),
    setting("upstream.client_secret", "none", "Its secret."),
    setting(
        "upstream.client_secret_file",
        "none",
        "A file that holds the secret instead; refused if every user of the machine can read it. A line break at its end is ignored. When it changes, the new secret is used without a restart.",
    ),
    setting("upstream.base_url", "`https://api.signicat.com/sign`", "The signing API."),
    setting(
        "upstream.token_url",
        "`https://api.signicat.com/auth/open/connect/token`",
        "Its OAuth token endpoint (client credentials).",
    ),
    setting(
        "upstream.reach",
        "`public`",
        "`public` refuses private and link-local addresses and plain http; `private` allows them, for a service in your own network.",
    ),
    setting(
        "upstream.ca_file",
        "none",
        "Certificates (PEM) of authorities to trust: besides the system's with `public`, alone with `private`.",
    ),
    setting(
        "live.poll_seconds",
        "`1` with the sandbox, else `10`",
        "How often the service is asked about open sessions. 1 to 3600.",
    ),
    setting(
        "webhooks.secrets",
        "none",
        "Secrets with which the service signs its events, with commas between them. Any of them will do, so one can be changed without losing an event. Each has 16 characters or more; with `standard` it is written as the service shows it, with or without `whsec_`.",
    ),
    setting(
        "webhooks.secrets_file",
        "none",
        "A file that holds them instead, one a line; refused if every user of the machine can read it.",
    ),
    setting(
        "webhooks.account_id",
        "none",
        "The account, as the service names it in its events. Needed with secrets: events of other accounts are ignored.",
    ),
    setting(
        "webhooks.signature",
        "`hex`",
        "How events are signed. `hex` and `base64` are the HMAC-SHA256 of the body, in `webhooks.header`; `standard` is Standard Webhooks.",
    ),
    setting("webhooks.header", "`X-Signicat-Signature`", "The header with the signature, unless that is `standard`."),
    setting("sandbox.listen", "`127.0.0.1:3001`", "Address and port."),
    setting(
        "sandbox.public_url",
        "`http://localhost` and the port",
        "The address that signers' browsers use. Its host must differ from the portal's, so that browsers keep the two apart.",
    ),
    setting("sandbox.token_ttl_seconds", "`600`", "Lifetime of its access tokens. 1 to 3600."),
    setting(
        "sandbox.package_level",
        "`b-t`",
        "`b-t` seals packages with a time stamp. `b-lt` adds certificates and a list of revoked ones, so that they can be verified for longer; some readers then say that the seal does not cover the whole file.",
    ),
    setting(
        "sandbox.events",
        "`true`",
        "Whether it tells the portal of events at once. Without, the portal learns of them when it asks.",
    ),
    setting(
        "sandbox.control_plane",
        "`false`",
        "Whether tests may command it under `/__sandbox`, without credentials. Loopback only.",
    ),
];
