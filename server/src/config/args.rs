//! The command line.

use std::{ffi::OsString, path::PathBuf};

use super::SETTINGS;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Run the portal, with this settings file.
    Serve(Option<PathBuf>),
    /// Read the settings, say whether they can be used, and stop.
    Check(Option<PathBuf>),
    /// Say whether the audit trail holds, and goes as far as these signed heads say, and stop.
    AuditVerify(Option<PathBuf>, SignedHeads),
    /// Print the signed heads of the audit trail, and stop.
    AuditHeads(Option<PathBuf>),
    /// Print the public half of the key that signs them, and stop.
    AuditKey(Option<PathBuf>),
    /// Ask the signing API once about every session that can still change, and stop.
    Reconcile(Option<PathBuf>),
    /// Print the guide to the settings, and stop.
    Reference,
    /// Copy the database of the portal that this file sets up to another file, and stop.
    Backup(Option<PathBuf>, PathBuf),
    /// Remove second factors, of the account with this user name or of all, and stop.
    ForgetFactors(Option<PathBuf>, Option<String>),
    /// Say how to use the command, and stop.
    Help,
    /// Say which version this is, and stop.
    Version,
}

/// Heads of the audit trail that were signed before.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SignedHeads {
    /// The file that holds them, if there is one.
    pub file: Option<PathBuf>,
    /// The public half of the key that signed them, unless it is that of the data directory.
    pub key: Option<String>,
}

/// The command line cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not understood here; see server --help")]
pub struct ArgsError(OsString);

/// Understands the command line, the program's name left out.
///
/// # Errors
/// The first word that cannot be understood.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, ArgsError> {
    let mut args = args.into_iter();
    let mut file = None;
    let mut words = Vec::new();
    let mut heads = SignedHeads::default();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--help" | "-h" | "help") => return Ok(Command::Help),
            Some("--version" | "-V") => return Ok(Command::Version),
            Some("--config") => file = Some(args.next().map(PathBuf::from).ok_or(ArgsError(arg))?),
            Some("--heads") => heads.file = Some(args.next().map(PathBuf::from).ok_or(ArgsError(arg))?),
            Some("--key") => {
                heads.key = Some(args.next().and_then(|key| key.into_string().ok()).ok_or(ArgsError(arg))?);
            }
            Some(option) if option.starts_with('-') => return Err(ArgsError(arg)),
            _ => words.push(arg),
        }
    }
    match words.iter().map(|word| word.to_str()).collect::<Vec<_>>()[..] {
        [Some("audit"), Some("verify")] => Ok(Command::AuditVerify(file, heads)),
        _ if heads.file.is_some() => Err(ArgsError("--heads".into())),
        _ if heads.key.is_some() => Err(ArgsError("--key".into())),
        [] => Ok(Command::Serve(file)),
        [Some("config"), Some("check")] => Ok(Command::Check(file)),
        [Some("audit"), Some("heads")] => Ok(Command::AuditHeads(file)),
        [Some("audit"), Some("key")] => Ok(Command::AuditKey(file)),
        [Some("reconcile")] => Ok(Command::Reconcile(file)),
        [Some("config"), Some("reference")] => Ok(Command::Reference),
        [Some("backup"), Some(target)] => Ok(Command::Backup(file, target.into())),
        [Some("factors"), Some("forget")] => Ok(Command::ForgetFactors(file, None)),
        [Some("factors"), Some("forget"), Some(username)] => {
            Ok(Command::ForgetFactors(file, Some(username.to_owned())))
        }
        _ => Err(ArgsError(words.swap_remove(0))),
    }
}

/// How to use the command.
#[must_use]
pub fn help() -> String {
    let mut text = String::from(
        "Countersign, a signing desk.

Usage:
  server [--config FILE]               run the portal
  server config check [--config FILE]  say whether the settings can be used
  server audit verify [--config FILE]  say whether the audit trail was tampered with
         [--heads FILE [--key KEY]]    and goes as far as these signed heads say
  server audit heads [--config FILE]   print its signed heads, to keep elsewhere
  server audit key [--config FILE]     print the public half of the key that signs them
  server reconcile [--config FILE]     ask once about every open session, while no portal runs
  server config reference              print the guide to the settings
  server backup [--config FILE] COPY   copy the database, also of a portal that runs
  server factors forget [--config FILE] [USERNAME]
                                       remove a lost second factor, or all
  server --version

Settings come from the TOML file, then from the environment, which wins.
Without a vendor's account the embedded signing service (no legal effect) is used.

",
    );
    for setting in SETTINGS {
        let about = setting.about.split_once(". ").map_or(setting.about, |(first, _)| first);
        text.push_str(&format!("  {}\n      {about} [{}]\n", setting.variable(), setting.default).replace('`', ""));
    }
    text
}
