// TextEncoder and TextDecoder, compared with those of Node.js.

import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDecoder, TextEncoder } from "../src/text.js";

test("encodes as Node.js does", () => {
  for (const text of ["", "plain", "\u{fc}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}", "a\ud800b\udc00"]) {
    assert.deepEqual(new TextEncoder().encode(text), new globalThis.TextEncoder().encode(text));
  }
});

test("decodes every sequence of two bytes, and many longer ones, as Node.js does", () => {
  const ours = new TextDecoder();
  const theirs = new globalThis.TextDecoder();
  const same = (...bytes) => {
    const input = Uint8Array.from(bytes);
    assert.equal(ours.decode(input), theirs.decode(input), bytes.map((byte) => byte.toString(16)).join(" "));
  };
  for (let first = 0; first < 256; first++) for (let second = 0; second < 256; second++) same(first, second);
  const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xe0, 0xed, 0xf4, 0xff];
  for (let first = 0xe0; first < 0xf6; first++) {
    for (const second of edges) for (const third of edges) for (const fourth of edges) same(first, second, third, fourth);
  }
  same(0xef, 0xbb, 0xbf, 0x41);
});

test("fails on what is not UTF-8 where it is told to", () => {
  assert.throws(() => new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.of(0xff)), TypeError);
  assert.throws(() => new TextDecoder("latin1"), RangeError);
});
