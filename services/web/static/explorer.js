"use strict";
// Lists every operation of /openapi.json and lets one try it with a token. It needs nothing from another host.
let token = "";
const place = document.getElementById("operations");
const element = (name, props = {}, ...children) => {
  const made = Object.assign(document.createElement(name), props);
  made.append(...children);
  return made;
};
function newId() { // UUIDv7: 48 bits of milliseconds, then random bits.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = Date.now();
  for (let i = 5; i >= 0; i--) { bytes[i] = rest % 256; rest = Math.floor(rest / 256); }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
document.getElementById("who").addEventListener("change", (event) => {
  const chosen = event.target.selectedOptions[0];
  document.getElementById("login").value = chosen.dataset.login || "";
  document.getElementById("password").value = chosen.dataset.password || "";
});
document.getElementById("signin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ login: document.getElementById("login").value, password: document.getElementById("password").value });
  const answer = await fetch("/v1/sessions", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  const session = await answer.json();
  token = session.access_token || "";
  document.getElementById("signed").textContent = token ? `✓ ${session.person_id}` : `${session.code}: ${session.title}`;
});
function resolve(schema, root, depth = 0) {
  if (!schema || depth > 6) return {};
  if (schema.$ref) return resolve(schema.$ref.slice(2).split("/").reduce((node, key) => node[key], root), root, depth + 1);
  return schema;
}
function example(schema, root, depth = 0) {
  const found = resolve(schema, root);
  const type = Array.isArray(found.type) ? found.type[0] : found.type;
  if (found.enum) return found.enum[0];
  if (depth > 4) return null;
  if (type === "object" || found.properties) {
    const writable = Object.entries(found.properties || {}).filter(([, part]) => !part.readOnly);
    return Object.fromEntries(writable.map(([key, part]) => [key, example(part, root, depth + 1)]));
  }
  if (type === "array") return [example(found.items, root, depth + 1)];
  if (type === "integer" || type === "number") return found.minimum || 0;
  if (type === "boolean") return false;
  return found.format === "uuid" ? newId() : found.format === "date-time" ? new Date().toISOString() : "";
}
function inputFor(parameter) {
  const input = element("input", { name: parameter.name });
  if (parameter.in === "path" && parameter.schema?.format === "uuid") input.placeholder = newId();
  return element("label", { className: "field" }, element("span", { textContent: `${parameter.name} (${parameter.in})` }), input);
}
function quoted(text) { return `'${text.replaceAll("'", "'\\''")}'`; }
// What is asked, once: the button sends it, and the copy for a shell says the same.
function asked(method, path, form, parameters) {
  let target = path;
  const query = new URLSearchParams();
  const headers = { "Accept-Language": document.documentElement.lang, Prefer: "wait=5" };
  for (const parameter of parameters) {
    const value = form.elements[parameter.name]?.value || "";
    if (parameter.in === "path") target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
    else if (value && parameter.in === "query") query.set(parameter.name, value);
    else if (value && parameter.in === "header") headers[parameter.name] = value;
  }
  if (method !== "get") headers["Idempotency-Key"] = headers["Idempotency-Key"] || newId();
  const body = form.elements.body?.value || undefined;
  if (body) headers["Content-Type"] = "application/json";
  return { method: method.toUpperCase(), target: target + (query.size ? `?${query}` : ""), headers, body };
}
function asCurl({ method, target, headers, body }) {
  const parts = ["curl", "-X", method, "-H", '"Authorization: Bearer $TOKEN"'];
  for (const [name, value] of Object.entries(headers)) parts.push("-H", quoted(`${name}: ${value}`));
  if (body) parts.push("-d", quoted(body));
  return [...parts, quoted(location.origin + target)].join(" ");
}
async function send({ method, target, headers, body }, output) {
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(target, { method, headers, body });
  const text = await answer.text();
  let shown = text;
  try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* Not JSON: shown as it came. */ }
  output.textContent = `${answer.status} ${answer.statusText}\n${shown}`;
}
function operation(method, path, spec, shared, root) {
  const parameters = [...shared, ...(spec.parameters || [])].map((one) => resolve(one, root));
  const form = element("form", { className: "call" }, ...parameters.map(inputFor));
  const content = spec.requestBody?.content?.["application/json"];
  const body = content && (content.example ?? example(content.schema, root)); // What was recorded, before what is made up.
  if (content) form.append(element("textarea", { name: "body", ariaLabel: place.dataset.body, value: JSON.stringify(body, null, 2) }));
  const output = element("pre", { hidden: true });
  const copy = element("button", { type: "button", className: "quiet", textContent: place.dataset.copy });
  copy.addEventListener("click", () => {
    navigator.clipboard.writeText(asCurl(asked(method, path, form, parameters))).then(() => { copy.textContent = place.dataset.copied; });
  });
  form.append(element("button", { textContent: place.dataset.send }), copy);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    output.hidden = false;
    send(asked(method, path, form, parameters), output).catch((error) => { output.textContent = String(error); });
  });
  const words = spec.summary || spec.description || "";
  const summary = element("summary", {}, element("b", { textContent: method.toUpperCase() }), element("code", { textContent: path }), ` ${words}`);
  const box = element("details", {}, summary);
  box.addEventListener("toggle", () => { if (box.open && !form.isConnected) box.append(form, output); });
  box.dataset.words = `${method} ${path} ${words}`.toLowerCase();
  return box;
}
async function list() {
  const root = await (await fetch("/openapi.json")).json();
  place.replaceChildren();
  for (const [path, item] of Object.entries(root.paths).sort(([a], [b]) => a.localeCompare(b))) {
    for (const method of ["get", "put", "post", "patch", "delete"]) {
      if (item[method]) place.append(operation(method, path, item[method], item.parameters || [], root));
    }
  }
}
document.getElementById("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase();
  place.querySelectorAll("details").forEach((box) => { box.hidden = !box.dataset.words.includes(words); });
});
list().catch((error) => { place.textContent = String(error); });
