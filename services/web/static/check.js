"use strict";
// The page around verifier.js: nothing is sent anywhere; the receipt and the keys stay on this device.
const field = (id) => document.getElementById(id);
// Read as bytes and decoded strictly: a file picker must not repair what a check would refuse.
const strictText = async (file) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
const words = field("verdict").dataset;
const files = {};
const chinese = document.documentElement.lang.startsWith("zh");
// What the verifier says stands in both languages, one after the other: `minutes 分钟`.
const inOne = (text) => {
  const parts = text.match(/^([\x20-\x7e]+?) ([^\x00-\x7f].*)$/);
  return parts ? parts[chinese ? 2 : 1] : text;
};
function show(kind, text) {
  field("verdict").hidden = false;
  field("verdict").className = `told verdict ${kind}`;
  field("verdict").textContent = text;
}
for (const id of ["receipt", "trust"]) {
  field(`${id}-file`).addEventListener("change", async (event) => {
    delete files[id];
    if (!event.target.files.length) return;
    try {
      files[id] = await strictText(event.target.files[0]);
      field(id).value = files[id];
    } catch { show("bad", words.malformed); }
  });
  field(id).addEventListener("input", () => delete files[id]);
}
field("check").addEventListener("submit", async (event) => {
  event.preventDefault();
  field("facts").replaceChildren();
  try {
    // What is pasted may have lost its last newline.
    const receipt = files.receipt ?? field("receipt").value.replace(/\n*$/, "\n");
    const facts = await check(receipt, files.trust ?? field("trust").value, field("unknown").checked);
    for (const [label, value] of await describe(facts, field("person").value.trim().toLowerCase())) {
      const row = field("facts").insertRow();
      const head = document.createElement("th");
      head.scope = "row";
      head.textContent = inOne(label);
      row.append(head);
      row.insertCell().textContent = value;
    }
    show("good", words.good);
  } catch (error) {
    if (error instanceof RefusedError) show("bad", `${words.refused} ${error.message}`);
    else if (error instanceof TrustError) show("bad", `${words.trust} ${error.message}`);
    else show("mind", `${words.unable} ${error}`);
  }
  field("check").dataset.sent = "";
});
field("use-shown").addEventListener("click", () => { field("trust").value = field("shown-trust").textContent; delete files.trust; });
