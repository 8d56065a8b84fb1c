// What somebody changes about their account, and what they are told.

import assert from "node:assert/strict";
import { alert, code, heading, signIn } from "./pages.mjs";
import { input, newContext, scenario, screenshot } from "./support.mjs";

await scenario(async ({ browser, page }) => {
  await page.goto("/_/auth/login");
  await signIn(page, "alice", input.password);
  await heading(page, "Your account");

  await rename(page);
  await signOutElsewhere(browser, page);
  await changePassword(page);
  const secret = await turnOnSecondFactor(page);
  await signInWithSecondFactor(page, secret);
  await turnOffSecondFactor(page, secret);
  await deleteAccount(page);
});

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

/** After a mistake it is open already. */
async function open(page, summary) {
  const folded = page.locator("details", { hasText: summary });
  assert.equal(await folded.getAttribute("open") !== null, page.url().includes("open="));
  if (!page.url().includes("open=")) await folded.locator("summary").click();
}

async function rename(page) {
  await page.getByLabel("User name").fill("a b");
  await button(page, "Save name").click();
  await page.waitForURL(/alert=/);
  assert.match(await alert(page), /^A name has 3 to 32 letters/);
  await page.getByLabel("User name").fill("alicia");
  await button(page, "Save name").click();
  await page.getByText("Username changed.").waitFor();
  assert.equal(await page.getByLabel("User name").inputValue(), "alicia");
}

async function signOutElsewhere(browser, page) {
  const other = await (await newContext(browser)).newPage();
  await other.goto("/_/auth/login");
  await signIn(other, "alicia", input.password);
  await heading(other, "Your account");
  await page.goto("/_/auth/profile");
  assert.equal(await page.getByText("this one").count(), 1);
  await page.getByRole("button", { name: /^Sign out Chrome/ }).click();
  await page.getByText("Signed out there.").waitFor();
  await other.goto("/_/auth/profile");
  await heading(other, "Sign in");
  await other.context().close();
}

async function changePassword(page) {
  const change = async (old, fresh, again) => {
    await open(page, "Change password");
    await page.getByLabel("Current password").fill(old);
    await page.getByLabel("New password", { exact: true }).fill(fresh);
    await page.getByLabel("New password, once more").fill(again);
    await button(page, "Change password").click();
  };
  await change("wrong", "correct horse", "correct horse");
  await page.getByText("The old password is wrong.").waitFor();
  await change(input.password, "correct horse", "incorrect horse");
  await page.getByText("The passwords differ.").waitFor();
  await change(input.password, "correct horse", "correct horse");
  await page.getByText("Password changed.").waitFor();
}

async function turnOnSecondFactor(page) {
  const shown = async () => (await page.locator(".secret").textContent()).replaceAll(" ", "");
  await page.getByRole("link", { name: "Set up an app" }).click();
  await heading(page, "Set up a second factor");
  // The picture is there, by what the browser made of it.
  assert.ok((await page.getByAltText("QR code for an authenticator app").boundingBox()).height > 100);
  await screenshot(page, "second-factor");
  const secret = await shown();
  await page.getByLabel("Code that the app shows").fill("000000");
  await button(page, "Turn on").click();
  await page.getByText("The code is wrong.").waitFor();
  // It need not be scanned again.
  assert.equal(await shown(), secret);
  await page.getByLabel("Code that the app shows").fill(code(secret));
  await button(page, "Turn on").click();
  await page.getByText("Second factor confirmed.").waitFor();
  await screenshot(page, "profile");
  return secret;
}

async function signInWithSecondFactor(page, secret) {
  await button(page, "Sign out").first().click();
  await heading(page, "Sign in");
  await page.goto("/_/auth/login?redirect_uri=/_/auth/profile%3Fcame");
  await signIn(page, "alicia", "correct horse");
  await heading(page, "Second factor");
  await page.getByLabel("Code of six digits").fill("000000");
  await button(page, "Continue").click();
  await page.getByText("That code is wrong, or it has expired.").waitFor();
  await page.getByLabel("Code of six digits").fill(code(secret));
  await button(page, "Continue").click();
  await heading(page, "Your account");
  assert.equal(new URL(page.url()).search, "?came");
  await page.getByText("with second factor").waitFor();
}

async function turnOffSecondFactor(page, secret) {
  const turnOff = async (text) => {
    await open(page, "Turn it off");
    await page.getByLabel("Code that the app shows").fill(text);
    await button(page, "Turn off").click();
  };
  await turnOff("000000");
  await page.getByText("That code is wrong, or it has expired.").waitFor();
  // Each is good once, so it is the next one.
  await turnOff(code(secret, 1));
  await page.getByText("Second factor removed.").waitFor();
}

async function deleteAccount(page) {
  await page.getByRole("link", { name: "Delete my account" }).click();
  await button(page, "Delete account").click();
  // The browser asks for the tick first.
  await heading(page, "Delete account");
  await page.getByLabel("Yes, delete my account").check();
  await button(page, "Delete account").click();
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Deleted.");
  await signIn(page, "alicia", "correct horse");
  await page.getByText("That name and password do not belong together.").waitFor();
}
