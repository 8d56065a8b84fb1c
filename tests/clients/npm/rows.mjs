// Creates, reads, lists, updates and deletes rows through the published client.

import assert from "node:assert/strict";
import { initClient } from "trailbase";

const client = initClient(process.env.GUESTHOUSE_URL);
const notes = client.records("notes");

// Create.
const id = await notes.create({ text: "first", stars: 3, score: 1.5, data: "AP-_" });
assert.equal(id, "1");
const ids = await notes.createBulk([{ text: "second", stars: 4 }, { text: "third", title: "Title" }]);
assert.deepEqual(ids, ["2", "3"]);

// Read.
assert.deepEqual(await notes.read(id), { id: 1, text: "first", stars: 3, score: 1.5, data: "AP-_", title: null });

// Integers beyond what a JavaScript number holds.
const largest = 9223372036854775807n;
await notes.create({ id: largest, text: "largest" });
const kept = await notes.read("9223372036854775807");
assert.equal(kept.id, largest);
await notes.delete("9223372036854775807");

// List.
const list = await notes.list({
  pagination: { limit: 2 },
  order: ["+id"],
  count: true,
  filters: [{ column: "stars", op: "greaterThanEqual", value: "0" }],
});
assert.equal(list.total_count, 3);
assert.deepEqual(list.records.map((note) => note.text), ["first", "second"]);
const next = await notes.list({ pagination: { limit: 2, cursor: list.cursor }, order: ["+id"] });
assert.deepEqual(next.records.map((note) => note.text), ["third"]);
const last = await notes.list({ pagination: { cursor: next.cursor }, order: ["+id"] });
assert.deepEqual(last.records, []);
assert.equal(last.cursor, undefined);

// Filters, nested.
const filtered = await notes.list({
  filters: [{ or: [{ column: "text", op: "like", value: "%ir%" }, { and: [{ column: "stars", value: "4" }, { column: "text", op: "notEqual", value: "x" }] }] }],
  order: ["id"],
});
assert.deepEqual(filtered.records.map((note) => note.id), [1, 2, 3]);

// Update.
await notes.update(id, { text: "changed", score: null });
const changed = await notes.read(1);
assert.deepEqual([changed.text, changed.score, changed.stars], ["changed", null, 3]);

// Delete.
await notes.delete(id);
await assert.rejects(notes.read(id), (error) => error.status === 404);
assert.deepEqual((await notes.list({ order: ["id"] })).records.map((note) => note.id), [2, 3]);

// Keys that are UUIDs.
const tokens = client.records("tokens");
const token = await tokens.create({ value: "x", settings: { colour: "red" } });
assert.match(token, /^[A-Za-z0-9_-]{22}==$/);
assert.deepEqual(await tokens.read(token), { id: token, value: "x", settings: { colour: "red" } });
await tokens.update(token, { settings: null });
assert.equal((await tokens.read(token)).settings, null);
await tokens.delete(token);
assert.deepEqual((await tokens.list()).records, []);
