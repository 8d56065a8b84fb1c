// `crypto`: random values from the host. It has no ciphers and no digests.

import { getRandomBytes } from "wasi:random/random@0.3.0";

function getRandomValues(view) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  let filled = 0;
  // The host may give fewer bytes than were asked for.
  while (filled < bytes.length) {
    const random = getRandomBytes(bytes.length - filled);
    bytes.set(random, filled);
    filled += random.length;
  }
  return view;
}

function randomUUID() {
  const bytes = getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const crypto = { getRandomValues, randomUUID };
