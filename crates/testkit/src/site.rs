//! Stand-ins for the browser's files.

use std::path::Path;

/// The folder that a build names for its content.
const HASH: &str = "0123456789abcdef";

/// Writes a site as the build does.
pub(crate) fn make(root: &Path) {
    let package = root.join("pkg").join(HASH);
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(root.join("pkg/current"), HASH).unwrap();
    std::fs::write(root.join("favicon.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    let embed = root.join("embed");
    std::fs::create_dir_all(&embed).unwrap();
    std::fs::write(embed.join("v1.0.0.js"), include_str!("../../../public/embed/v1.0.0.js")).unwrap();
    for (name, content) in [
        ("countersign.js", "export default 1;"),
        ("countersign.js.br", "not really brotli"),
        ("countersign_bg.wasm", "\0asm"),
        ("countersign.css", "body{}"),
        ("hash-worker.js", "onmessage = () => {};"),
    ] {
        std::fs::write(package.join(name), content).unwrap();
    }
}
