"use strict";
// Beside verifier.js: checks a certificate of service, a W3C Verifiable Credential signed as a JWT (`vc+jwt`, EdDSA),
// with the keys of a trust file, and a signed status list (W3C Bitstring Status List). Nothing here asks the network.
const NAME_ENDS = "/certificates";
class UnknownKeyError extends RefusedError {}

function fromBase64Url(text) {
  if (!/^[A-Za-z0-9_-]+$/.test(text || "")) throw new RefusedError("not base64url");
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return unbase64(plain + "=".repeat((4 - plain.length % 4) % 4));
}

function readJson(part) {
  try { return JSON.parse(new TextDecoder("utf-8", {fatal: true}).decode(fromBase64Url(part))); } catch { throw new RefusedError("not a credential"); }
}

const nameOf = (issuer) => { try { const at = new URL(issuer); return at.host + at.pathname; } catch { return ""; } };

// Returns what a credential claims, once a key that one of the trust files names has signed it.
async function readCredential(credential, trusts, type) {
  const parts = credential.trim().split(".");
  if (parts.length !== 3) throw new RefusedError("not a credential");
  const header = readJson(parts[0]), claims = readJson(parts[1]), name = nameOf(claims.issuer);
  if (header.alg !== "EdDSA" || header.typ !== "vc+jwt" || !Array.isArray(claims.type) || !claims.type.includes(type)) throw new RefusedError("not a credential of this kind");
  const keys = (await Promise.all(trusts.map(readTrust))).flatMap((trust) => trust.keys);
  const key = keys.find((one) => one.kind === 1 && one.name === name && one.id === header.kid);
  if (!name.endsWith(NAME_ENDS) || !key) throw new UnknownKeyError(name + " " + header.kid);
  const signed = encoder.encode(parts[0] + "." + parts[1]);
  if (!await ed25519Holds(key.key, signed, fromBase64Url(parts[2]))) throw new RefusedError("the signature does not hold");
  return claims;
}

// Returns "valid", "early" or "expired".
function standing(claims, now) {
  if (claims.validFrom && now < Date.parse(claims.validFrom)) return "early";
  return claims.validUntil && now >= Date.parse(claims.validUntil) ? "expired" : "valid";
}

// Returns whether the list says that the certificate was revoked; throws where the list cannot be relied on.
async function isRevoked(claims, list, trusts, now) {
  const asked = claims.credentialStatus, told = await readCredential(list, trusts, "BitstringStatusListCredential");
  if (told.id !== asked.statusListCredential || told.issuer !== claims.issuer || standing(told, now) !== "valid") throw new RefusedError("not the status list of today");
  const packed = fromBase64Url(told.credentialSubject.encodedList.slice(1));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const bits = new Uint8Array(await new Response(stream).arrayBuffer()), index = Number(asked.statusListIndex);
  if (!(index >= 0 && index < bits.length * 8)) throw new RefusedError("the certificate is on no such list");
  return (bits[index >> 3] >> (7 - index % 8) & 1) === 1;
}
