// Several operations in one request: all or none, or one after another.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const rooms = client.records("rooms");
const samples = client.records("samples");
const room = { name: "Loft", floor: 5, price: 10 };
const count = async (api) => (await api.list({ count: true })).total_count;

// Nothing to do.
await client.execute([]);

// Creates, changes and deletes over several tables; a later operation sees what an earlier one did.
await client.execute([
  rooms.createOp({ id: 100, ...room }),
  rooms.updateOp(100, { price: 11 }),
  samples.createOp({ text_null: "in a transaction", integer_null: 9223372036854775807n }),
  rooms.deleteOp("7"),
]);
assert.equal((await rooms.read(100)).price, 11);
assert.deepEqual((await samples.list()).records.map((row) => [row.text_null, row.integer_null]), [["in a transaction", 9223372036854775807n]]);
await expectError(rooms.read(7), 404, "Not Found");

// One that fails undoes those before it, and says its own error.
const failing = () => [rooms.createOp({ id: 101, ...room }), rooms.createOp({ id: 102, ...room, floor: 99 })];
await expectError(client.execute(failing()), 400, "db constraint: check");
await expectError(rooms.read(101), 404, "Not Found");
await expectError(client.execute([rooms.deleteOp(100), client.records("locked").deleteOp(1)]), 403, "Forbidden");
await expectError(client.execute([rooms.deleteOp(100), client.records("nothing").deleteOp(1)]), 405, "Method Not Allowed");
await expectError(client.execute([rooms.deleteOp(100), rooms.deleteOp("x")]), 400, "Invalid id");
assert.equal((await rooms.read(100)).name, "Loft");

// Not as a transaction: what was done before the failure stays.
await expectError(client.execute(failing(), false), 400, "db constraint: check");
assert.equal((await rooms.read(101)).name, "Loft");

// As many as are allowed, and one more.
const many = (length) => Array.from({ length }, () => samples.createOp({}));
await client.execute(many(128));
assert.equal(await count(samples), 129);
await expectError(client.execute(many(129)), 400, "Batch size exceeds limit: 128");
assert.equal(await count(samples), 129);
