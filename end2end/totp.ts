// An app for one-time codes (RFC 6238): HMAC-SHA1, 30 seconds, six digits.
import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP_SECONDS = 30;

/** The bytes of a key as a page shows it: base32 in groups. */
function bytes(key: string): Buffer {
  const bits = [...key.replaceAll(" ", "")].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of this moment, `steps` later. */
export function code(key: string, steps = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000 / STEP_SECONDS) + steps));
  const tag = createHmac("sha1", bytes(key)).update(counter).digest();
  const number = tag.readUInt32BE((tag[19] ?? 0) & 0xf) & 0x7fffffff;
  return (number % 1_000_000).toString().padStart(6, "0");
}
