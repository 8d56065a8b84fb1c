// A passkey on the pages: added, called something else, signed in by, removed.

import assert from "node:assert/strict";
import { addAuthenticator } from "./authenticator.mjs";
import { alert, heading, signIn } from "./pages.mjs";
import { input, scenario, screenshot } from "./support.mjs";

await scenario(async ({ context, page }) => {
  const authenticator = await addAuthenticator(context, page);
  const button = (name) => page.getByRole("button", { name, exact: true });
  await page.goto("/_/auth/login?redirect_uri=/_/auth/profile%3Fcame");
  // Nobody has one yet.
  await button("Sign in with a passkey").click();
  await page.getByText("No passkey was used.").waitFor();
  await screenshot(page, "login");

  await signIn(page, "alice", input.password);
  await heading(page, "Your account");
  assert.equal(await page.getByText("Adding one takes a browser").isVisible(), false);
  await page.getByLabel("Name of the new passkey").fill("My phone");
  await button("Add a passkey").click();
  await page.getByText("Passkey added.").waitFor();
  await page.getByText("My phone", { exact: true }).waitFor();
  await button("Add a passkey").click();
  await page.getByText("This device holds a passkey for your account already.").waitFor();

  await page.getByLabel("Change My phone").click();
  await page.getByLabel("Name", { exact: true }).fill("Old phone");
  await screenshot(page, "change");
  await button("Rename").click();
  await page.getByText("Passkey renamed.").waitFor();
  await screenshot(page, "profile");

  await button("Sign out").first().click();
  await heading(page, "Sign in");
  await page.goto("/_/auth/login?redirect_uri=/_/auth/profile%3Fcame");
  await button("Sign in with a passkey").click();
  await heading(page, "Your account");
  assert.equal(new URL(page.url()).search, "?came");
  await page.getByText("with second factor").waitFor();
  await page.getByText("Added a moment ago, used a moment ago").waitFor();

  await page.getByLabel("Change Old phone").click();
  await button("Remove passkey").click();
  await page.getByText("Passkey deleted.").waitFor();
  await button("Sign out").first().click();
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Signed out.");
  // The device still has it, but it opens nothing any more.
  assert.equal((await authenticator.credentials()).length, 1);
  await button("Sign in with a passkey").click();
  await page.waitForURL(/alert=/);
  assert.equal(await alert(page), "That passkey opens no account here.");
});
