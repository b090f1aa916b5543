// Hashes files away from the page. The page posts { id, file }, a File or Blob; the
// worker answers { id, done } with the bytes hashed so far, any number of times, then
// either { id, digest } (SHA-256, base64) or { id, error } (text for a log, not for
// people). Files are hashed one after another. To cancel, the page terminates the
// worker.
import init, { hash_file } from "./hasher.js";

const ready = init({ module_or_path: new URL("./hasher_bg.wasm", import.meta.url) });
// Who waits for it hears of a failure; until then it is no unhandled rejection.
ready.catch(() => {});

self.onmessage = async ({ data: { id, file } }) => {
  try {
    await ready;
    const digest = hash_file(file, (done) => self.postMessage({ id, done }));
    self.postMessage({ id, digest });
  } catch (error) {
    self.postMessage({ id, error: `${error?.name ?? "Error"}: ${error?.message ?? error}` });
  }
};
