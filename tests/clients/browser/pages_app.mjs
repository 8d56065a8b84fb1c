// An app has somebody sign in, and is given a code: by a scheme of its own, or at a place elsewhere. The policy of a page holds for
// where its forms lead in the end, and must let them.

import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { heading, signIn } from "./pages.mjs";
import { input, scenario, url } from "./support.mjs";

const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

await scenario(async ({ context, page, heard }) => {
  await context.route("https://app.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>The app</h1>" }));
  await signInFor(context, page, "https://app.example/back?a=b");
  await heading(page, "The app");
  // Nothing here has that scheme, but the browser has tried.
  await signInFor(context, page, "my-app://back", true);
  const refused = () => heard.filter((line) => /form-action/.test(line));
  assert.deepEqual(refused(), []);

  // It would have been refused under a policy that does not name it.
  await context.route("**/_/auth/login?*", async (route) => {
    const response = await route.fetch();
    const headers = response.headers();
    headers["content-security-policy"] = headers["content-security-policy"].replace(" my-app:", "");
    await route.fulfill({ response, headers });
  });
  await signInFor(context, await context.newPage(), "my-app://back");
  await expect(() => refused().length > 0);
});

/** Signs in, if wanted with a wrong attempt on the way, and has the app exchange the code that the browser was sent away with. */
async function signInFor(context, page, place, isMistyped = false) {
  const locations = [];
  const network = await context.newCDPSession(page);
  await network.send("Network.enable");
  network.on("Network.responseReceivedExtraInfo", ({ headers }) => locations.push(headers.location ?? ""));

  const query = new URLSearchParams({ response_type: "code", pkce_code_challenge: challenge, redirect_uri: place });
  await page.goto(`/_/auth/login?${query}`);
  if (isMistyped) {
    await signIn(page, "alice", "wrong");
    await page.waitForURL(/alert=/);
  }
  await signIn(page, "alice", input.password);
  const location = await expect(() => locations.find((location) => location.startsWith(place)));
  const exchanged = await fetch(`${url}/api/auth/v1/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      authorization_code: new URL(location).searchParams.get("code"),
      pkce_code_verifier: verifier,
    }),
  });
  assert.equal(exchanged.status, 200);
}

/** Looks again until something is there. */
async function expect(find) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const found = find();
    if (found) return found;
    assert.ok(Date.now() < deadline, `not seen in time: ${find}`);
    await setTimeout(20);
  }
}
