// The life of a passkey: made, used without a name, seen, called something else, deleted, and then no longer good for anything.

import assert from "node:assert/strict";
import { addAuthenticator, create, get, password, post, register, send, signIn } from "./authenticator.mjs";
import { input, scenario } from "./support.mjs";

await scenario(async ({ context, page }) => {
  await page.goto("/api/healthcheck");
  const authenticator = await addAuthenticator(context, page);
  const alice = await password(page, input.email, input.password);

  const registered = await register(page, alice, "  My phone ");
  assert.deepEqual([registered.status, registered.body.name], [200, "My phone"]);
  const [credential] = await authenticator.credentials();
  const { sub } = JSON.parse(Buffer.from(alice.auth_token.split(".")[1], "base64url"));
  assert.deepEqual(Buffer.from(credential.userHandle, "base64"), Buffer.from(sub, "base64url"));
  assert.equal(credential.isResidentCredential, true);

  // The authenticator is told what it has made already.
  const again = await post(page, "passkey/register/begin", {}, alice);
  assert.deepEqual(again.body.excludeCredentials.map((known) => known.id), [registered.body.id]);
  await assert.rejects(create(page, again.body), /InvalidStateError/);

  // Nobody has to say a name, and it counts as both factors.
  const signedIn = await signIn(page);
  assert.equal(signedIn.status, 200);
  assert.deepEqual(Object.keys(signedIn.body).sort(), ["auth_token", "csrf_token", "refresh_token"]);
  const sessions = (await send(page, "GET", "sessions", undefined, signedIn.body)).body.sessions;
  assert.equal(sessions.find((session) => session.current).mfa, true);

  const list = async () => (await send(page, "GET", "passkey/list", undefined, alice)).body.passkeys;
  const [listed, ...more] = await list();
  assert.deepEqual(more, []);
  assert.equal(listed.id, registered.body.id);
  assert.equal(listed.name, "My phone");
  assert.ok(listed.last_used >= listed.created);
  assert.equal(listed.backed_up, false);

  const path = `passkey/${listed.id}`;
  assert.equal((await send(page, "PATCH", path, { name: "" }, alice)).status, 400);
  assert.equal((await send(page, "PATCH", path, { name: "Old phone" }, alice)).status, 200);
  assert.equal((await list())[0].name, "Old phone");

  // A form has the browser keep the cookies, and goes on to where it was to go.
  const { body: options } = await post(page, "passkey/login/begin", {});
  const answer = JSON.stringify(await get(page, options));
  await page.evaluate((answer) => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/api/auth/v1/passkey/login/finish?redirect_uri=/api/healthcheck?in";
    const field = document.createElement("textarea");
    field.name = "credential";
    field.value = answer;
    form.append(field);
    document.body.append(form);
    form.submit();
  }, answer);
  await page.waitForURL("**/api/healthcheck?in");
  assert.deepEqual((await context.cookies()).map((cookie) => cookie.name).sort(), ["auth_token", "refresh_token"]);
  await context.clearCookies();

  // An app gets a code instead.
  const last = await post(page, "passkey/login/begin", {});
  const body = {
    credential: await get(page, last.body),
    redirect_uri: "/api/healthcheck",
    response_type: "code",
    pkce_code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  };
  const answered = page.waitForResponse("**/passkey/login/finish");
  await post(page, "passkey/login/finish", body);
  const { location } = await (await answered).allHeaders();
  const exchange = {
    authorization_code: new URL(location, page.url()).searchParams.get("code"),
    pkce_code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  };
  assert.equal((await post(page, "token", exchange)).status, 200);

  assert.equal((await send(page, "DELETE", path, undefined, alice)).status, 200);
  assert.deepEqual(await list(), []);
  assert.equal((await send(page, "DELETE", path, undefined, alice)).status, 404);
  assert.deepEqual(await signIn(page), { status: 401, body: "" });

  // Keys of every kind that the authenticator has: Ed25519, P-256, RSA.
  for (const alg of [-8, -7, -257]) {
    await authenticator.clear();
    const wishes = { pubKeyCredParams: [{ type: "public-key", alg }] };
    assert.equal((await register(page, alice, `${alg}`, wishes)).status, 200);
    assert.equal((await signIn(page)).status, 200);
  }
  assert.deepEqual((await list()).map(({ name, last_used }) => [name, last_used !== null]).sort(), [
    ["-257", true],
    ["-7", true],
    ["-8", true],
  ]);
});
