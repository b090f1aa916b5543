//! The project's own commands. `cargo xtask` alone lists them.

mod args;
mod bench;
mod budget;
mod env;
mod error;
mod fs;
mod layout;
mod proc;
mod run;
mod sandbox;
mod say;
mod setup;
mod site;
mod stamp;
mod test;

use std::process::ExitCode;

use args::Command;
use error::Error;
use layout::Layout;

fn main() -> ExitCode {
    match obey(env::words()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}

fn obey(words: Vec<String>) -> Result<(), Error> {
    let command = args::parse(words)?;
    let layout = Layout::find()?;
    match command {
        Command::Help => {
            say::line(args::USAGE);
            Ok(())
        }
        Command::Setup => setup::for_tests(&layout).map(drop),
        Command::Site => build_site(&layout),
        Command::Run { server } => run::run(&layout, &server),
        Command::Test { part, rest } => test::test(&layout, part, &rest),
        Command::Budget { write: true } => {
            build_site(&layout)?;
            budget::write(&layout)
        }
        Command::Budget { write: false } => {
            build_site(&layout)?;
            budget::check(&layout)
        }
        Command::Conformance => sandbox::conformance(&layout),
        Command::BenchHash => bench::hash(&layout),
        Command::BenchList => bench::list(&layout),
        Command::BenchSign => bench::sign(&layout),
        Command::BenchWalls => bench::walls(&layout),
    }
}

fn build_site(layout: &Layout) -> Result<(), Error> {
    let toolchain = setup::for_site(layout)?;
    site::build(layout, toolchain)
}
