//! What must hold of the tree as a whole. These are ordinary tests: there is no
//! other place where the project's rules are checked.

#[cfg(test)]
mod advisories;
#[cfg(test)]
mod banned;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod lengths;
#[cfg(test)]
mod manifests;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod supply;
#[cfg(test)]
mod tree;
