//! Puts the site together.

use std::path::{Path, PathBuf};

use super::Part;
use crate::{
    error::Error,
    fs,
    layout::Layout,
    say,
    stamp::{self, Inputs},
};

/// Where the built files lie in the site, under a directory named for their content.
pub(crate) const PACKAGE: &str = "pkg";

/// What follows the name of a file's brotli form.
pub(crate) const BROTLI_SUFFIX: &str = ".br";

/// The file that names the directory under [`PACKAGE`].
const CURRENT: &str = "current";

/// Enough to tell builds apart, short enough to read in an address.
const HASH_LENGTH: usize = 16;

/// What is compressed already gains nothing.
const INCOMPRESSIBLE: [&str; 7] = ["avif", "br", "gz", "jpg", "png", "webp", "woff2"];

pub(super) fn assemble(layout: &Layout, parts: &[Part]) -> Result<(), Error> {
    let mut content = Inputs::default();
    for part in parts {
        content = content.text(&part.name).file(&part.path)?;
    }
    let mut hash = content.digest();
    hash.truncate(HASH_LENGTH);

    let public = layout.root.join("public");
    let inputs = Inputs::default().text(&hash).files_below(&public)?;
    let current = layout.site.join(PACKAGE).join(CURRENT);
    stamp::unless_fresh(layout, "site", inputs, std::slice::from_ref(&current), || {
        say::step("putting the site together", || {
            fs::remove_dir(&layout.site)?;
            for source in fs::files_below(&public)? {
                let place = source.strip_prefix(&public).unwrap_or(&source);
                place_file(&source, &layout.site.join(place))?;
            }
            let package = layout.site.join(PACKAGE).join(&hash);
            for part in parts {
                place_file(&part.path, &package.join(&part.name))?;
            }
            fs::write(&current, &hash)
        })
    })
    .map(drop)
}

/// The directory that holds this build's modules, worker and stylesheet.
pub(crate) fn current(layout: &Layout) -> Result<PathBuf, Error> {
    let package = layout.site.join(PACKAGE);
    let hash = fs::read_text(&package.join(CURRENT))?;
    Ok(package.join(hash.trim()))
}

/// Copies a file into the site, with its brotli form beside it.
fn place_file(source: &Path, destination: &Path) -> Result<(), Error> {
    let content = fs::read(source)?;
    fs::write(destination, &content)?;
    let extension = source.extension().unwrap_or_default().to_string_lossy();
    if INCOMPRESSIBLE.contains(&extension.as_ref()) {
        return Ok(());
    }
    let mut name = destination.as_os_str().to_owned();
    name.push(BROTLI_SUFFIX);
    let path = PathBuf::from(name);
    let compressed = brotli(&content).map_err(fs::cannot("compress", source))?;
    fs::write(&path, compressed)
}

/// The smallest brotli form; it is made once and served often.
fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let smallest = brotli::enc::BrotliEncoderParams { quality: 11, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &smallest)?;
    Ok(compressed)
}
