// The room by itself: shows what is said when it is said, and who is there.

const messages = document.getElementById("messages");
const people = document.getElementById("people");
const state = document.getElementById("state");
const say = document.getElementById("say");
const { room, name } = messages.dataset;

/** How long to wait before trying again where the server did not let us listen. */
const RETRY_MS = 5000;

let last = Number(messages.dataset.last);
let events;

/** Listens from where we are. When the connection breaks, the browser comes back by itself and says how far it got. */
function listen() {
  events?.close();
  events = new EventSource(`/chat/room/events?${new URLSearchParams({ room, name, after: last })}`);
  events.onopen = () => (state.textContent = "");
  events.onerror = () => {
    state.textContent = "Not connected. Trying again…";
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  };
  events.addEventListener("message", ({ data }) => show(JSON.parse(data)));
  events.addEventListener("people", showPeople);
  events.addEventListener("anew", listen);
  events.addEventListener("reload", () => location.reload());
}

function show({ id, name, text, sent }) {
  if (id <= last) return;
  last = id;
  const isAtEnd = messages.scrollHeight - messages.scrollTop - messages.clientHeight < 50;
  const item = document.createElement("li");
  item.id = `message-${id}`;
  const [who, when, what] = ["b", "time", "p"].map((tag) => document.createElement(tag));
  who.textContent = name;
  when.dateTime = sent;
  what.textContent = text;
  item.append(who, " ", when, what);
  messages.append(item);
  showTime(when);
  if (isAtEnd) messages.scrollTop = messages.scrollHeight;
}

/** The server writes times as they are in Greenwich. */
function showTime(time) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

let asked = 0;

/** Asks who is there. An answer that another one has overtaken is dropped. */
async function showPeople() {
  const number = ++asked;
  const response = await fetch(`/chat/room/people?${new URLSearchParams({ room })}`).catch(() => undefined);
  if (!response?.ok) return;
  const names = await response.json();
  if (number !== asked) return;
  people.replaceChildren(
    ...names.map((name) => {
      const item = document.createElement("li");
      item.textContent = name;
      return item;
    }),
  );
}

say.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(say);
  const body = new URLSearchParams(form);
  // The answer sends a browser without this script back to the page. It need not be followed here.
  const response = await fetch(say.action, { method: "POST", body, redirect: "manual" }).catch(() => undefined);
  if (response?.type === "opaqueredirect" || response?.ok) {
    if (say.elements.text.value === form.get("text")) say.elements.text.value = "";
    state.textContent = "";
  } else {
    state.textContent = response ? await response.text() : "This was not sent. Please try again.";
  }
  say.elements.text.focus();
});

for (const time of messages.querySelectorAll("time")) showTime(time);
messages.scrollTop = messages.scrollHeight;
listen();
