"use strict";
// A scanned certificate brings its number and code behind the `#`, which no browser sends: they are put into the form.
const [number, code] = location.hash.slice(1).split(".");
if (/^[0-9a-f-]{36}$/.test(number) && /^[0-9a-f-]{1,100}$/.test(code || "")) {
  document.getElementById("f-certificate").value = number;
  document.getElementById("f-code").value = code;
  history.replaceState(null, "", location.pathname + location.search);
  document.getElementById("certificate").requestSubmit();
}
