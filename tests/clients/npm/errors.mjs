// The errors that the published client's own tests compare.

import assert from "node:assert/strict";
import { FetchError, initClient } from "trailbase";

const client = initClient(process.env.GUESTHOUSE_URL);

async function expectError(promise, status, message) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof FetchError, String(error));
    assert.deepEqual([error.status, error.message], [status, message]);
    return true;
  });
}

await expectError(client.records("nothing").list(), 405, "Method Not Allowed");
await expectError(client.records("nothing").read("1"), 405, "Method Not Allowed");
await expectError(client.records("notes").read("7"), 404, "Not Found");
await expectError(client.records("notes").read("x"), 400, "Invalid id");
await expectError(client.records("secrets").list(), 403, "Forbidden");
await expectError(client.records("notes").create({ text: "a", stars: 9 }), 400, "db constraint: check");
