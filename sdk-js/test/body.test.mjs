// Request and Response: bodies, statuses, media types.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_BYTES_MAX, BodyTooLargeError } from "../src/body.js";
import { Request } from "../src/request.js";
import { Response } from "../src/response.js";

test("a body is read once, whatever it was made of", async () => {
  const chunks = async function* () {
    yield "ab";
    yield Uint8Array.of(0x63);
  };
  for (const body of ["abc", Uint8Array.of(0x61, 0x62, 0x63), Uint8Array.of(0x61, 0x62, 0x63).buffer, chunks()]) {
    const response = new Response(body);
    assert.equal(await response.text(), "abc");
    assert.equal(response.bodyUsed, true);
    await assert.rejects(response.text(), TypeError);
  }
  assert.equal(await new Response().text(), "");
});

test("the media type follows from the body unless it is given", async () => {
  assert.equal(new Response("a").headers.get("content-type"), "text/plain;charset=UTF-8");
  assert.equal(new Response("a", { headers: { "Content-Type": "text/html" } }).headers.get("content-type"), "text/html");
  assert.equal(new Response(Uint8Array.of(1)).headers.get("content-type"), null);
  const form = new Response(new URLSearchParams({ a: "b c" }));
  assert.equal(form.headers.get("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
  assert.equal(await form.text(), "a=b+c");
});

test("responses that cannot be are refused", () => {
  assert.throws(() => new Response("a", { status: 204 }), TypeError);
  assert.throws(() => new Response(null, { status: 99 }), RangeError);
  assert.throws(() => Response.json(undefined), TypeError);
  assert.throws(() => Response.redirect("/", 200), RangeError);
});

test("json and redirect", async () => {
  const response = Response.json({ a: 1 }, { status: 201 });
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.deepEqual(await response.json(), { a: 1 });
  assert.equal(Response.redirect("/there", 303).headers.get("location"), "/there");
});

test("a body that does not end is given up", async () => {
  let produced = 0;
  const endless = async function* () {
    for (;;) {
      produced += 1 << 20;
      yield new Uint8Array(1 << 20);
    }
  };
  const request = new Request("http://localhost/", { method: "POST", body: endless });
  await assert.rejects(request.bytes(), BodyTooLargeError);
  assert.ok(produced <= BODY_BYTES_MAX + (1 << 20));
});
