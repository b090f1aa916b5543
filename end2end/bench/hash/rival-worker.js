// hash-wasm, fed as our worker feeds itself: the same way to read, the same protocol.
import { createSHA256 } from "/hash-wasm.js";

const PIECE = 4 * 1024 * 1024;

self.onmessage = async ({ data: { id, file } }) => {
  const sha = await createSHA256();
  sha.init();
  const reader = file.stream().getReader({ mode: "byob" });
  let next = reader.read(new Uint8Array(new ArrayBuffer(PIECE)));
  let spare = new ArrayBuffer(PIECE);
  for (;;) {
    const { done, value } = await next;
    if (done) break;
    next = reader.read(new Uint8Array(spare));
    sha.update(value);
    spare = value.buffer;
  }
  self.postMessage({ id, digest: btoa(String.fromCharCode(...sha.digest("binary"))) });
};
