// The build: what comes out is a component, and mistakes are told before it is deployed.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "../src/build.mjs";

/** The first bytes of a WebAssembly component, as against those of a core module. */
const COMPONENT = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

let folder;
before(async () => (folder = await mkdtemp(join(tmpdir(), "guesthouse-build-"))));
after(() => rm(folder, { recursive: true }));

async function buildSource(source, name = "app.js") {
  const input = join(folder, name);
  const output = join(folder, "app.wasm");
  await writeFile(input, source);
  await build({ input, output });
  return readFile(output);
}

test("JavaScript and TypeScript become components", async () => {
  const sources = {
    "app.js": "export default { async fetch() { return new Response('hi'); } };",
    "app.ts": "export default { async fetch(request: Request): Promise<Response> { return new Response(request.url); } };",
  };
  for (const [name, source] of Object.entries(sources)) {
    const component = await buildSource(source, name);
    assert.deepEqual([...component.subarray(0, 8)], COMPONENT, name);
    assert.ok(component.includes("wasi:http/handler@0.3.0"), name);
  }
});

test("an application without a handler is refused", async () => {
  await assert.rejects(buildSource("export default {};"), /export default \{ async fetch/);
});

test("an application that throws when it is loaded is refused with its reason", async () => {
  await assert.rejects(buildSource("throw new Error('the reason'); export default { fetch() {} };"), /the reason/);
});
