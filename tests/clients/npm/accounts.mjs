// Accounts: signs in and out, keeps a session going, and turns a second factor on and off.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { initClient } from "trailbase";

const url = process.env.GUESTHOUSE_URL;
const email = "alice@example.org";
const password = "secret";

// A wrong password is refused.
const client = initClient(url);
await assert.rejects(client.login(email, "wrong"), (error) => error.status === 401);
assert.equal(client.user(), undefined);

// Signing in tells who somebody is.
assert.equal(await client.login(email, password), undefined);
const user = client.user();
assert.equal(user.email, email);
assert.match(user.id, /^[A-Za-z0-9_-]{22}==$/);
const first = client.tokens();
assert.deepEqual(Object.keys(first).sort(), ["auth_token", "csrf_token", "refresh_token"]);

// A new auth token for the same session.
await client.refreshAuthToken();
assert.equal(client.tokens().auth_token, first.auth_token, "the one there is lasts for long enough");
await client.refreshAuthToken({ force: true });
assert.notEqual(client.tokens().auth_token, first.auth_token);
assert.equal(client.tokens().refresh_token, first.refresh_token);

// Another client with the same tokens is the same user.
const other = initClient(url, { tokens: client.tokens() });
assert.equal(other.user().id, user.id);
const status = await other.checkCookies();
assert.equal(status.refresh_token, first.refresh_token);

// A second factor.
const { url: totpUrl, png } = await client.registerTOTP({ png: true });
assert.equal(Buffer.from(png, "base64").subarray(1, 4).toString(), "PNG");
const secret = new URL(totpUrl).searchParams.get("secret");
await assert.rejects(client.confirmTOTP(totpUrl, "000"), (error) => error.status === 400);
await client.confirmTOTP(totpUrl, code(secret, 0));
const second = initClient(url);
const mfa = await second.login(email, password);
assert.ok(mfa.token);
assert.equal(second.user(), undefined);
await second.loginSecond({ mfaToken: mfa, totpCode: code(secret, 0) });
assert.equal(second.user().id, user.id);
await second.unregisterTOTP(code(secret, 1));
assert.equal(await initClient(url).login(email, password), undefined);

// Signing out ends the session for whoever else has its tokens.
await client.logout();
assert.equal(client.user(), undefined);
await other.refreshAuthToken({ force: true });
assert.equal(other.user(), undefined);

// A code by mail: asking for one tells nothing of accounts, and nobody guesses it.
const guessing = initClient(url);
for (const address of ["admin@localhost", "nobody@example.org"]) {
  await guessing.requestOtp(address);
  await assert.rejects(guessing.requestOtp(address), (error) => error.status === 429);
  await assert.rejects(guessing.loginOtp(address, "AAAAAA"), (error) => error.status === 401);
}
assert.equal(guessing.user(), undefined);

// Deleting the account.
await second.deleteUser();
assert.equal(second.user(), undefined);
await assert.rejects(client.login(email, password), (error) => error.status === 401);

// The code that an app shows, so many half minutes from now (RFC 6238).
function code(secret, halfMinutes) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((character) => alphabet.indexOf(character).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + halfMinutes));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = digest[19] & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
