// All that takes a mail on the way: registering, a forgotten password, another address, a code to sign in by.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { alert, heading, signIn } from "./pages.mjs";
import { input, scenario, screenshot } from "./support.mjs";

const address = "bob@example.org";

await scenario(async ({ page }) => {
  await register(page);
  await resetPassword(page);
  await changeAddress(page);
  await signInByCode(page);
});

function button(page, name) {
  return page.getByRole("button", { name, exact: true });
}

/** How many messages there are, and what is in the newest one. */
function letters() {
  const mail = (...words) => execFileSync(input.binary, ["--data-dir", input.data, "mail", ...words], { encoding: "utf8" });
  const count = mail("list").trim().split("\n").length - 1;
  return { count, text: count > 0 ? mail("show", String(count)) : "" };
}

function link() {
  return letters().text.match(/http\S+/)[0];
}

async function register(page) {
  await page.goto("/_/auth/login?redirect_uri=/_/auth/profile%3Fcame");
  await page.getByRole("link", { name: "Create an account" }).click();
  await heading(page, "Create an account");
  await screenshot(page, "register");
  const fill = async (password, again) => {
    await page.getByLabel("E-mail address").fill(address);
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password, once more").fill(again);
    await button(page, "Create account").click();
  };
  await fill("correct horse", "incorrect horse");
  await page.getByText("The passwords differ.").waitFor();
  assert.equal(await page.getByLabel("E-mail address").inputValue(), address);
  await fill("correct horse", "correct horse");
  await heading(page, "Check your mail");
  await screenshot(page, "check");

  // Nothing opens before the address is known to be theirs.
  await page.getByRole("link", { name: "Sign in" }).click();
  await signIn(page, address, "correct horse");
  await page.getByText("That name and password do not belong together.").waitFor();

  const confirmation = link();
  await page.goto(confirmation);
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Email verified.");
  // Whoever follows it twice is told so on a page.
  await page.goto(confirmation);
  await page.getByText("This link has expired or was used already: ask for a new one.").waitFor();
  await signIn(page, address, "correct horse");
  await heading(page, "Your account");
  // Where they wanted to be when all this began.
  assert.equal(new URL(page.url()).search, "?came");
  await button(page, "Sign out").first().click();
}

async function resetPassword(page) {
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await heading(page, "Forgot your password?");
  const before = letters().count;
  await page.getByLabel("E-mail address").fill("nobody@example.org");
  await button(page, "Send the link").click();
  await heading(page, "Check your mail");
  assert.equal(letters().count, before);

  await page.goto("/_/auth/reset_password/request");
  await page.getByLabel("E-mail address").fill(address);
  await button(page, "Send the link").click();
  await heading(page, "Check your mail");
  await page.goto(link());
  await heading(page, "Choose a new password");
  const fill = async (password) => {
    await page.getByLabel("New password", { exact: true }).fill(password);
    await page.getByLabel("New password, once more").fill(password);
    await button(page, "Save password").click();
  };
  await fill("short");
  await page.getByText("The password must have at least 8 characters.").waitFor();
  await screenshot(page, "new-password");
  await fill("battery staple");
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Password reset.");
  await signIn(page, address, "battery staple");
  await heading(page, "Your account");
}

async function changeAddress(page) {
  await page.getByText("Change address").click();
  await page.getByLabel("New address").fill("robert@example.org");
  await button(page, "Send a link to it").click();
  await page.getByText("Mail is on its way to the new address.").waitFor();
  await screenshot(page, "profile");
  await page.goto(link());
  await heading(page, "Sign in");
  assert.equal(await alert(page), "Email changed.");
}

async function signInByCode(page) {
  await page.goto("/_/auth/login?redirect_uri=/_/auth/profile%3Fcame");
  await page.getByRole("link", { name: "Get a code by e-mail" }).click();
  await heading(page, "Sign in with a code");
  await page.getByLabel("E-mail address or user name").fill("robert@example.org");
  await button(page, "Send the code").click();
  await page.getByLabel("Code from the mail").waitFor();
  await screenshot(page, "code");
  await page.getByLabel("Code from the mail").fill("000000");
  await button(page, "Sign in").click();
  await page.getByText("That code is wrong, or it has expired.").waitFor();
  const [code] = letters().text.match(/^[0-9A-Z]{6}$/m);
  await page.getByLabel("Code from the mail").fill(code);
  await button(page, "Sign in").click();
  await heading(page, "Your account");
  assert.equal(new URL(page.url()).search, "?came");
}
