// Who is signed in may do more, and with their own rows only.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { initClient } from "trailbase";
import { client, expectError } from "./support.mjs";

const tokens = JSON.parse(readFileSync(new URL("../tokens.json", import.meta.url)));
const signedIn = (auth_token) => initClient(process.env.GUESTHOUSE_URL, { tokens: { auth_token } });
const [anna, ben] = [signedIn(tokens.anna), signedIn(tokens.ben)];
const [annas, bens] = [anna.user().id, ben.user().id];
assert.equal(annas, "AYkAAAAAcACAAAAAAAAAAQ==");
const [annasDiary, bensDiary, nobodysDiary] = [anna, ben, client].map((who) => who.records("diaries"));

// What is for those who are signed in is for them alone.
assert.equal((await anna.records("locked").list()).records.length, 7);
await expectError(client.records("locked").list(), 403, "Forbidden");
await expectError(signedIn(tokens.anna.slice(0, -1)).records("locked").list(), 403, "Forbidden");
// What is for everybody is for them as well.
assert.equal((await anna.records("rooms").read(1)).name, "Attic");

// Written under one's own name only; of several, all or none.
const id = await annasDiary.create({ writer: annas, text: "Arrived." });
await expectError(annasDiary.create({ writer: bens, text: "Ben snores." }), 403, "Forbidden");
await expectError(annasDiary.create({ text: "By nobody." }), 403, "Forbidden");
await expectError(nobodysDiary.create({ writer: annas, text: "Left." }), 403, "Forbidden");
await expectError(bensDiary.createBulk([{ writer: bens, text: "a" }, { writer: annas, text: "b" }]), 403, "Forbidden");
const bensId = await bensDiary.create({ writer: bens, text: "Quiet." });

// Read by its writer only; lists show what one may read, and count no more.
assert.equal((await annasDiary.read(id)).text, "Arrived.");
await expectError(bensDiary.read(id), 403, "Forbidden");
await expectError(nobodysDiary.read(id), 403, "Forbidden");
const list = await annasDiary.list({ count: true });
assert.deepEqual([list.total_count, list.records.map((row) => row.text)], [1, ["Arrived."]]);
await expectError(nobodysDiary.list(), 403, "Forbidden");

// Changed by its writer only, and never handed on.
await annasDiary.update(id, { text: "Arrived late." });
await expectError(annasDiary.update(id, { writer: bens }), 403, "Forbidden");
await expectError(bensDiary.update(id, { text: "x" }), 403, "Forbidden");
await expectError(annasDiary.update(4711, { text: "x" }), 404, "Not Found");
assert.deepEqual(await annasDiary.read(id), { id: Number(id), writer: annas, text: "Arrived late." });

// Deleted by its writer only.
await expectError(annasDiary.delete(bensId), 403, "Forbidden");
await expectError(nobodysDiary.delete(bensId), 403, "Forbidden");
await bensDiary.delete(bensId);
assert.deepEqual((await bensDiary.list({ count: true })).total_count, 0);
