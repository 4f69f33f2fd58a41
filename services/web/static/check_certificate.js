"use strict";
// The page around credential.js: the certificate stands behind the `#` (`#v:<credential>`), which no browser sends. Asked of
// the network is one thing, the list of all that were revoked, which names nobody.
const part = (id) => document.getElementById(id);
const words = part("verdict").dataset;
const opened = Date.now();
const now = () => Date.parse(words.now) + Date.now() - opened;
const minutes = (count) => part("minutes").dataset.words.replace("0", String(count));
const day = (text) => new Date(text).toLocaleDateString(document.documentElement.lang, {timeZone: "Asia/Shanghai"});

function show(kind, text, why = "") {
  part("verdict").hidden = false;
  part("verdict").className = `told verdict ${kind}`;
  part("verdict").dataset.state = kind;
  part("verdict").textContent = why ? `${text} ${why}` : text;
}
function row(name, value) {
  if (value === undefined || value === "") return;
  const made = part("facts").insertRow(), head = document.createElement("th");
  head.scope = "row";
  head.textContent = part("facts").dataset[name];
  made.append(head);
  made.insertCell().textContent = value;
}
function trusts() {
  const own = part("own-trust").value.trim();
  const quorum = /^quorum\s/m.test(own) ? "" : "quorum none\n"; // No witness signs certificates: the lines of their key are enough.
  return own ? [`${own}\n${quorum}`] : Array.from(document.querySelectorAll("pre.trust"), (shown) => shown.textContent);
}
async function statusOf(claims) {
  const number = /\/status\/(\d{1,5})$/.exec(claims.credentialStatus.statusListCredential);
  try {
    const answer = await fetch(`/v1/certificates/status/${number[1]}`, {credentials: "omit", cache: "no-store"});
    return answer.ok ? await isRevoked(claims, await answer.text(), trusts(), now()) : null;
  } catch { return null; }
}
function facts(claims) {
  const subject = claims.credentialSubject;
  row("number", subject.number);
  row("person", subject.id.replace("urn:uuid:", ""));
  row("service", minutes(subject.minutes));
  row("proved", minutes(subject.verifiedMinutes));
  row("between", subject.firstOn && `${day(subject.firstOn)} – ${day(subject.lastOn)}`);
  row("issued", day(claims.validFrom));
  row("until", claims.validUntil && day(Date.parse(claims.validUntil) - 1));
  row("issuer", nameOf(claims.issuer));
}
async function look() {
  part("facts").replaceChildren();
  part("asked").hidden = true;
  const [, credential] = location.hash.match(/^#v:(.+)$/s) || [];
  if (!credential) { show("mind", words.none); return; }
  try {
    const claims = await readCredential(credential, trusts(), "VolunteerServiceCertificate"), stands = standing(claims, now());
    facts(claims);
    const revoked = await statusOf(claims);
    if (revoked) show("bad", words.revoked);
    else if (stands !== "valid") show("bad", words[stands]);
    else show("good", words.good);
    part("asked").textContent = revoked === null ? part("asked").dataset.not : part("asked").dataset.yes;
    part("asked").hidden = false;
  } catch (error) {
    part("facts").replaceChildren();
    if (error instanceof UnknownKeyError) show("bad", words.unknown, error.message);
    else if (error instanceof RefusedError) show("bad", words.refused);
    else if (error instanceof TrustError) show("bad", words.trust, error.message);
    else show("mind", words.unable, String(error));
  }
}
part("again").addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = part("link").value.trim(), at = pasted.indexOf("#v:");
  if (at >= 0) location.hash = pasted.slice(at);
  else if (pasted) location.hash = `#v:${pasted}`;
  look();
});
addEventListener("hashchange", look);
look();
