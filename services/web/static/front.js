"use strict";
const health = document.getElementById("health");
function show(name, words, good) {
  const line = document.querySelector(`#health-${name} span`);
  if (!line) return;
  line.textContent = words;
  line.className = good ? "good" : "bad";
}
async function look() {
  try {
    const good = (await fetch("/readyz")).ok;
    show("platform", good ? health.dataset.ready : health.dataset.wrong, good);
  } catch {
    health.querySelectorAll("li").forEach((line) => show(line.id.replace("health-", ""), health.dataset.away, false));
  }
}
look();
setInterval(look, 3000);
