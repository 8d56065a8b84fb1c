// References are objects, and carry the row that they lead to where that is asked for.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const stays = client.records("stays");
const anna = "AYkAAAAAcACAAAAAAAAAAQ==";
const ben = "AYkAAAAAcACAAAAAAAAAAg==";
const attic = { id: 1, name: "Attic", floor: 4, price: 79.5, outlook: "sea", key_card: "AP8=" };
const annasRow = { id: anna, name: "Anna", wishes: { pillows: 2, tea: ["mint", null] } };

// Unasked: the key alone, and null where nothing is referred to.
assert.deepEqual(await stays.read(1), { id: 1, room: { id: 1 }, guest: { id: anna }, nights: 3 });
assert.deepEqual(await stays.read(2), { id: 2, room: { id: 4 }, guest: null, nights: 1 });

// A row with all of what it refers to, or some.
assert.deepEqual(await stays.read(1, { expand: ["room", "guest"] }), {
  id: 1, room: { id: 1, data: attic }, guest: { id: anna, data: annasRow }, nights: 3,
});
assert.deepEqual(await stays.read(1, { expand: ["guest"] }), {
  id: 1, room: { id: 1 }, guest: { id: anna, data: annasRow }, nights: 3,
});
assert.equal((await stays.read(2, { expand: ["guest"] })).guest, null);

// Lists, whose order, filters and pages stay what they are.
const list = await stays.list({
  expand: ["room", "guest"], order: ["+id"], pagination: { limit: 2 }, count: true,
  filters: [{ column: "room", value: "1" }],
});
assert.equal(list.total_count, 2);
assert.deepEqual(list.records, [
  { id: 1, room: { id: 1, data: attic }, guest: { id: anna, data: annasRow }, nights: 3 },
  { id: 3, room: { id: 1, data: attic }, guest: { id: ben, data: { id: ben, name: "Ben", wishes: null } }, nights: 2 },
]);
const after = await stays.list({ expand: ["room"], order: ["+id"], pagination: { limit: 2, cursor: list.cursor } });
assert.deepEqual(after.records, []);

// Written as a bare key.
const id = await stays.create({ room: 7, guest: ben, nights: 1 });
assert.deepEqual(await stays.read(id), { id: Number(id), room: { id: 7 }, guest: { id: ben }, nights: 1 });
await stays.update(id, { guest: null });
assert.equal((await stays.read(id)).guest, null);
await stays.delete(id);

// What leads nowhere is refused.
await expectError(stays.create({ room: 99, nights: 1 }), 400, "db constraint: fk");
await expectError(stays.read(1, { expand: ["nights"] }), 400, "Invalid expansion");
await expectError(stays.list({ expand: ["nothing"] }), 400, "Invalid expansion");
await expectError(client.records("rooms").list({ expand: ["name"] }), 400, "Invalid expansion");
