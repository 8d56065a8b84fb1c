// Errors that applications tell apart, with the texts that they get to see.

import { client, expectError } from "./support.mjs";

const [rooms, guests, samples] = ["rooms", "guests", "samples"].map((name) => client.records(name));

// An API that is not there, for every operation. A table without an API is none.
for (const name of ["nothing", "room", "_record_api"]) {
  const nothing = client.records(name);
  for (const attempt of [
    () => nothing.list(),
    () => nothing.read("1"),
    () => nothing.create({}),
    () => nothing.createBulk([{}]),
    () => nothing.update("1", {}),
    () => nothing.delete("1"),
  ]) {
    await expectError(attempt(), 405, "Method Not Allowed");
  }
}

// A row that is not there.
await expectError(rooms.read("77"), 404, "Not Found");
await expectError(rooms.update("77", { name: "x" }), 404, "Not Found");
await expectError(rooms.delete("77"), 404, "Not Found");
await expectError(guests.read("01890000-0000-7000-8000-0000000000ff"), 404, "Not Found");

// What is no id at all.
for (const id of ["x", "1.5", "99999999999999999999"]) await expectError(rooms.read(id), 400, "Invalid id");
await expectError(guests.read("1"), 400, "Invalid id");
await expectError(guests.update("AAAA", { name: "x" }), 400, "Invalid id");
await expectError(rooms.delete("x"), 400, "Invalid id");

// What is not allowed.
const locked = client.records("locked");
for (const attempt of [
  () => locked.list(),
  () => locked.read("1"),
  () => locked.create({ name: "x", floor: 1, price: 1 }),
  () => locked.update("1", { name: "x" }),
  () => locked.delete("1"),
  () => client.records("nights").create({ weekday: 1 }),
  () => client.records("nights").delete("1"),
]) {
  await expectError(attempt(), 403, "Forbidden");
}

// What the table does not take.
const room = { name: "x", floor: 1, price: 1 };
await expectError(rooms.create({ ...room, floor: 99 }), 400, "db constraint: check");
await expectError(rooms.create({ ...room, name: null }), 400, "db constraint: not null");
await expectError(rooms.create({ floor: 1, price: 1 }), 400, "db constraint: not null");
await expectError(rooms.create({ ...room, id: 1 }), 400, "db constraint: pk");
await expectError(guests.update("01890000-0000-7000-8000-000000000002", { name: "Anna" }), 400, "db constraint: unique");

// Values of the wrong type are never bent into the right one.
for (const wrong of [
  { integer_null: "1" },
  { integer_null: 1.5 },
  { real_null: "1.5" },
  { text_null: 1 },
  { text_null: {} },
  { blob_null: "no base64!" },
  { id: "no uuid" },
]) {
  await expectError(samples.create(wrong), 400, "Invalid Parameters");
}
// JSON columns want the value, not its text.
for (const wishes of [{}, { pillows: -1 }, "{\"pillows\": 1}", "{ 4: 1 }"]) {
  await expectError(guests.update("01890000-0000-7000-8000-000000000001", { wishes }), 400, "db constraint: check");
}

// Nothing of all this left a trace.
await expectError(samples.createBulk([]), 400, "no values provided");
const counts = await Promise.all([rooms, guests, samples].map(async (api) => (await api.list({ count: true })).total_count));
if (counts.join() !== "7,2,0") throw new Error(`rows appeared: ${counts}`);
