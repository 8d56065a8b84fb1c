// A page of the server sends requests to it, and what cookies it sets are the browser's to keep.

import assert from "node:assert/strict";
import { input, scenario } from "./support.mjs";

await scenario(async ({ context, page }) => {
  await page.goto("/api/healthcheck");
  assert.equal(await page.innerText("body"), "Ok");

  const answer = await page.evaluate(async (form) => {
    const response = await fetch("/api/auth/v1/login", { method: "POST", body: new URLSearchParams(form) });
    return [response.status, await response.text()];
  }, input);
  assert.deepEqual(answer, [200, "logged in"]);

  const cookies = await context.cookies();
  assert.deepEqual(cookies.map((cookie) => [cookie.name, cookie.httpOnly]).sort(), [
    ["auth_token", true],
    ["refresh_token", true],
  ]);
  assert.equal(await page.evaluate(() => document.cookie), "");

  // Another visitor is nobody.
  const status = () => fetch("/api/auth/v1/status").then((response) => response.json());
  assert.notEqual((await page.evaluate(status)).auth_token, null);
  const other = await (await context.browser().newContext()).newPage();
  await other.goto(page.url());
  assert.equal((await other.evaluate(status)).auth_token, null);
});
