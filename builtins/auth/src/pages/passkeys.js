// Passkeys on the sign-in pages: the one thing that takes a script. What it needs is marked in the page with `data-`, and is hidden
// where there is no script or no passkey.

"use strict";

const BASE = "/api/auth/v1/passkey/";

/** Asks the server for something, as whoever the cookies say. */
async function post(path, body, csrfToken) {
  const headers = { "content-type": "application/json" };
  if (csrfToken) headers["csrf-token"] = csrfToken;
  const response = await fetch(BASE + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(await words(response));
  return response.json();
}

async function words(response) {
  const text = await response.text();
  if (text) return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  if (response.status === 401) return "Please sign in first.";
  if (response.status === 409) return "That passkey belongs to an account already.";
  if (response.status === 429) return "That was tried too often. Wait a while, then try again.";
  return "That did not work. Please try again later.";
}

/** What somebody is told who has not used their passkey after all. */
function reason(error) {
  if (error.name === "NotAllowedError" || error.name === "AbortError") return "No passkey was used.";
  if (error.name === "InvalidStateError") return "This device holds a passkey for your account already.";
  if (error.name === "SecurityError") return "Passkeys cannot be used at this address.";
  return error.message;
}

/** Does something that a form asks for, one at a time, and says on the page what goes wrong. */
function onSubmit(form, act) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    document.getElementById("alert").textContent = "";
    try {
      await act(form);
    } catch (error) {
      document.getElementById("alert").textContent = reason(error);
      button.disabled = false;
    }
  });
}

async function signIn(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post("login/begin", {}));
  const credential = await navigator.credentials.get({ publicKey });
  form.elements.credential.value = JSON.stringify(credential);
  // As a form, so that the browser keeps the cookies and goes on. This does not come here again.
  form.submit();
}

async function add(form) {
  const csrfToken = form.elements.csrf_token.value;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post("register/begin", {}, csrfToken));
  const credential = await navigator.credentials.create({ publicKey });
  await post("register/finish", { credential, name: form.elements.name.value }, csrfToken);
  location.assign(`${location.pathname}?alert=passkey%20added`);
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const [name, act] of Object.entries({ "sign-in": signIn, add })) {
    for (const form of document.querySelectorAll(`form[data-passkey="${name}"]`)) {
      onSubmit(form, act);
      form.hidden = false;
    }
  }
  for (const element of document.querySelectorAll("[data-without-passkeys]")) element.hidden = true;
}
