// What the page does for run.mjs.
const workers = {
  ours: new Worker("/hash-worker.js", { type: "module" }),
  rival: new Worker("/rival-worker.js", { type: "module" }),
};
let lastId = 0;

const sample = (size) => document.querySelector("#sample").files[0].slice(0, size);

/** Asks one of the workers, in the protocol of crates/hasher/worker.js. */
function ask(worker, file) {
  lastId += 1;
  const id = lastId;
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data.id !== id) return;
      if (data.digest !== undefined) resolve(data.digest);
      if (data.error !== undefined) reject(new Error(data.error));
    };
    worker.postMessage({ id, file });
  });
}

const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

/** Hashes the first bytes of the sample; gives the digest and the time it took. */
globalThis.hash = async (how, size) => {
  const file = sample(size);
  const start = performance.now();
  const digest =
    how === "webcrypto"
      ? base64(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))
      : await ask(workers[how], file);
  return { digest, ms: performance.now() - start };
};

/** The longest main-thread task (0 if none is long) and the longest time in which the
 * main thread did not come round, in ms, while our worker hashes. */
globalThis.watchMainThread = async (size) => {
  let longest = 0;
  let gap = 0;
  const note = (entries) => {
    for (const { duration } of entries) longest = Math.max(longest, duration);
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: "longtask" });
  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    gap = Math.max(gap, now - last);
    last = now;
  }, 1);
  await ask(workers.ours, sample(size));
  clearInterval(ticking);
  note(observer.takeRecords());
  observer.disconnect();
  return { longest, gap };
};
