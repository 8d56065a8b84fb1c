// Answers that are not what an authenticator was asked for, by an attacker who may even have the key: each is refused, and the right
// one in its place is taken.

import assert from "node:assert/strict";
import { addAuthenticator, create, get, password, post, register, signIn } from "./authenticator.mjs";
import { answer, PRESENT } from "./signature.mjs";
import { input, scenario, url } from "./support.mjs";

const refused = { status: 401, body: "" };

await scenario(async ({ context, page }) => {
  await page.goto("/api/healthcheck");
  let authenticator = await addAuthenticator(context, page);
  const alice = await password(page, input.email, input.password);
  const other = await password(page, input.other, input.password);
  const begin = async () => (await post(page, "passkey/login/begin", {})).body;
  const finish = (credential) => post(page, "passkey/login/finish", { credential });

  await test("a new passkey", async () => {
    const options = async () => (await post(page, "passkey/register/begin", {}, alice)).body;
    const finish = (credential, tokens = alice) => post(page, "passkey/register/finish", { credential }, tokens);
    const says = async (answer, text) => {
      assert.equal(answer.status, 400, JSON.stringify(answer));
      assert.match(answer.body, text);
    };

    // Somebody else asked for it.
    const hers = await create(page, await options());
    await says(await finish(hers, other), /^nobody asked for this passkey/);
    // It was asked for to sign in.
    const { challenge } = await begin();
    await says(await finish(await create(page, { ...(await options()), challenge })), /^nobody asked/);
    // It does not know its owner.
    const loose = { ...(await options()) };
    loose.authenticatorSelection = { ...loose.authenticatorSelection, userVerification: "discouraged" };
    loose.extensions = {};
    await authenticator.remove();
    const stick = await addAuthenticator(context, page, { hasUserVerification: false, isUserVerified: false });
    await says(await finish(await create(page, loose)), /did not make sure who is there/);
    await stick.remove();
    authenticator = await addAuthenticator(context, page);
    // It is of another name than that of the server.
    const tampered = await create(page, await options());
    const attestation = Buffer.from(tampered.response.attestationObject, "base64url");
    attestation[attestation.indexOf("authData") + 20] ^= 1;
    const object = { ...tampered.response, attestationObject: attestation.toString("base64url") };
    for (const name of ["authenticatorData", "publicKey", "publicKeyAlgorithm"]) delete object[name];
    await says(await finish({ ...tampered, response: object }), /not one that was asked for/);
    // The page is one of another server.
    const elsewhere = await context.newPage();
    await elsewhere.goto(`${input.elsewhere}/api/healthcheck`);
    const theirs = await addAuthenticator(context, elsewhere);
    await says(await finish(await create(elsewhere, await options())), /^the passkey was used on a page that may not/);
    await theirs.remove();
    await elsewhere.close();

    const right = await create(page, await options());
    assert.equal((await finish(right)).status, 200);
    // Once.
    await says(await finish(right), /^nobody asked/);
  });

  await test("signing in", async () => {
    assert.equal((await signIn(page)).status, 200);
    const [key] = await authenticator.credentials();
    let signCount = key.signCount;
    const sign = async (wishes, origin = url) => answer(key, await begin(), origin, { signCount: ++signCount, ...wishes });

    // What nobody asked for, or for something else.
    assert.deepEqual(await finish(await sign({ challenge: Buffer.alloc(16, 7).toString("base64url") })), refused);
    const { challenge } = (await post(page, "passkey/register/begin", {}, alice)).body;
    assert.deepEqual(await finish(await sign({ challenge })), refused);
    // Of another name, by somebody whom the authenticator does not know, of another account, and a signature of something else.
    assert.deepEqual(await finish(await sign({ rpId: "example.org" })), refused);
    assert.deepEqual(await finish(await sign({ flags: PRESENT })), refused);
    assert.deepEqual(await finish(await sign({ userHandle: Buffer.alloc(16, 7).toString("base64") })), refused);
    const broken = (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) ^ 1])]);
    assert.deepEqual(await finish(await sign({ signature: broken })), refused);
    const stranger = await sign({});
    stranger.id = stranger.rawId = Buffer.alloc(32, 7).toString("base64url");
    assert.deepEqual(await finish(stranger), refused);
    // On another page, in a frame of another page, and as a new passkey.
    for (const origin of ["http://127.0.0.1", "https://localhost", `${url}/`, url.replace("localhost", "a.localhost"), ""]) {
      const { status, body } = await finish(await sign({}, origin));
      assert.equal(status, 400);
      assert.match(body, /^the passkey was used on a page that may not/);
    }
    assert.deepEqual(await finish(await sign({ crossOrigin: true })), refused);
    assert.equal((await finish(await sign({ type: "webauthn.create" }))).status, 400);

    // All that was right but for one thing; this is right.
    const right = await sign({});
    assert.equal((await finish(right)).status, 200);
    assert.deepEqual(await finish(right), refused, "a challenge is good once");
    // A refused answer has used its challenge up.
    const options = await begin();
    assert.deepEqual(await finish(answer(key, options, url, { signCount: ++signCount, flags: PRESENT })), refused);
    assert.deepEqual(await finish(answer(key, options, url, { signCount: ++signCount })), refused);
    // A counter does not go back, nor stand still.
    const counted = await sign({});
    assert.equal((await finish(counted)).status, 200);
    assert.deepEqual(await finish(await sign({ signCount })), refused);
    assert.deepEqual(await finish(await sign({ signCount: 0 })), refused);
    // Two answers with the same counter at once: a copy is at work, and one of them counts.
    const same = { signCount: ++signCount };
    const [first, second] = [await sign(same), await sign(same)];
    const both = await Promise.all([finish(first), finish(second)]);
    assert.deepEqual(both.map((answer) => answer.status).sort(), [200, 401]);
  });

  await test("a copy of an authenticator", async () => {
    await authenticator.turnBack(1);
    assert.deepEqual(await signIn(page), refused);
    await authenticator.turnBack(1000);
    assert.equal((await signIn(page)).status, 200);
  });

  await test("what is no answer", async () => {
    const right = answer((await authenticator.credentials())[0], await begin(), url);
    const long = (bytes) => Buffer.alloc(bytes, 7).toString("base64url");
    for (const [credential, status] of [
      [undefined, 400],
      [null, 400],
      [7, 400],
      ["", 400],
      ["{", 400],
      [[], 400],
      [{}, 400],
      [{ ...right, response: {} }, 400],
      [{ ...right, type: "password" }, 400],
      [{ ...right, rawId: undefined, id: "!" }, 400],
      [{ ...right, id: long(8), rawId: long(8) }, 400],
      [{ ...right, id: long(1024), rawId: long(1024) }, 400],
      [{ ...right, id: long(100_000), rawId: long(100_000) }, 413],
      [{ ...right, response: { ...right.response, clientDataJSON: long(10) } }, 400],
      [{ ...right, response: { ...right.response, userHandle: null } }, 400],
      [{ ...right, response: { ...right.response, userHandle: long(64) } }, 400],
      [{ ...right, response: { ...right.response, authenticatorData: "" } }, 401],
    ]) {
      const what = JSON.stringify(credential)?.slice(0, 200);
      assert.equal((await finish(credential)).status, status, what);
      const { status: other } = await post(page, "passkey/register/finish", { credential }, alice);
      assert.equal(other, status === 401 ? 400 : status, what);
    }
  });

  async function test(what, steps) {
    await steps().catch((error) => {
      error.message = `${what}: ${error.message}`;
      throw error;
    });
  }
});
