"use strict";
// Reads the page aloud with the browser's own voice; where it has none, there is no button.
const words = document.currentScript.dataset.words;
if ("speechSynthesis" in window) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = words;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) { speechSynthesis.cancel(); return; }
    const spoken = new SpeechSynthesisUtterance(document.getElementById("main").innerText.replace(words, ""));
    spoken.lang = document.documentElement.lang;
    spoken.rate = 0.85;
    speechSynthesis.speak(spoken);
  });
  document.querySelector("main h1").after(button);
}
