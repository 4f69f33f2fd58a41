"use strict";
// A form that was sent is not sent again by a second press; the server knows its command anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  if (event.defaultPrevented) return;
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
});
// Coming back by the browser's history, a form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.forms) { delete form.dataset.sent; form.removeAttribute("aria-busy"); }
});
