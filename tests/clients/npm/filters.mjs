// Filters: every comparison on every type, in lists, nested, and wrong ones.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const rooms = client.records("rooms");

async function expectRooms(filters, expected) {
  const list = await rooms.list({ filters, order: ["id"] });
  assert.deepEqual(list.records.map((room) => room.id), expected, JSON.stringify(filters));
}

// Every comparison.
for (const [column, op, value, expected] of [
  ["floor", undefined, "2", [4, 5]],
  ["floor", "equal", "-1", [3]],
  ["floor", "notEqual", "2", [1, 2, 3, 6, 7]],
  ["floor", "lessThan", "1", [3]],
  ["floor", "lessThanEqual", "1", [2, 3, 6]],
  ["floor", "greaterThan", "3", [1]],
  ["floor", "greaterThanEqual", "3", [1, 7]],
  ["price", "equal", "35.25", [3]],
  ["price", "equal", "60", [2, 6]],
  ["price", "greaterThan", "85", [4, 7]],
  ["name", "equal", "007", [7]],
  ["name", "equal", "7", []],
  ["name", "greaterThan", "E", [5, 6]],
  ["name", "like", "%e%", [2, 3, 4, 6]],
  ["name", "like", "F%", []],
  ["name", "regexp", "^[A-C]", [1, 2, 3]],
  ["name", "regexp", "(?i)^f", [6]],
  ["outlook", "equal", "street, noisy", [7]],
  ["outlook", "notEqual", "sea", [5, 6, 7]],
  ["key_card", "equal", "AP8=", [1]],
  ["key_card", "notEqual", "AP8=", [2, 4]],
]) {
  await expectRooms([{ column, op, value }], expected);
}

// Several hold together, also on one column.
await expectRooms([{ column: "floor", value: "2" }, { column: "outlook", value: "sea" }], [4]);
await expectRooms([{ column: "price", op: "greaterThan", value: "60" }, { column: "price", op: "lessThan", value: "99" }], [1, 5]);

// Nested.
const seaOrCheap = { or: [{ column: "outlook", value: "sea" }, { column: "price", op: "lessThan", value: "40" }] };
await expectRooms([seaOrCheap], [1, 3, 4]);
await expectRooms([{ and: [seaOrCheap, { column: "floor", op: "greaterThan", value: "0" }] }], [1, 4]);
await expectRooms(
  [{ or: [{ and: [{ column: "floor", value: "1" }, { column: "outlook", value: "garden" }] }, { column: "name", value: "007" }] }],
  [6, 7],
);
await expectRooms([{ or: [{ column: "floor", value: "4" }, { column: "floor", value: "3" }] }, { column: "id", op: "notEqual", value: "1" }], [7]);

// Wrong ones are refused, never ignored.
const wrong = (filter) => expectError(rooms.list({ filters: [filter] }), 400, "Invalid filter params");
await wrong({ column: "nothing", value: "1" });
await wrong({ column: "floor", value: "high" });
await wrong({ column: "floor", value: "1.5" });
await wrong({ column: "price", value: "" });
await wrong({ column: "key_card", value: "no base64!" });
await wrong({ column: "id\" = 1 --", value: "1" });
await expectError(client.records("guests").list({ filters: [{ column: "_remark", value: "snores" }] }), 400, "Invalid filter params");
