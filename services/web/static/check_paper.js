"use strict";
// The page around verifier.js for what a paper's code holds: `#r:<person>:<receipt>` or `#h:<signed head>`.
// Line ends are written `~`, spaces `_`, the dash of a signature `!` (services/web/printing/codes.py).
const part = (id) => document.getElementById(id);
const words = part("verdict").dataset;
const chinese = document.documentElement.lang.startsWith("zh");
const PERSON = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const inOne = (text) => {
  const both = text.match(/^([\x20-\x7e]+?) ([^\x00-\x7f].*)$/);
  return both ? both[chinese ? 2 : 1] : text;
};
function readFragment(fragment) {
  const plain = fragment.replaceAll("~", "%0A").replaceAll("_", "%20").replaceAll("!", "%E2%80%94");
  try { return decodeURIComponent(plain); } catch { throw new RefusedError("the code is damaged"); }
}
function show(kind, text) {
  part("verdict").hidden = false;
  part("verdict").className = `told verdict ${kind}`;
  part("verdict").textContent = text;
}
function row(label, value) {
  const made = part("facts").insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = label;
  made.append(head);
  made.insertCell().textContent = value;
}
async function trustFor(log) {
  const own = part("own-trust").value.trim();
  if (own) return `${own}\n`;
  for (const shown of document.querySelectorAll("pre.trust")) {
    const { keys } = await readTrust(shown.textContent);
    if (keys.some((key) => key.kind === 1 && key.name === log)) return shown.textContent;
  }
  throw new TrustError(log);
}
async function checkReceipt(person, receipt) {
  if (!PERSON.test(person)) throw new RefusedError("the code is damaged");
  const log = (receipt.split("\n\n")[1] || "").split("\n")[0];
  const facts = await check(receipt, await trustFor(log));
  const sides = [[facts.debit, facts.debit_after], [facts.credit, facts.credit_after]];
  const names = await Promise.all(sides.map(([wallet]) => walletName(wallet, facts.district, person)));
  // Between a wallet and its held twin both are the person's: the wallet itself is the one that is free to use.
  const at = names.findIndex((name) => name.startsWith("you ") && !name.includes("_held"));
  if (at < 0) throw new RefusedError("the line is of nobody with this number");
  row(chinese ? "本人编号" : "person", person);
  row(chinese ? "钱包" : "wallet", names[at]);
  for (const [label, value] of await describe(facts, person)) row(inOne(label), value);
  part("minutes").textContent = String(sides[at][1]);
  part("minutes-words").textContent = part("minutes-words").dataset.words;
  part("balance").hidden = false;
}
async function checkHead(note) {
  const [body, signatures, more] = note.split("\n\n");
  const lines = body.split("\n");
  if (more !== undefined || !signatures || !signatures.endsWith("\n") || lines.length !== 3) throw new RefusedError("not a signed head");
  const { keys, groups, quorum } = await readTrust(await trustFor(lines[0]));
  const signers = await signersOf(`${body}\n`, signatures.slice(0, -1).split("\n"), keys, false);
  if (!signers.length || signers[0].kind !== 1 || signers[0].name !== lines[0]) throw new RefusedError("not signed by the log that it names");
  const met = new Set(["none", ...signers.filter((key) => key.kind === 4).map((key) => key.witness)]);
  for (const [name, { needed, members }] of groups) {
    if (members.length && members.filter((member) => met.has(member)).length >= needed) met.add(name);
  }
  if (!met.has(quorum)) throw new RefusedError("too few of the trusted witnesses have signed");
  const size = number(lines[1]);
  const told = part("facts").dataset;
  row(told.log, lines[0]);
  row(told.lines, String(size));
  row(told.root, lines[2]);
  row(told.signed, signers.map((key) => key.name).join(", "));
  part("size").textContent = String(size);
  part("head").hidden = false;
}
async function look() {
  const fragment = location.hash.slice(1);
  part("facts").replaceChildren();
  part("balance").hidden = part("head").hidden = true;
  const [, kind, rest] = fragment.match(/^([rh]):(.*)$/s) || [];
  if (!kind) { show("mind", words.none); return; }
  try {
    if (kind === "h") await checkHead(readFragment(rest));
    else await checkReceipt(rest.slice(0, 36), readFragment(rest.slice(37)));
    show("good", words.good);
  } catch (error) {
    part("facts").replaceChildren();
    if (error instanceof RefusedError) show("bad", `${words.refused} ${error.message}`);
    else if (error instanceof TrustError) show("bad", `${words.trust} ${error.message}`);
    else show("mind", `${words.unable} ${error}`);
  }
}
part("again").addEventListener("submit", (event) => {
  event.preventDefault();
  part("again").dataset.sent = "";
  const at = part("link").value.trim().indexOf("#");
  if (at >= 0) location.hash = part("link").value.trim().slice(at);
  look();
});
addEventListener("hashchange", look);
look();
