//! The portal's command.

use std::{error::Error, process::ExitCode};

use server::{
    audit,
    config::{
        self,
        args::{self, Command},
    },
    console, signals,
    start::{Machine, Server},
    telemetry,
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
        Command::AuditVerify(file) => {
            let config = config::load(file, std::env::vars_os())?;
            for chain in audit::check_file(&config.database()).await? {
                console::tell_of(&chain);
            }
            console::say("The audit trail holds.");
        }
        Command::Serve(file) => {
            let config = config::load(file, std::env::vars_os())?;
            telemetry::init(&config.log);
            let server = Server::open(config, Machine::default()).await?;
            console::greet(&server);
            tokio::spawn(signals::stop_on_signal(server.portal().shutdown.clone()));
            server.run().await;
        }
    }
    Ok(())
}
