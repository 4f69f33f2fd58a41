// On a shared device: who types stays signed in; who walked away is asked, then signed out.
(() => {
  "use strict";
  const asked = document.getElementById("kiosk-asked");
  const done = document.getElementById("kiosk-done");
  if (!asked || !done) return;
  const quiet = Number(asked.dataset.quiet) * 1000;
  const waits = Number(asked.dataset.waits) * 1000;
  let last = Date.now();
  let told = Date.now();

  const awake = () => {
    last = Date.now();
    if (asked.open) asked.close();
    if (last - told < 30000) return;
    told = last;
    fetch("/kiosk/awake", { method: "POST", body: new URLSearchParams(new FormData(done)) }).catch(() => {});
  };
  for (const kind of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(kind, awake, { passive: true });
  setInterval(() => {
    const still = Date.now() - last;
    if (still > quiet + waits) done.requestSubmit();
    else if (still > quiet && !asked.open) asked.showModal();
  }, 1000);
})();
