// Signing in: a wrong password, the right one, where it leads, and out again.

import assert from "node:assert/strict";
import { alert, heading, signIn } from "./pages.mjs";
import { input, scenario, screenshot } from "./support.mjs";

await scenario(async ({ page }) => {
  await page.goto("/_/auth/profile");
  await heading(page, "Sign in");
  assert.equal(await page.locator("main").getAttribute("class"), null);
  await screenshot(page, "nobody");

  await signIn(page, "alice", "wrong");
  await page.waitForURL(/alert=/);
  assert.equal(await alert(page), "That name and password do not belong together.");
  assert.equal(await page.getByLabel("E-mail address or user name").inputValue(), "alice");
  assert.equal(await page.getByLabel("Password").inputValue(), "");
  // The cursor is where something has to be typed again.
  await page.locator("#login-password:focus").waitFor();
  await screenshot(page, "wrong");

  // The page that they came for is not forgotten on the way.
  await page.getByLabel("Password").fill(input.password);
  await page.keyboard.press("Enter");
  await heading(page, "Your account");
  assert.equal(new URL(page.url()).pathname, "/_/auth/profile");

  // Who opens the page for signing in again is sent on.
  await page.goto("/_/auth/login?redirect_uri=/api/healthcheck");
  assert.equal(new URL(page.url()).pathname, "/api/healthcheck");

  await page.goto("/_/auth/logout");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Signed out.");
  await page.goto("/_/auth/profile");
  await heading(page, "Sign in");

  await page.getByRole("button", { name: "Continue without an account" }).click();
  await heading(page, "Your account");
});
