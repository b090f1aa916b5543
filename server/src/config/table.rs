//! What settings there are, for `--help` and for the test of the documentation.

/// A setting, for people.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name in the file; a dot separates the section.
    pub name: &'static str,
    /// Its default, in words.
    pub default: &'static str,
    /// What it decides.
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

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    setting("listen", "127.0.0.1:3000", "address and port of the portal"),
    setting("public_url", "http:// and listen", "address that browsers use; https unless it is loopback"),
    setting("trusted_proxies", "none", "proxies whose X-Forwarded-For is believed, e.g. 127.0.0.1, 10.0.0.0/8"),
    setting("data_dir", "./data", "databases and keys"),
    setting("site_root", "target/site", "the browser's files"),
    setting("limits.connections", "1024", "most connections at once; more wait"),
    setting("limits.connections_per_address", "256", "most connections of one address; more are closed"),
    setting("limits.requests", "256", "most requests worked on at once; more get 503"),
    setting("limits.uploads", "32", "most uploads at once; more get 503"),
    setting("limits.rate_signed_in", "50", "requests a second of one sign-in; more get 429"),
    setting("limits.rate_anonymous", "20", "requests a second of one address where nobody is signed in"),
    setting("log.filter", "info", "what is logged, e.g. info,server=debug"),
    setting("log.format", "text", "text or json"),
    setting("login.idle_minutes", "60", "signed out after so long without a click"),
    setting("login.lifetime_minutes", "600", "signed out after so long in any case"),
    setting("live.poll_seconds", "1 (sandbox), 10 (vendor)", "time between two looks at open sessions"),
    setting("upstream.client_id", "none", "API client of the vendor's account; none means the sandbox"),
    setting("upstream.client_secret", "none", "secret of the API client"),
    setting("upstream.client_secret_file", "none", "file that holds the secret instead"),
    setting("upstream.base_url", "https://api.signicat.com/sign", "the signing API"),
    setting("upstream.token_url", "https://api.signicat.com/auth/open/connect/token", "its OAuth token endpoint"),
    setting("upstream.reach", "public", "public, or private for a service on a private network"),
    setting("upstream.ca_file", "none", "certificates (PEM) of authorities to trust besides"),
    setting("sandbox.listen", "127.0.0.1:3001", "address and port of the embedded signing service"),
    setting("sandbox.public_url", "http://localhost and port", "address that signers' browsers use"),
    setting("sandbox.token_ttl_seconds", "600", "lifetime of its access tokens"),
    setting("sandbox.package_level", "b-t", "b-t, or b-lt for packages that can be verified for longer"),
    setting("sandbox.control_plane", "false", "whether tests may command it; loopback only"),
];
