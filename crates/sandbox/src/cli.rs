//! The command line: what it takes and what it prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command speaks to its user here, and nowhere else")]

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
};

use sandbox::{Random, container::Level};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

const USAGE: &str =
    "usage: sandbox --data DIR [--listen ADDRESS] [--public-url URL] [--level LEVEL] [--control] [--stepped] [--idp NAME]...
  --data DIR          where everything is kept; made if it is missing
  --listen ADDRESS    address and port to listen on (127.0.0.1:3001)
  --public-url URL    address under which signers reach it (http://ADDRESS)
  --idp NAME          identity provider on offer when a session names none; may be repeated (test-eid)
  --level LEVEL       how long packages can be verified: b-t, or b-lt for longer (b-t)
  --control           serve the control plane under /__sandbox, for tests
  --stepped           stop the clock; the control plane moves it";

/// The client that the command sets up.
const CLIENT_ID: &str = "sandbox-calm-heron-164";

/// What is wrong with the command line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    #[error("{0} is not an option\n{USAGE}")]
    Unknown(String),
    #[error("{0} needs a value\n{USAGE}")]
    NoValue(&'static str),
    #[error("{0} has a bad value: {1}\n{USAGE}")]
    BadValue(&'static str, String),
    #[error("--data is required\n{USAGE}")]
    NoData,
}

/// The options given.
pub(crate) struct Options {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<Url>,
    pub(crate) identity_providers: Vec<String>,
    pub(crate) level: Level,
    pub(crate) control: bool,
    pub(crate) stepped: bool,
}

impl Options {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, UsageError> {
        let (mut data, mut public_url, mut control, mut stepped) = (None, None, false, false);
        let mut identity_providers = Vec::new();
        let mut level = Level::Timestamped;
        let mut listen = SocketAddr::from(([127, 0, 0, 1], 3001));
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--data" => data = Some(PathBuf::from(value("--data", &mut args)?)),
                "--listen" => listen = parsed("--listen", &mut args)?,
                "--public-url" => public_url = Some(parsed("--public-url", &mut args)?),
                "--idp" => identity_providers.push(value("--idp", &mut args)?),
                "--level" => level = parsed("--level", &mut args)?,
                "--control" => control = true,
                "--stepped" => stepped = true,
                _ => return Err(UsageError::Unknown(arg)),
            }
        }
        let data = data.ok_or(UsageError::NoData)?;
        Ok(Self { data, listen, public_url, level, identity_providers, control, stepped })
    }
}

fn value(option: &'static str, args: &mut impl Iterator<Item = String>) -> Result<String, UsageError> {
    args.next().ok_or(UsageError::NoValue(option))
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    option: &'static str,
    args: &mut impl Iterator<Item = String>,
) -> Result<T, UsageError> {
    value(option, args)?.parse().map_err(|error: T::Err| UsageError::BadValue(option, error.to_string()))
}

/// The client's id and secret. The secret is made at the first start and kept beside the data.
pub(crate) fn credentials(data: &Path, random: &dyn Random) -> io::Result<(String, SecretString)> {
    let path = data.join("client-secret");
    match std::fs::read_to_string(&path) {
        Ok(secret) => Ok((CLIENT_ID.to_owned(), secret.trim().into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let mut bytes = [0; 32];
            random.fill(&mut bytes).map_err(io::Error::other)?;
            let secret = hex::encode(bytes);
            std::fs::create_dir_all(data)?;
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path)?.write_all(secret.as_bytes())?;
            Ok((CLIENT_ID.to_owned(), secret.into()))
        }
        Err(error) => Err(error),
    }
}

/// Says where everything is. The one place that shows the secret: a person has to copy it from somewhere.
pub(crate) fn greet(address: SocketAddr, public_url: &Url, id: &str, secret: &SecretString) {
    println!("Sandbox signing service - no legal effect");
    println!("  API            http://{address}/sign");
    println!("  tokens         http://{address}/auth/open/connect/token");
    println!("  signers        {public_url}");
    println!("  client id      {id}");
    println!("  client secret  {}", secret.expose_secret());
}

/// Says why it did not work.
pub(crate) fn complain(error: &dyn Error) {
    eprintln!("sandbox: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}
