#!/usr/bin/env node
// guesthouse-build: makes a component of one JavaScript or TypeScript file and all that it imports.

import { build } from "../src/build.mjs";
import { parseArgs } from "node:util";

const USAGE = "usage: guesthouse-build APP.js [-o APP.wasm] [--wit DIRECTORY]";

let parsed;
try {
  parsed = parseArgs({
    allowPositionals: true,
    options: { output: { type: "string", short: "o" }, wit: { type: "string" } },
  });
} catch (error) {
  fail(`${error.message}\n${USAGE}`, 2);
}
const { positionals, values } = parsed;
if (positionals.length !== 1) fail(USAGE, 2);
const [input] = positionals;
const output = values.output ?? input.replace(/\.[cm]?[jt]s$/, "") + ".wasm";

try {
  const bytes = await build({ input, output, wit: values.wit });
  console.error(`${output}: ${Math.round(bytes / 1024)} KiB`);
} catch (error) {
  fail(`${input} cannot be built: ${error.message}`, 1);
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
