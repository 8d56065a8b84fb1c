// The component's log: lines that were written are sent to standard error together, before the response is given.

import { writeViaStream } from "wasi:cli/stderr@0.3.0";
import { TextEncoder } from "./text.js";

/** Lines that are kept at most between two responses; what an application writes beyond is dropped. */
const LINES_MAX = 1000;

let lines = [];

/** Adds a line. */
export function log(line) {
  if (lines.length < LINES_MAX) lines.push(line);
}

/** Sends what was added. */
export async function flushLog() {
  if (lines.length === 0) return;
  const text = lines.join("\n") + "\n";
  lines = [];
  await writeViaStream(contents(text)).read();
}

async function* contents(text) {
  yield new TextEncoder().encode(text);
}
