// Hashes files away from the page. The page posts { id, file }, a File or Blob; the
// worker answers { id, done } with the bytes hashed so far, any number of times, then
// either { id, digest } (SHA-256, base64) or { id, error } (text for a log, not for
// people). Files are best posted one after another. To cancel, the page terminates
// the worker.
import init, { Hasher } from "./hasher.js";

// How much is read at a time at most, and how far progress goes between two reports.
const PIECE = 4 * 1024 * 1024;

const ready = init({ module_or_path: new URL("./hasher_bg.wasm", import.meta.url) });
// Who waits for it hears of a failure; until then it is no unhandled rejection.
ready.catch(() => {});

self.onmessage = async ({ data: { id, file } }) => {
  try {
    await ready;
    const digest = await hash(file, (done) => self.postMessage({ id, done }));
    self.postMessage({ id, digest });
  } catch (error) {
    self.postMessage({ id, error: `${error?.name ?? "Error"}: ${error?.message ?? error}` });
  }
};

async function hash(file, onProgress) {
  const hasher = new Hasher();
  let done = 0;
  let reported = 0;
  for await (const piece of pieces(file)) {
    hasher.update(piece);
    done += piece.length;
    if (done - reported >= PIECE || done === file.size) {
      onProgress(done);
      reported = done;
    }
  }
  return hasher.digest();
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
