// Rows are created, read, changed and deleted, and every value comes back as it was sent.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const samples = client.records("samples");
const guests = client.records("guests");
const rooms = client.records("rooms");

// Defaults, NULLs, and nothing beyond the columns.
const id = await samples.create({});
assert.match(id, /^[A-Za-z0-9_-]{22}==$/);
const defaults = await samples.read(id);
assert.equal(Object.keys(defaults).length, 13);
assert.deepEqual(defaults, {
  id,
  text_null: null, text_default: "", text_not_null: "",
  integer_null: null, integer_default: 5, integer_not_null: 7,
  real_null: null, real_default: 5.5, real_not_null: 7.25,
  blob_null: null, blob_default: "qrvM3Q==",
  any_null: null,
});

// Every type, and text that wants to break out.
const all = {
  text_null: "\u{1f600} \"quoted\" \\ \n ' -- %", text_default: "007", text_not_null: " ",
  integer_null: 0, integer_default: -1, integer_not_null: 2,
  real_null: -0.125, real_default: 1e-300, real_not_null: 3,
  blob_null: "AP-_", blob_default: "",
  any_null: "text",
};
const full = await samples.create(all);
assert.deepEqual(await samples.read(full), { id: full, ...all });

// Integers beyond what a JavaScript number holds.
for (const extreme of [9223372036854775807n, -9223372036854775808n]) {
  await samples.update(full, { integer_null: extreme });
  assert.equal((await samples.read(full)).integer_null, extreme);
}

// A change touches what it names.
await samples.update(full, { text_null: null, integer_default: 9 });
const changed = await samples.read(full);
assert.deepEqual([changed.text_null, changed.integer_default, changed.text_default], [null, 9, "007"]);

// Several at once, in order; all or none.
const ids = await samples.createBulk([{ text_null: "a" }, { text_null: "b" }, { text_null: "c" }]);
const texts = await Promise.all(ids.map(async (id) => (await samples.read(id)).text_null));
assert.deepEqual(texts, ["a", "b", "c"]);
await expectError(rooms.createBulk([{ name: "x", floor: 1, price: 1 }, { name: "y", floor: 99, price: 1 }]), 400, "db constraint: check");
assert.equal((await rooms.list({ count: true })).total_count, 7);

// Integer keys: text in answers to a create, numbers in rows, both accepted.
const room = await rooms.create({ id: 4711, name: "Loft", floor: 5, price: 10 });
assert.equal(room, "4711");
assert.equal((await rooms.read(4711)).id, 4711);
await rooms.delete(room);
await expectError(rooms.read(room), 404, "Not Found");

// UUID keys in both forms, JSON columns as values, columns that are nobody's business.
const anna = "01890000-0000-7000-8000-000000000001";
const known = { id: "AYkAAAAAcACAAAAAAAAAAQ==", name: "Anna", wishes: { pillows: 2, tea: ["mint", null] } };
assert.deepEqual(await guests.read(anna), known);
assert.deepEqual(await guests.read(known.id), known);
await guests.update(anna, { wishes: { pillows: 0 } });
assert.deepEqual((await guests.read(anna)).wishes, { pillows: 0 });
await guests.update(anna, { wishes: null });
assert.equal((await guests.read(anna)).wishes, null);

for (const id of [full, ...ids]) await samples.delete(id);
assert.deepEqual((await samples.list()).records, [defaults]);
