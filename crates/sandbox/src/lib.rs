//! sandbox

pub mod evidence;
