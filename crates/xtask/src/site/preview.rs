//! What shows files before they are sent: our script, and of pdf.js what drawing pages
//! takes. It is copied as it is; pages load it when somebody asks for a preview.

use super::Part;
use crate::{error::Error, fs, layout::Layout};

/// Of the package, with the names they get.
const FILES: [(&str, &str); 6] = [
    ("build/pdf.min.mjs", "pdf.min.mjs"),
    ("build/pdf.worker.min.mjs", "pdf.worker.min.mjs"),
    // Scans are often packed in ways that browsers do not know.
    ("wasm/jbig2.wasm", "wasm/jbig2.wasm"),
    ("wasm/openjpeg.wasm", "wasm/openjpeg.wasm"),
    ("wasm/qcms_bg.wasm", "wasm/qcms_bg.wasm"),
    ("LICENSE", "LICENSE.txt"),
];

/// For files that do not bring their fonts.
const FONTS: &str = "standard_fonts";

pub(super) fn parts(layout: &Layout) -> Result<Vec<Part>, Error> {
    let package = layout.root.join("crates/xtask/npm/node_modules/pdfjs-dist");
    let part = |from: &str, name: &str| Part { name: format!("pdfjs/{name}"), path: package.join(from) };
    let mut parts: Vec<Part> = FILES.iter().map(|(from, name)| part(from, name)).collect();
    for path in fs::files_below(&package.join(FONTS))? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = if path.extension().is_none() { ".txt" } else { "" };
        parts.push(Part { name: format!("pdfjs/{FONTS}/{name}{ending}"), path: path.clone() });
    }
    parts.push(Part { name: "preview.js".to_owned(), path: layout.root.join("app/preview.js") });
    Ok(parts)
}
