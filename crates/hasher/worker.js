// Hashes files away from the page, and looks through them. The page posts
// { id, file, type }, a File or Blob and what it is taken for; the worker answers
// { id, done } with the bytes hashed so far, any number of times, then either
// { id, digest, found } (SHA-256, base64; findings of `Inspection`) or { id, error }
// (text for a log, not for people). Files are best posted one after another. To cancel,
// the page terminates the worker.
import init, { Hasher, Inspection } from "./hasher.js";

// How much is read at a time at most, and how far progress goes between two reports.
const PIECE = 4 * 1024 * 1024;
// Most bytes that a file's packed parts are unpacked to, so that none can keep us for ever.
const UNPACKED = 64 * 1024 * 1024;

const ready = init({ module_or_path: new URL("./hasher_bg.wasm", import.meta.url) });
// Who waits for it hears of a failure; until then it is no unhandled rejection.
ready.catch(() => {});

self.onmessage = async ({ data: { id, file, type } }) => {
  try {
    await ready;
    const inspection = type === undefined ? undefined : new Inspection(type);
    const digest = await hash(file, inspection, (done) => self.postMessage({ id, done }));
    if (inspection) await unpack(file, inspection);
    self.postMessage({ id, digest, found: inspection?.findings() ?? "" });
    inspection?.free();
  } catch (error) {
    self.postMessage({ id, error: `${error?.name ?? "Error"}: ${error?.message ?? error}` });
  }
};

async function hash(file, inspection, onProgress) {
  const hasher = new Hasher();
  let done = 0;
  let reported = 0;
  for await (const piece of pieces(file)) {
    hasher.update(piece);
    inspection?.update(piece);
    done += piece.length;
    if (done - reported >= PIECE || done === file.size) {
      onProgress(done);
      reported = done;
    }
  }
  return hasher.digest();
}

// Shows the inspection what lies packed in the file. The browser unpacks it.
async function unpack(file, inspection) {
  const packed = inspection.packed();
  let left = UNPACKED;
  for (let i = 0; i < packed.length && left > 0; i += 2) {
    const part = file.slice(packed[i], packed[i + 1]).stream();
    const reader = part.pipeThrough(new DecompressionStream("deflate")).getReader();
    inspection.next_part();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        inspection.update_part(value);
        left -= value.length;
        if (left <= 0) await reader.cancel();
      }
    } catch {
      // Not packed as it says. The signing service will tell.
    }
  }
}

// Reads the file into two buffers by turns, one piece ahead of the hashing: a fresh one
// per piece, or reading it synchronously, piles up hundreds of megabytes before the
// browser collects them.
async function* pieces(file) {
  const stream = file.stream();
  let reader;
  try {
    reader = stream.getReader({ mode: "byob" });
  } catch {
    // A browser whose files are not byte streams brings its own buffers.
    yield* stream;
    return;
  }
  const read = (buffer) => {
    const piece = reader.read(new Uint8Array(buffer));
    // Who waits for it hears of a failure; until then it is no unhandled rejection.
    piece.catch(() => {});
    return piece;
  };
  let next = read(new ArrayBuffer(PIECE));
  let spare = new ArrayBuffer(PIECE);
  for (;;) {
    const { done, value } = await next;
    if (done) return;
    next = read(spare);
    yield value;
    spare = value.buffer;
  }
}
