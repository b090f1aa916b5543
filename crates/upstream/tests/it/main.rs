//! The client against stand-ins for the signing API on loopback.

mod answers;
mod deadlines;
mod settings;
mod stub;
mod tokens;
mod transfers;
