use std::{ffi::OsString, path::PathBuf};

use figment::Figment;

use super::{
    args::{self, Command, SignedHeads},
    raw::Raw,
    *,
};

fn from(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    load(None, variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

/// The message about variables that are wrong, which must name the setting.
fn complaint(variables: &[(&str, &str)], setting: &str) -> String {
    let message = from(variables).expect_err(setting).to_string();
    assert!(message.starts_with(&format!("setting {setting} (COUNTERSIGN_")), "{message}");
    message
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("settings.toml");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn defaults_are_loopback_and_the_sandbox() {
    let config = from(&[("HOME", "/somewhere"), ("PATH", "")]).unwrap();
    assert_eq!(config.origin(), "http://127.0.0.1:3000");
    let UpstreamKind::Sandbox(sandbox) = config.upstream else { panic!("not the sandbox") };
    assert_eq!(sandbox.public_url.as_str(), "http://localhost:3001/");
    assert!(!sandbox.control_plane);
}

#[test]
fn the_environment_wins_over_the_file() {
    let (_dir, path) = file("listen = '127.0.0.1:1'\n[login]\nidle_minutes = 5\nlifetime_minutes = 6");
    let named =
        [("COUNTERSIGN_CONFIG".into(), path.into_os_string()), ("COUNTERSIGN_LOGIN__IDLE_MINUTES".into(), "7".into())];
    let config = load(None, named).unwrap();
    assert_eq!(config.origin(), "http://127.0.0.1:1");
    assert_eq!((config.login.idle.whole_minutes(), config.login.lifetime.whole_minutes()), (7, 6));
}

#[test]
fn ops_01_other_addresses_than_loopback_need_https() {
    for (listen, public_url, is_good) in [
        ("127.0.0.1:3000", None, true),
        ("[::1]:3000", None, true),
        ("0.0.0.0:3000", None, false),
        ("0.0.0.0:3000", Some("http://127.0.0.1:3000"), false),
        ("0.0.0.0:3000", Some("https://portal.example.com"), true),
        ("192.0.2.1:3000", Some("http://portal.example.com"), false),
        ("127.0.0.1:3000", Some("https://portal.example.com"), true),
        ("127.0.0.1:3000", Some("http://portal.example.com"), false),
        ("127.0.0.1:3000", Some("http://localhost:3000"), true),
    ] {
        let mut variables = vec![
            ("COUNTERSIGN_LISTEN", listen),
            ("COUNTERSIGN_SANDBOX__PUBLIC_URL", "http://sign.localhost:3001"),
            ("COUNTERSIGN_TRUSTED_PROXIES", "10.0.0.1"),
        ];
        variables.extend(public_url.map(|url| ("COUNTERSIGN_PUBLIC_URL", url)));
        let loaded = from(&variables);
        assert_eq!(loaded.is_ok(), is_good, "{listen} {public_url:?}");
        if let Err(error) = loaded {
            assert!(error.to_string().contains("https://"), "{error}");
        }
    }
}

#[test]
fn ops_01_an_https_address_needs_a_proxy_that_is_named() {
    let https = ("COUNTERSIGN_PUBLIC_URL", "https://portal.example.com");
    let message = complaint(&[https], "trusted_proxies");
    assert!(message.contains("for example 127.0.0.1"), "{message}");
    let config = from(&[https, ("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1, ::1,10.0.0.0/8")]).unwrap();
    let proxies: Vec<_> = config.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]);
    for proxies in ["0.0.0.0/0", "::/0", "proxy.example.com", "10.0.0.0/33", "10.0.0.1 10.0.0.2"] {
        complaint(&[https, ("COUNTERSIGN_TRUSTED_PROXIES", proxies)], "trusted_proxies");
    }
}

#[test]
fn sl_02_a_public_address_is_an_origin_that_cookies_fit() {
    for url in
        ["https://portal.example.com/desk", "https://a@portal.example.com", "https://portal.example.com/?a", "ftp://a"]
    {
        complaint(&[("COUNTERSIGN_PUBLIC_URL", url)], "public_url");
    }
}

#[test]
fn ops_02_unknown_settings_are_refused() {
    let message = complaint(&[("COUNTERSIGN_LISTEM", "127.0.0.1:1")], "listem");
    assert!(message.contains("COUNTERSIGN_LISTEM") && message.contains("listen"), "{message}");
    complaint(&[("COUNTERSIGN_LOGIN__IDLE", "1")], "login.idle");
    let (_dir, path) = file("[log]\nlevel = 'info'");
    let message = load(Some(path), []).unwrap_err().to_string();
    assert!(message.starts_with("setting log.level "), "{message}");
}

#[test]
fn wrong_values_name_the_setting() {
    for (variable, value, setting) in [
        ("COUNTERSIGN_LISTEN", "here", "listen"),
        ("COUNTERSIGN_PUBLIC_URL", "here", "public_url"),
        ("COUNTERSIGN_LIMITS__CONNECTIONS", "0", "limits.connections"),
        ("COUNTERSIGN_LIMITS__CONNECTIONS_PER_ADDRESS", "-1", "limits.connections_per_address"),
        ("COUNTERSIGN_LIMITS__REQUESTS", "1000000", "limits.requests"),
        ("COUNTERSIGN_LIMITS__UPLOADS", "0", "limits.uploads"),
        ("COUNTERSIGN_LIMITS__RATE_SIGNED_IN", "0", "limits.rate_signed_in"),
        ("COUNTERSIGN_LIMITS__RATE_ANONYMOUS", "many", "limits.rate_anonymous"),
        ("COUNTERSIGN_LOG__FORMAT", "xml", "log.format"),
        ("COUNTERSIGN_LOG__FILTER", "info=info=info", "log.filter"),
        ("COUNTERSIGN_LOGIN__IDLE_MINUTES", "0", "login.idle_minutes"),
        ("COUNTERSIGN_LOGIN__LIFETIME_MINUTES", "soon", "login.lifetime_minutes"),
        ("COUNTERSIGN_LIVE__POLL_SECONDS", "0", "live.poll_seconds"),
        ("COUNTERSIGN_SANDBOX__TOKEN_TTL_SECONDS", "4000", "sandbox.token_ttl_seconds"),
        ("COUNTERSIGN_SANDBOX__PUBLIC_URL", "http://127.0.0.1:3001", "sandbox.public_url"),
        ("COUNTERSIGN_SANDBOX__PACKAGE_LEVEL", "b-lta", "sandbox.package_level"),
        ("COUNTERSIGN_UPSTREAM__REACH", "everywhere", "upstream.reach"),
        ("COUNTERSIGN_UPSTREAM__BASE_URL", "https://api.example.com/sign", "upstream.base_url"),
    ] {
        complaint(&[(variable, value)], setting);
    }
}

const ID: (&str, &str) = ("COUNTERSIGN_UPSTREAM__CLIENT_ID", "12345");
const SECRET: (&str, &str) = ("COUNTERSIGN_UPSTREAM__CLIENT_SECRET", "0123.50");

#[test]
fn two_settings_make_a_real_account() {
    let config = from(&[ID, SECRET]).unwrap();
    assert_eq!(config.live.poll.as_secs(), 10);
    let UpstreamKind::Http(account) = config.upstream else { panic!("not the account") };
    assert_eq!(account.settings.base_url.as_str(), "https://api.signicat.com/sign");
    assert_eq!(account.settings.client_id, "12345");
    // Taken as it is, though it looks like a number.
    assert_eq!(secrecy::ExposeSecret::expose_secret(&account.settings.client_secret), "0123.50");

    complaint(&[ID], "upstream.client_secret");
    complaint(&[SECRET], "upstream.client_id");
    complaint(&[ID, (SECRET.0, " ")], "upstream.client_secret");
}

#[test]
fn sec_03_secrets_are_not_printed() {
    let shown = format!("{:?}", from(&[ID, SECRET]).unwrap());
    assert!(shown.contains("REDACTED") && !shown.contains(SECRET.1), "{shown}");
    let (_dir, path) = file("[upstream]\nclient_id = 'a'\nclient_secret = 99887766");
    let message = load(Some(path), []).unwrap_err().to_string();
    assert!(message.contains("upstream.client_secret") && !message.contains("99887766"), "{message}");
}

#[cfg(unix)]
#[test]
fn sec_04_a_secret_may_come_from_a_private_file() {
    use std::os::unix::fs::PermissionsExt;

    let (_dir, path) = file("the secret\n");
    let variables = [ID, ("COUNTERSIGN_UPSTREAM__CLIENT_SECRET_FILE", path.to_str().unwrap())];
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let UpstreamKind::Http(account) = from(&variables).unwrap().upstream else { panic!("not the account") };
    assert_eq!(secrecy::ExposeSecret::expose_secret(&account.settings.client_secret), "the secret");

    complaint(&[ID, SECRET, variables[1]], "upstream.client_secret_file");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    complaint(&variables, "upstream.client_secret_file");
    std::fs::remove_file(&path).unwrap();
    complaint(&variables, "upstream.client_secret_file");
}

#[test]
fn every_setting_is_listed() {
    // What is read is what is listed: each section tells its fields when it meets another.
    let sections = ["", "limits", "log", "login", "providers", "live", "metrics", "upstream", "webhooks", "sandbox"];
    let mut read = Vec::new();
    for section in sections {
        // What providers are called is the operator's choice.
        let section = if section == "providers" { "providers.<id>" } else { section };
        let name = if section.is_empty() { "zz".to_owned() } else { format!("{section}.zz") };
        let error = Figment::new().join((name, 1)).extract::<Raw>().err().unwrap();
        let figment::error::Kind::UnknownField(_, fields) = error.kind else { panic!("{error}") };
        let fields = fields.iter().filter(|field| !sections.contains(field));
        read.extend(
            fields.map(|field| if section.is_empty() { (*field).to_owned() } else { format!("{section}.{field}") }),
        );
    }
    let mut listed: Vec<_> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
    read.sort();
    listed.sort();
    assert_eq!(read, listed);
}

#[test]
fn ops_10_the_guide_is_what_the_program_prints() {
    let guide = include_str!("../../../docs/configuration.md");
    assert_eq!(reference(), guide, "run: server config reference > docs/configuration.md");
    for setting in SETTINGS {
        assert!(guide.contains(&format!("| `{}` |", setting.name)), "no table has the section of {}", setting.name);
    }
}

#[test]
fn ops_02_production_takes_no_sandbox_no_weak_secret_and_no_plain_http() {
    let production = ("COUNTERSIGN_PRODUCTION", "true");
    let strong = (SECRET.0, "0123456789abcdef");
    let https = ("COUNTERSIGN_PUBLIC_URL", "https://portal.example.com");
    let proxy = ("COUNTERSIGN_TRUSTED_PROXIES", "127.0.0.1");
    assert!(complaint(&[production], "upstream.client_id").contains("sandbox"));
    let message = complaint(&[production, ID, SECRET, https, proxy], "upstream.client_secret");
    assert!(message.contains("16 characters") && !message.contains(SECRET.1), "{message}");
    complaint(&[production, ID, strong], "public_url");
    from(&[production, ID, strong, https, proxy]).unwrap();
}

#[test]
fn az_10_metrics_are_for_this_machine_or_a_private_network() {
    let listen = |address| [("COUNTERSIGN_METRICS__LISTEN", address)];
    assert_eq!(from(&[]).unwrap().metrics, None);
    for address in ["127.0.0.1:9464", "[::1]:9464", "10.1.2.3:9464", "[fd00::1]:9464"] {
        assert_eq!(from(&listen(address)).unwrap().metrics, Some(address.parse().unwrap()));
    }
    for address in ["0.0.0.0:9464", "[::]:9464", "192.0.2.1:9464", "9464"] {
        complaint(&listen(address), "metrics.listen");
    }
}

#[test]
fn wh_01_secrets_of_events_are_long_and_come_with_an_account() {
    let secrets = ("COUNTERSIGN_WEBHOOKS__SECRETS", "the old secret 1, the new secret 22");
    let account = ("COUNTERSIGN_WEBHOOKS__ACCOUNT_ID", "12345");
    let config = from(&[secrets, account]).unwrap();
    let shown = format!("{:?}", config.webhooks);
    assert!(shown.contains("REDACTED") && !shown.contains("the old secret"), "{shown}");
    let webhooks = config.webhooks.unwrap();
    assert_eq!((webhooks.secrets.len(), webhooks.account.as_str()), (2, "12345"));
    let header = Scheme::DEFAULT_HEADER;
    assert_eq!(webhooks.scheme, Scheme::OfBody { header, encoding: crate::webhooks::Encoding::Hex });

    complaint(&[secrets], "webhooks.account_id");
    complaint(&[account], "webhooks.account_id");
    complaint(&[("COUNTERSIGN_WEBHOOKS__SIGNATURE", "hex")], "webhooks.signature");
    complaint(&[(secrets.0, "the old secret 1, short"), account], "webhooks.secrets");
    complaint(&[(secrets.0, " , "), account], "webhooks.secrets");
    complaint(&[secrets, account, ("COUNTERSIGN_WEBHOOKS__HEADER", "a b")], "webhooks.header");
    let standard = ("COUNTERSIGN_WEBHOOKS__SIGNATURE", "standard");
    complaint(&[secrets, account, standard], "webhooks.secrets");
    complaint(&[secrets, account, standard, ("COUNTERSIGN_WEBHOOKS__HEADER", "x-hook")], "webhooks.header");
    from(&[(secrets.0, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), account, standard]).unwrap();
}

#[test]
fn the_command_line() {
    let parse = |words: &[&str]| args::parse(words.iter().map(OsString::from));
    for (words, command) in [
        (&[][..], Command::Serve(None)),
        (&["--config", "a.toml"], Command::Serve(Some("a.toml".into()))),
        (&["config", "check", "--config", "a.toml"], Command::Check(Some("a.toml".into()))),
        (&["config", "check"], Command::Check(None)),
        (&["audit", "verify"], Command::AuditVerify(None, SignedHeads::default())),
        (
            &["audit", "verify", "--heads", "heads.jsonl", "--key", "ab"],
            Command::AuditVerify(None, SignedHeads { file: Some("heads.jsonl".into()), key: Some("ab".to_owned()) }),
        ),
        (&["audit", "heads"], Command::AuditHeads(None)),
        (&["audit", "key"], Command::AuditKey(None)),
        (&["reconcile", "--config", "a.toml"], Command::Reconcile(Some("a.toml".into()))),
        (&["config", "reference"], Command::Reference),
        (&["backup", "--config", "a.toml", "copy.db"], Command::Backup(Some("a.toml".into()), "copy.db".into())),
        (&["serve", "--help"], Command::Help),
        (&["--version"], Command::Version),
    ] {
        assert_eq!(parse(words), Ok(command), "{words:?}");
    }
    for words in [
        &["--config"][..],
        &["--confg", "a"],
        &["serve"],
        &["config"],
        &["config", "check", "a"],
        &["backup"],
        &["backup", "a", "b"],
    ] {
        assert!(parse(words).is_err(), "{words:?}");
    }
}

/// Settings of a provider, in a file.
fn provider(settings: &str) -> Result<Config, ConfigError> {
    let (_dir, path) = file(settings);
    load(Some(path), [])
}

const PROVIDER: &str =
    "[providers.hr]\nissuer = 'https://login.example.com'\nclient_id = 'desk'\nclient_secret = '0123456789abcdef'\n";

#[test]
fn a_provider_takes_an_issuer_a_client_and_who_may_do_what() {
    let config = provider(&format!("{PROVIDER}roles = {{ 'admins' = 'admin' }}")).unwrap();
    let [hr] = &config.providers[..] else { panic!("{:?}", config.providers) };
    assert_eq!((&*hr.id, &*hr.name, &*hr.claim, hr.logout), ("hr", "hr", "groups", true));
    assert!(!format!("{hr:?}").contains("0123456789abcdef"));
    let config = from(&[
        ("COUNTERSIGN_PROVIDERS__HR__ISSUER", "https://login.example.com"),
        ("COUNTERSIGN_PROVIDERS__HR__CLIENT_ID", "12345"),
        ("COUNTERSIGN_PROVIDERS__HR__CLIENT_SECRET", "67890"),
        ("COUNTERSIGN_PROVIDERS__HR__ROLES", "{\"desk admins\"=\"admin\"}"),
    ]);
    assert_eq!(config.unwrap().providers[0].roles["desk admins"], Role::Admin);
}

#[test]
fn sl_05_a_provider_that_could_not_be_trusted_is_refused_at_the_start() {
    let with = |line: &str| format!("{PROVIDER}default_role = 'viewer'\n{line}");
    let issuer = |issuer: &str, more: &str| with(more).replace("https://login.example.com", issuer);
    for (settings, setting) in [
        (PROVIDER.to_owned(), "providers.hr.roles"),
        (with("claim = 'email'"), "providers.hr.claim"),
        (with("zz = 1"), "providers.hr.zz"),
        (with("roles = { a = 'boss' }"), "providers.hr.roles.a"),
        (with("client_secret_file = 'a'"), "providers.hr.client_secret_file"),
        (with("default_team = ' '"), "providers.hr.default_team"),
        (with("").replace("'viewer'", "'admin'"), "providers.hr.default_role"),
        (with("").replace("providers.hr", "providers.'HR dept'"), "providers.HR dept.name"),
        (with("").replace("client_id = 'desk'", ""), "providers.hr.client_id"),
        (with("").replace("client_secret = '0123456789abcdef'", ""), "providers.hr.client_secret"),
        (issuer("http://login.example.com", "reach = 'private'"), "providers.hr.issuer"),
        (issuer("http://127.0.0.1:9", ""), "providers.hr.issuer"),
        (issuer("https://169.254.169.254", ""), "providers.hr.issuer"),
        (issuer("https://login.example.com/?a", ""), "providers.hr.issuer"),
        (issuer("login", ""), "providers.hr.issuer"),
        (format!("{}\n{}", with(""), with("").replace("providers.hr", "providers.it")), "providers.it.issuer"),
        (format!("[login]\nlocal = false\n{}", with("")), "login.local"),
        ("[login]\nlocal = false".to_owned(), "login.local"),
    ] {
        let message = provider(&settings).expect_err(setting).to_string();
        assert!(message.starts_with(&format!("setting {setting} (")), "{message}");
    }
    provider(&issuer("http://127.0.0.1:9", "reach = 'private'")).unwrap();
    provider(&format!("[login]\nlocal = false\n{}", with("roles = { a = 'admin' }"))).unwrap();
}
