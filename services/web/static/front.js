"use strict";
const health = document.getElementById("health");
const line = document.querySelector("#health-platform span");
async function look() {
  try {
    const good = (await fetch("/readyz")).ok;
    line.textContent = good ? health.dataset.ready : health.dataset.wrong;
    line.className = good ? "tag good" : "tag bad";
  } catch {
    line.textContent = health.dataset.away;
    line.className = "tag bad";
  }
}
look();
setInterval(look, 3000);
