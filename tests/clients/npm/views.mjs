// Views are read like tables, by the key that they show, and cannot be written.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const bills = client.records("bills");
const room_stays = client.records("room_stays");

// A whole table, and a part of it, under the ids of the table.
const sample = await client.records("samples").create({ text_not_null: "seen", integer_null: 9223372036854775807n });
const whole = await client.records("samples_whole").read(sample);
assert.deepEqual(whole, await client.records("samples").read(sample));
assert.deepEqual(await client.records("samples_part").read(sample), { id: sample, label: "seen", large: 9223372036854775807n });

// Joined, with computed columns.
assert.deepEqual(await bills.read(1), { id: 1, room: "Attic", guest: "Anna", total: 238.5, currency: "EUR" });
assert.deepEqual(await bills.read(2), { id: 2, room: "Dune", guest: null, total: 99, currency: "EUR" });
await expectError(bills.read(77), 404, "Not Found");
await expectError(bills.read("x"), 400, "Invalid id");

// Lists: filtered, ordered, counted, paged by offset alone.
const list = await bills.list({ order: ["-total"], filters: [{ column: "room", value: "Attic" }], count: true, pagination: { limit: 1, offset: 1 } });
assert.deepEqual([list.records.map((row) => row.id), list.total_count, list.cursor], [[3], 2, undefined]);
assert.deepEqual((await bills.list()).records.map((row) => row.id), [3, 2, 1]);
const { cursor } = await client.records("nights").list();
await expectError(
  bills.list({ pagination: { cursor } }),
  400,
  "Only TABLEs with PK primary order support cursors. Use offset instead.",
);

// Grouped.
assert.deepEqual((await room_stays.list({ order: ["id"] })).records, [
  { id: 2, room: 4, nights: 1 },
  { id: 3, room: 1, nights: 5 },
]);

// Never written, whatever the access list says.
for (const attempt of [
  () => bills.create({ room: "Attic" }),
  () => bills.createBulk([{ room: "Attic" }]),
  () => bills.update(1, { total: 0 }),
  () => bills.delete(1),
]) {
  await expectError(attempt(), 405, "Method Not Allowed");
}
