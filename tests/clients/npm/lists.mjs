// Lists: order, pages by cursor and by offset, and how many there are.

import assert from "node:assert/strict";
import { client, expectError } from "./support.mjs";

const nights = client.records("nights");
const rooms = client.records("rooms");
const ids = (list) => list.records.map((row) => row.id);
const countdown = Array.from({ length: 120 }, (_, index) => 120 - index);

// Unasked: from the highest key down, 50 at most, not counted.
const unasked = await nights.list();
assert.deepEqual(ids(unasked), countdown.slice(0, 50));
assert.equal(unasked.total_count, undefined);

// By cursor to the end: the last page has one as well, and after it comes nothing.
for (const [order, expected] of [[undefined, countdown], [["+id"], countdown.toReversed()], [["-id"], countdown]]) {
  const seen = [];
  const sizes = [];
  let cursor;
  do {
    const page = await nights.list({ pagination: { limit: 55, cursor }, order });
    seen.push(...ids(page));
    sizes.push(page.records.length);
    cursor = page.cursor;
  } while (cursor !== undefined);
  assert.deepEqual(seen, expected);
  assert.deepEqual(sizes, [55, 55, 10, 0]);
}

// By offset.
assert.deepEqual(ids(await nights.list({ pagination: { offset: 118 } })), [2, 1]);
assert.deepEqual(ids(await nights.list({ pagination: { offset: 120 } })), []);

// Ordered by several columns, where a cursor means nothing.
const ordered = await rooms.list({ order: ["-floor", "price", "+id"] });
assert.deepEqual(ids(ordered), [1, 7, 5, 4, 2, 6, 3]);
assert.equal(ordered.cursor, undefined);
await expectError(
  rooms.list({ order: ["price"], pagination: { cursor: unasked.cursor } }),
  400,
  "Only TABLEs with PK primary order support cursors. Use offset instead.",
);

// Counted before the page is cut, after the filter.
const counted = await nights.list({ count: true, pagination: { limit: 1 }, filters: [{ column: "weekday", value: "3" }] });
assert.deepEqual([counted.total_count, ids(counted)], [17, [115]]);

// Wrong questions.
await expectError(nights.list({ pagination: { limit: 1025 } }), 400, "limit exceeds max limit of 1024");
await expectError(nights.list({ pagination: { cursor: "made up" } }), 400, "Bad cursor: b64");
await expectError(rooms.list({ pagination: { cursor: unasked.cursor } }), 400, "Bad cursor");
await expectError(rooms.list({ order: ["nothing"] }), 400, "rejected");
