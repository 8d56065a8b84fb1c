// `console`: everything goes into the component's log.

import { log } from "./log.js";

function write(...values) {
  log(values.map(format).join(" "));
}

function format(value) {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack ?? ""}`.trimEnd();
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value); // BigInt, or an object that contains itself.
  }
}

export const console = { debug: write, error: write, info: write, log: write, trace: write, warn: write };
