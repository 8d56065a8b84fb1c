// Headers, compared with what the Fetch standard says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Headers } from "../src/headers.js";

test("names are the same in upper and lower case, and values are joined", () => {
  const headers = new Headers({ "Content-Type": " text/plain " });
  headers.append("ACCEPT", "a");
  headers.append("accept", "b");
  assert.equal(headers.get("content-type"), "text/plain");
  assert.equal(headers.get("Accept"), "a, b");
  assert.equal(headers.get("missing"), null);
  assert.deepEqual([...headers], [["accept", "a, b"], ["content-type", "text/plain"]]);
});

test("cookies are kept apart", () => {
  const headers = new Headers([["set-cookie", "a=1"], ["Set-Cookie", "b=2"]]);
  assert.deepEqual(headers.getSetCookie(), ["a=1", "b=2"]);
  assert.deepEqual([...headers], [["set-cookie", "a=1"], ["set-cookie", "b=2"]]);
});

test("nothing can be smuggled into another field", () => {
  for (const value of ["a\r\nb: c", "a\nb", "a\0", "\u{1f600}"]) {
    assert.throws(() => new Headers({ name: value }), TypeError, JSON.stringify(value));
  }
  for (const name of ["", "a b", "a:", "a\r\n"]) {
    assert.throws(() => new Headers({ [name]: "value" }), TypeError, JSON.stringify(name));
  }
});
