//! Runs the sandbox alone; what it takes is in `cli`.

mod cli;

use std::{process::ExitCode, sync::Arc};

use sandbox::{
    Sandbox, SandboxConfig, SystemRandom,
    clock::{Clock, SteppedClock, SystemClock},
};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env().add_directive(tracing::Level::INFO.into()))
        .init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(error.as_ref());
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let options = cli::Options::parse(std::env::args().skip(1))?;
    let listener = TcpListener::bind(options.listen).await?;
    let address = listener.local_addr()?;
    let public_url = match options.public_url {
        Some(url) => url,
        None => format!("http://{address}").parse()?,
    };
    let (id, secret) = cli::credentials(&options.data, &SystemRandom)?;
    let clock: Arc<dyn Clock> =
        if options.stepped { Arc::new(SteppedClock::at(SystemClock.now())) } else { Arc::new(SystemClock) };
    cli::greet(address, &public_url, &id, &secret);
    let mut config = SandboxConfig::new(options.data, public_url, vec![(id, secret)]);
    config.package_level = options.level;
    config.control_plane = options.control;
    if !options.identity_providers.is_empty() {
        config.identity_providers = options.identity_providers;
    }
    let sandbox = Sandbox::open(config, clock, Arc::new(SystemRandom)).await?;
    sandbox
        .serve(listener, async {
            // Without a handler for the signal the process ends by it, which is safe at any moment.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending().await
            }
        })
        .await;
    Ok(())
}
