//! The portal's command.

use std::{error::Error, process::ExitCode, sync::Arc};

use app::model::Moment;
use server::{
    audit::{
        self,
        heads::{self, Heads, HeadsKey},
    },
    auth,
    clock::{self, Clock, SystemClock, millis},
    config::{
        self,
        args::{self, Command},
    },
    console,
    random::SystemRandom,
    signals::Signals,
    start::{Machine, Server},
    store, telemetry,
};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    match args::parse(std::env::args_os().skip(1))? {
        Command::Help => console::say(&args::help()),
        Command::Version => console::say(concat!("Countersign ", env!("CARGO_PKG_VERSION"))),
        Command::Check(file) => {
            config::load(file, std::env::vars_os())?;
            console::say("The settings can be used.");
        }
        Command::AuditVerify(file, heads) => {
            let config = config::load(file, std::env::vars_os())?;
            let heads = match heads.file {
                Some(file) => {
                    let own = || HeadsKey::open(&config.data_dir, &SystemRandom).map(|key| key.public());
                    Heads::read(&file, &heads.key.map_or_else(own, Ok)?)?
                }
                None => Heads::default(),
            };
            for chain in audit::check_file(&config.database(), &heads).await? {
                console::tell_of(&chain);
            }
            console::say("The audit trail holds.");
        }
        Command::AuditHeads(file) => {
            let config = config::load(file, std::env::vars_os())?;
            let key = HeadsKey::open(&config.data_dir, &SystemRandom)?;
            let chains = audit::check_file(&config.database(), &Heads::default()).await?;
            console::say(heads::signed(&chains, &key, clock::moment(SystemClock.now())).trim_end());
        }
        Command::AuditKey(file) => {
            let config = config::load(file, std::env::vars_os())?;
            console::say(&HeadsKey::open(&config.data_dir, &SystemRandom)?.public());
        }
        Command::Reconcile(file) => {
            let config = config::load(file, std::env::vars_os())?;
            telemetry::init(&config.log);
            let changes = Server::open(config.beside_others(), Machine::default()).await?.reconcile().await?;
            changes.iter().for_each(console::tell_of_change);
            console::say(&format!("{} sessions changed.", changes.len()));
        }
        Command::Reference => console::say(config::reference().trim_end()),
        Command::Backup(file, target) => {
            let config = config::load(file, std::env::vars_os())?;
            store::backup(&config.database(), &target).await?;
            console::say(&format!("The database was copied to {}.", target.display()));
        }
        Command::ForgetFactors(file, username) => {
            let config = config::load(file, std::env::vars_os())?;
            let now = Moment(millis(SystemClock.now()));
            let count = auth::forget_factors(&config.database(), now, username.as_deref()).await?;
            console::say(&format!("Second factors that were removed: {count}."));
        }
        Command::Serve(file) => {
            let config = config::load(file, std::env::vars_os())?;
            telemetry::init(&config.log);
            let server = Server::open(config, Machine::default()).await?;
            let signals = Signals::listen()?;
            console::greet(&server);
            tokio::spawn(signals.obey(Arc::clone(server.portal())));
            server.run().await;
        }
    }
    Ok(())
}
