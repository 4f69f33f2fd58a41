"use strict";
// At the door without a network: what is done is signed by this device, kept here, and sent once when the network is back.
const page = document.getElementById("door");
const words = Object.fromEntries([...document.querySelectorAll("#door-words [data-name]")].map((part) => [part.dataset.name, part.textContent]));
const person = page.dataset.person;
const WAIT_MS = 5000;
const PLACE_MS = 4000;
const BUNDLE_MAX = 50;
const RETRIES_MAX = 6;
let stateNow = null; // What the server said last: its time, and the token for what is sent.

// What is kept on this device: the keys, each person's own, and what they signed.
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("door", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("keys", { keyPath: "person" });
      asked.result.createObjectStore("acts", { keyPath: "id", autoIncrement: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
async function kept(store, mode, use) {
  const base = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = base.transaction(store, mode);
      let found;
      const asked = use(transaction.objectStore(store));
      if (asked) asked.onsuccess = () => { found = asked.result; };
      transaction.oncomplete = () => resolve(found);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally { base.close(); }
}
const ownKey = () => kept("keys", "readonly", (store) => store.get(person));
const saveKey = (key) => kept("keys", "readwrite", (store) => store.put(key));
const forgetKey = () => kept("keys", "readwrite", (store) => store.delete(person));
const ownActs = async () => (await kept("acts", "readonly", (store) => store.getAll())).filter((act) => act.person === person);
const saveAct = (act) => kept("acts", "readwrite", (store) => store.put(act));
const forgetAct = (id) => kept("acts", "readwrite", (store) => store.delete(id));

// The network, and who is signed in.
async function asked(path, options = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), WAIT_MS);
  try {
    return await fetch(path, { cache: "no-store", redirect: "manual", signal: stop.signal, ...options });
  } catch { return null; } finally { clearTimeout(timer); }
}
async function look() {
  const answer = await asked("/door/state");
  if (answer === null) return "away";
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "signed_out";
  if (!answer.ok) return "away";
  stateNow = await answer.json();
  if (stateNow.person !== person) return "signed_out";
  const key = await ownKey();
  if (key) await saveKey({ ...key, ahead: Date.now() - Date.parse(stateNow.now) });
  return "here";
}
async function post(path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": stateNow.csrf };
  return asked(path, { method: "POST", headers, body: JSON.stringify(body) });
}

// The key of this device: made here, never shown; only its public half leaves.
async function newKey() {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const { kty, crv, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { person, privateKey: pair.privateKey, jwk: { kty, crv, x, y }, id: "", counter: 0, ahead: Date.now() - Date.parse(stateNow.now) };
}
let isRegistered = false;
async function register() {
  if (isRegistered) return;
  for (const isSecond of [false, true]) {
    let key = await ownKey();
    if (!key) { key = await newKey(); await saveKey(key); }
    const answer = await post("/door/device", { public_key: key.jwk });
    if (answer === null) return;
    if (answer.ok) {
      const id = (await answer.json()).key_id;
      await saveKey({ ...((await ownKey()) || key), id });
      isRegistered = true;
      return;
    }
    const refused = answer.headers.get("Content-Type") === "application/json" ? await answer.json() : {};
    if (isSecond || !["device_key_revoked", "device_key_taken"].includes(refused.code)) { say("device", refused.words); return; }
    await forgetKey();
  }
}

// Signing: the one text that says an act, members in order and nothing between them.
function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}
function nextNumber() {
  return new Promise((resolve, reject) => {
    opened().then((base) => {
      const transaction = base.transaction("keys", "readwrite");
      const store = transaction.objectStore("keys");
      let key;
      store.get(person).onsuccess = (event) => {
        key = event.target.result;
        if (key && key.id) { key.counter += 1; store.put(key); }
      };
      transaction.oncomplete = () => { base.close(); resolve(key && key.id ? key : null); };
      transaction.onerror = () => { base.close(); reject(transaction.error); };
    }, reject);
  });
}
async function sign(form, place) {
  const key = await nextNumber();
  if (!key) { say("device", words.no_key); return; }
  const at = new Date(Date.now() - key.ahead).toISOString();
  const code = form.elements.code && form.elements.code.value.trim() ? form.elements.code.value.trim() : null;
  const text = canonical({ act: form.dataset.act, at, code, counter: key.counter, key: key.id, order: form.dataset.order, place });
  const raw = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, new TextEncoder().encode(text)));
  const signature = btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  await saveAct({ person, order: form.dataset.order, act: form.dataset.act, at, text, signature, state: "unsent", words: "", tries: 0 });
  await show();
}

// Sending: one tab at a time; each act goes until it is answered for good.
async function send() {
  if (navigator.locks) await navigator.locks.request("door", sendNow); // Whoever waited finds it sent, and shows that.
  else await sendNow();
  await show();
}
async function sendNow() {
  const unsent = (await ownActs()).filter((act) => act.state === "unsent").slice(0, BUNDLE_MAX);
  if (!unsent.length) return;
  const answer = await post("/door/acts", { acts: unsent.map(({ text, signature }) => ({ text, signature })) });
  if (answer === null) { say("network", words.away); return; }
  if (answer.status === 401 || answer.type === "opaqueredirect") { signedOut(); return; }
  if (!answer.ok) { say("network", words.not_taken); return; }
  const { items } = await answer.json();
  for (const [number, act] of unsent.entries()) {
    const told = items[number];
    const again = told.advice === "send_again" && act.tries < RETRIES_MAX;
    const state = again ? "unsent" : told.result === "waiting" ? "unsent" : told.result;
    await saveAct({ ...act, state, words: told.words, tries: act.tries + 1 });
  }
  await show();
  if (items.some((told) => told.advice === "send_again")) setTimeout(send, WAIT_MS);
}

// What the person sees.
function say(where, text) {
  const line = document.getElementById(`door-${where}`);
  line.hidden = !text;
  line.querySelector("span").textContent = text || "";
}
function signedOut() {
  document.getElementById("door-sign-in").hidden = false;
}
function timeOf(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" }).format(new Date(at));
}
async function show() {
  const acts = await ownActs();
  const unsent = acts.filter((act) => act.state === "unsent");
  say("unsent", unsent.length ? words.unsent.replace("{count}", unsent.length) : "");
  for (const list of document.querySelectorAll("[data-acts]")) {
    const own = acts.filter((act) => act.order === list.dataset.acts);
    list.replaceChildren(...own.map(lineOf));
    const card = list.closest("article");
    const isIn = own.some((act) => act.act === "check_in" && act.state !== "refused");
    const isOut = own.some((act) => act.act === "check_out" && act.state !== "refused");
    for (const form of card.querySelectorAll("form[data-act=check_in]")) form.hidden = isIn || isOut;
    for (const form of card.querySelectorAll("form[data-act=check_out]")) form.hidden = isOut || !(isIn || form.dataset.begun);
  }
  const known = new Set([...document.querySelectorAll("[data-acts]")].map((list) => list.dataset.acts));
  document.getElementById("door-others").replaceChildren(...acts.filter((act) => !known.has(act.order)).map(lineOf));
}
function lineOf(act) {
  const line = document.createElement("li");
  line.dataset.state = act.state;
  const said = act.state === "unsent" ? words.waits : act.words;
  line.textContent = `${words[act.act].replace("{time}", timeOf(act.at))} ${said}${act.state === "unsent" && act.words ? ` ${act.words}` : ""}`;
  if (act.state !== "unsent") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = words.understood;
    button.addEventListener("click", async () => { await forgetAct(act.id); await show(); });
    line.append(" ", button);
  }
  return line;
}
function placeNow() {
  return new Promise((resolve) => {
    if (!navigator.geolocation) { resolve(null); return; }
    const timer = setTimeout(() => resolve(null), PLACE_MS + 500);
    const done = (place) => { clearTimeout(timer); resolve(place); };
    navigator.geolocation.getCurrentPosition(
      (found) => done({ latitude: found.coords.latitude.toFixed(5), longitude: found.coords.longitude.toFixed(5) }),
      () => done(null),
      { enableHighAccuracy: true, timeout: PLACE_MS, maximumAge: 60000 },
    );
  });
}
async function act(form) {
  const [where, place] = await Promise.all([look(), placeNow()]);
  const pending = (await ownActs()).some((one) => one.order === form.dataset.order && one.state === "unsent");
  if (where !== "here" || pending) {
    await sign(form, place);
    if (where === "here") await send();
    else if (where === "signed_out") signedOut();
    else say("network", words.away);
    return;
  }
  form.elements.csrf_token.value = stateNow.csrf;
  for (const [name, value] of Object.entries(place || {})) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.append(input);
  }
  form.submit();
}
for (const form of document.querySelectorAll("form[data-act]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.getAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    try { await act(form); } finally { form.removeAttribute("aria-busy"); }
  }, true);
}
async function begin() {
  const where = await look();
  document.getElementById("door-as-of").hidden = where === "here";
  say("network", where === "away" ? words.away : "");
  document.getElementById("door-sign-in").hidden = where !== "signed_out";
  await show();
  if (where !== "here") return;
  if (navigator.locks) await navigator.locks.request("door-key", register);
  else await register();
  await send();
}
if (page && window.indexedDB && window.crypto && crypto.subtle) {
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/service-worker.js");
    navigator.serviceWorker.ready.then((known) => { if (known.active) known.active.postMessage("keep"); });
  }
  window.addEventListener("online", begin);
  window.addEventListener("offline", begin);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) begin(); });
  begin();
} else if (page) { say("device", words.no_key); }
