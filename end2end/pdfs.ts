// PDFs for tests, written object by object so that what is wrong with them is wrong on purpose.

export interface Sample {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const CATALOG = "<</Type/Catalog/Pages 2 0 R>>";
const FONT = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>";

/** A PDF of these objects, the first of which is the catalog. */
export function pdfOf(objects: string[], trailer = ""): Buffer {
  let file = "%PDF-1.7\n";
  let table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  objects.forEach((object, index) => {
    table += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const end = `trailer\n<</Size ${objects.length + 1}/Root 1 0 R${trailer}>>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + table + end, "latin1");
}

/** The objects of a document whose A4 pages say which they are. */
export function pagesOf(count: number, words = "Page", catalog = CATALOG): string[] {
  const number = (page: number) => 4 + 2 * page;
  const kids = Array.from({ length: count }, (_, page) => `${number(page)} 0 R`).join(" ");
  const objects = [catalog, `<</Type/Pages/Kids[${kids}]/Count ${count}/MediaBox[0 0 595 842]>>`, FONT];
  for (let page = 0; page < count; page += 1) {
    const contents = `BT /F1 36 Tf 72 700 Td (${words} ${page + 1}) Tj ET`;
    objects.push(`<</Type/Page/Parent 2 0 R/Resources<</Font<</F1 3 0 R>>>>/Contents ${number(page) + 1} 0 R>>`);
    objects.push(`<</Length ${contents.length}>>stream\n${contents}\nendstream`);
  }
  return objects;
}

/** A sound PDF; each of other words has another hash. */
export function pdf(name: string, words = name, pages = 1): Sample {
  return { name, mimeType: "application/pdf", buffer: pdfOf(pagesOf(pages, words)) };
}

/** A file with this content. */
export function file(name: string, mimeType: string, content: Buffer | string): Sample {
  return { name, mimeType, buffer: Buffer.from(content) };
}
