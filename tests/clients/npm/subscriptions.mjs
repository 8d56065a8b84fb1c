// Whoever listens hears of each change once, in order: of all records, of one, and of those that a filter lets through.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const watched = client.records("watched");
const all = (await watched.subscribeAll()).getReader();
const attic = (await watched.subscribe(1)).getReader();
const high = (await watched.subscribeAll({ filters: [{ column: "floor", op: "greaterThan", value: "5" }] })).getReader();

async function expectNext(reader, event) {
  assert.deepEqual((await reader.read()).value, event);
}

const room = { id: 500, name: "Watched", floor: 3, price: 10.5, outlook: null };
await watched.create(room);
await watched.update(500, { floor: 6 });
await watched.update(1, { outlook: "wall" });
await watched.delete(500);

const changed = { ...room, floor: 6 };
const atticNow = { id: 1, name: "Attic", floor: 4, price: 79.5, outlook: "wall" };
await expectNext(all, { Insert: room, seq: 1 });
await expectNext(all, { Update: changed, seq: 2 });
await expectNext(all, { Update: atticNow, seq: 3 });
await expectNext(all, { Delete: changed, seq: 4 });

await expectNext(attic, { Update: atticNow, seq: 1 });

// Into the filter, and out of it by its end.
await expectNext(high, { Update: changed, seq: 1 });
await expectNext(high, { Delete: changed, seq: 2 });

await expectError(client.records("rooms").subscribeAll(), 403, "Forbidden");
await expectError(client.records("nowhere").subscribeAll(), 405, "Method Not Allowed");
await expectError(watched.subscribe(4712), 404, "Not Found");

await Promise.all([all.cancel(), attic.cancel(), high.cancel()]);
