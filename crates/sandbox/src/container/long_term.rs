//! What lets a package be verified after its certificates: a second revision with a
//! document security store (PAdES-B-LT, ETSI EN 319 142-1). A certified PDF allows it.

use std::io::Write;

use lopdf::{Dictionary, Object, ObjectId, Stream, Writer, dictionary};
use time::OffsetDateTime;

use super::ContainerError;
use crate::evidence::Authority;

/// Appends the store. `root` is the catalog and `trailer` the trailer of the sealed revision; `next` is
/// the first number that no object has.
pub(super) fn append(
    authority: &Authority,
    mut sealed: Vec<u8>,
    (root, mut catalog): (ObjectId, Dictionary),
    mut trailer: Dictionary,
    mut next: u32,
    now: OffsetDateTime,
) -> Result<Vec<u8>, ContainerError> {
    let previous = last_table(&sealed).ok_or(ContainerError::NoRoom)?;
    let data = authority.validation_data(now)?;

    let mut objects: Vec<(ObjectId, Object)> = Vec::new();
    let mut add = |content| {
        let id = (next, 0);
        objects.push((id, Stream::new(Dictionary::new(), content).into()));
        next += 1;
        Object::from(id)
    };
    let certificates: Vec<Object> = data.certificates.into_iter().map(&mut add).collect();
    let lists = vec![add(data.revocation_list)];
    catalog.set("DSS", dictionary! { "Type" => "DSS", "Certs" => certificates, "CRLs" => lists });
    if let Ok(Object::Dictionary(extensions)) = catalog.get_mut(b"Extensions") {
        extensions.set("ADBE", dictionary! { "BaseVersion" => "1.7", "ExtensionLevel" => 8 });
    }

    objects.push((root, catalog.into()));
    let mut table = String::from("xref\n");
    sealed.push(b'\n');
    for ((number, generation), object) in objects {
        table.push_str(&format!("{number} 1\n{:010} {generation:05} n \n", sealed.len()));
        writeln!(sealed, "{number} {generation} obj")?;
        Writer::write_object(&mut sealed, &object)?;
        sealed.extend(b"\nendobj\n");
    }
    trailer.set("Size", next);
    trailer.set("Prev", i64::try_from(previous).unwrap_or(i64::MAX));
    let start = sealed.len();
    writeln!(sealed, "{table}trailer")?;
    Writer::write_object(&mut sealed, &trailer.into())?;
    write!(sealed, "\nstartxref\n{start}\n%%EOF\n")?;
    Ok(sealed)
}

/// Where the file's table starts, by its last lines.
fn last_table(file: &[u8]) -> Option<usize> {
    let end = file.get(file.len().checked_sub(64)?..)?;
    let end = String::from_utf8_lossy(end);
    end.rsplit_once("startxref\n")?.1.lines().next()?.parse().ok()
}
