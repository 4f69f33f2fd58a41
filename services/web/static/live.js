"use strict";
// A part of the page that must not be missed is asked for again and again; a new urgent call is heard, too.
(() => {
  const shown = document.querySelector("[data-live]");
  if (!shown) return;
  const calls = (part) => [...part.querySelectorAll("[data-call]")].map((call) => call.dataset.call);
  const sound = () => {
    const audio = window.AudioContext ? new AudioContext() : null;
    if (!audio) return;
    const tone = audio.createOscillator();
    tone.frequency.value = 880;
    tone.connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.6);
  };
  let known = new Set(calls(shown));
  const look = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.getElementById(shown.id);
    if (!part) return;
    const now = calls(part);
    if (part.textContent !== shown.textContent && !shown.contains(document.activeElement)) {
      shown.replaceChildren(...part.childNodes);
    }
    if (now.some((call) => !known.has(call))) sound();
    known = new Set(now);
  };
  setInterval(() => look().catch(() => {}), Number(shown.dataset.live) * 1000);
})();
