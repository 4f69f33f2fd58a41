"use strict";
// Signing out empties this device. What was done at a door and is not sent yet would be lost, so one is asked before.
const WAITING = document.getElementById("leave-words");
function unsent() {
  return new Promise((resolve) => {
    const asked = indexedDB.open("door");
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => resolve(0);
    asked.onsuccess = () => {
      const base = asked.result;
      if (!base.objectStoreNames.contains("acts")) { base.close(); resolve(0); return; }
      const all = base.transaction("acts").objectStore("acts").getAll();
      all.onsuccess = () => { base.close(); resolve(all.result.filter((act) => act.state === "unsent").length); };
    };
  });
}
async function wipe() {
  for (const name of await caches.keys()) await caches.delete(name);
  await new Promise((resolve) => {
    const asked = indexedDB.deleteDatabase("door");
    asked.onsuccess = asked.onerror = asked.onblocked = () => resolve();
  });
}
for (const form of document.querySelectorAll("form[action^='/sign-out'], form[action='/me/password']")) {
  form.addEventListener("submit", async (event) => {
    if (!window.indexedDB || !window.caches) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const count = await unsent();
    if (count && !window.confirm(WAITING.textContent.replace("{count}", count))) return;
    if (form.getAttribute("action") !== "/me/password") await wipe();
    form.submit();
  }, true);
}
