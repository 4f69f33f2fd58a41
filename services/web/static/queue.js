"use strict";
// The queue by keys; and ten seconds in which an approval can be taken back, before anything is sent.
const UNDO_SECONDS = 10;
const form = document.getElementById("queue");
const lines = form ? [...form.querySelectorAll(".line")] : [];
const boxes = lines.map((line) => line.querySelector("input[name=order]"));
const undo = document.getElementById("undo");
const count = document.getElementById("chosen-count");
const all = document.getElementById("select-all");
let at = -1;
let waiting = null;

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  count.textContent = chosen ? `(${chosen})` : "";
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}
function move(by) {
  if (!lines.length) return;
  if (at >= 0) lines[at].classList.remove("at");
  at = Math.min(lines.length - 1, Math.max(0, at + by));
  lines[at].classList.add("at");
  lines[at].focus({ preventScroll: true });
  lines[at].scrollIntoView({ block: "center" });
}
function begin() {
  const chosen = boxes.filter((box) => box.checked).length;
  if (!chosen || waiting) return;
  let left = UNDO_SECONDS;
  const say = () => { document.getElementById("undo-words").textContent = undo.dataset.words.replace("{count}", chosen).replace("{seconds}", left); };
  undo.hidden = false;
  say();
  waiting = setInterval(() => { left -= 1; if (left <= 0) send(); else say(); }, 1000);
}
function stop() { clearInterval(waiting); waiting = null; undo.hidden = true; }
function send() {
  if (!waiting) return;
  stop();
  form.action = form.dataset.direct;
  form.requestSubmit();
}
if (form) {
  document.querySelectorAll("[data-all]").forEach((part) => { part.hidden = false; });
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); show(); });
  form.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    if (form.getAttribute("action") === form.dataset.direct) return;
    event.preventDefault();
    if (event.submitter && event.submitter.value === "shown") { boxes.forEach((box) => { box.checked = true; }); show(); }
    begin();
  }, true);
  document.getElementById("undo-back").addEventListener("click", stop);
  document.getElementById("undo-now").addEventListener("click", send);
  document.addEventListener("keydown", (event) => {
    const typing = /^(TEXTAREA|SELECT)$/.test(event.target.tagName) || (event.target.tagName === "INPUT" && event.target.type !== "checkbox");
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "x" && at >= 0) { boxes[at].checked = !boxes[at].checked; show(); }
    else if (event.key === "f" && at >= 0) lines[at].querySelector(".look").click();
    else if (event.key === "a") { if (!boxes.some((box) => box.checked) && at >= 0) { boxes[at].checked = true; show(); } begin(); }
    else if (event.key === "u") stop();
    else if (event.key === "?") document.getElementById("keys").showModal();
    else return;
    event.preventDefault();
  });
  show();
}
