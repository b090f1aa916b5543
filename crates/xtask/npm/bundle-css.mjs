// Resolves the @imports of a stylesheet and makes it small:
// node bundle-css.mjs style/main.css out.css
import { writeFileSync } from "node:fs";
import { bundle } from "lightningcss";

const [, , source, destination] = process.argv;
const at = (file, loc) => `${file ?? source}:${loc?.line ?? 1}:${loc?.column ?? 1}`;
try {
  const { code, warnings } = bundle({ filename: source, minify: true });
  for (const { message, loc } of warnings) {
    console.error(`${at(loc?.filename, loc)}: ${message}`);
  }
  writeFileSync(destination, code);
} catch (error) {
  console.error(`${at(error.fileName, error.loc)}: ${error.message}`);
  process.exitCode = 1;
}
