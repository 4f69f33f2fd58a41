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
    const answer = await (await fetch("/readyz")).json();
    for (const [name, part] of Object.entries(answer.parts || {})) {
      const wrong = Object.values(part.problems || {}).join("; ");
      show(name, wrong || health.dataset.ready, !wrong);
    }
  } catch {
    health.querySelectorAll("li").forEach((line) => show(line.id.replace("health-", ""), health.dataset.away, false));
  }
}
look();
setInterval(look, 3000);
