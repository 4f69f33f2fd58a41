"use strict";
// Keeps one page and what it is made of: the page at the door, as it was shown last. Nothing else is kept, nothing is sent.
const PAGES = "door-page";
const PARTS = "door-parts";
const PAGE = "/door";
const PARTS_MAX = 40;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && address.pathname === PAGE) event.respondWith(freshPage(event.request));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(part(event.request));
});
self.addEventListener("message", (event) => { if (event.data === "keep") event.waitUntil(keep(event.source)); });

async function freshPage(request) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.status === 200 && !answer.redirected) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const known = await cache.match(PAGE, { ignoreVary: true });
    if (known) return known;
    throw error;
  }
}
async function part(request) {
  const cache = await caches.open(PARTS);
  const known = await cache.match(request, { ignoreVary: true });
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    const names = await cache.keys();
    if (names.length >= PARTS_MAX) await Promise.all(names.map((name) => cache.delete(name)));
    await cache.put(request, answer.clone());
  }
  return answer;
}
async function keep(client) {
  // The first time, the page was loaded before this worker was there: it is loaded once more, to be kept.
  const cache = await caches.open(PAGES);
  if (client && !(await cache.match(PAGE, { ignoreVary: true }))) {
    const answer = await fetch(PAGE, { redirect: "manual" });
    if (answer.status === 200) {
      const text = await answer.clone().text();
      const parts = [...text.matchAll(/(?:href|src)="(\/assets\/[^"#]+)/g)].map((found) => found[1]);
      await Promise.all([...new Set(parts)].map((address) => part(new Request(address))));
      await cache.put(PAGE, answer);
    }
  }
}
