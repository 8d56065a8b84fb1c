// What all scenarios use: the published client against the server under test, and one way to expect an error.

import assert from "node:assert/strict";
import { FetchError, initClient } from "trailbase";

export const client = initClient(process.env.GUESTHOUSE_URL);

/** Fails unless the promise is refused with this status and message: the body, or the status' own name. */
export async function expectError(promise, status, message) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof FetchError, String(error));
    assert.deepEqual([error.status, error.message], [status, message]);
    return true;
  });
}
