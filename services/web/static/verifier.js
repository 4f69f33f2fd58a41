"use strict";
// The same checks as verify.py, with the browser's own SHA-256 and Ed25519 (WebCrypto).
class RefusedError extends Error {}
class TrustError extends Error {}

const FIELDS = [["version", "B"], ["district", "16"], ["position", "q"], ["transfer", "16"], ["cause", "16"], ["act", "16"],
  ["reason", "h"], ["outcome", "h"], ["leg", "h"], ["legs", "h"], ["evidence", "h"], ["policy_version", "i"], ["debit", "16"],
  ["credit", "16"], ["minutes", "q"], ["debit_version", "q"], ["debit_after", "q"], ["credit_version", "q"],
  ["credit_after", "q"], ["actor", "16"], ["checker", "16"], ["effective_at", "q"], ["recorded_at", "q"], ["salt", "16"]];
const WIDTHS = {B: 1, h: 2, i: 4, q: 8, 16: 16};
const ENTRY_BYTES = FIELDS.reduce((sum, [, kind]) => sum + WIDTHS[kind], 0);
const REASONS = {1: "hours_approved 服务入账", 2: "redemption_captured 兑换支付", 3: "cap_overflow 超限入池", 4: "group_hours 团队",
  5: "recovery 追回", 6: "grant 发放", 7: "grant_returned 发放收回", 8: "gift 赠与", 9: "donation 捐赠",
  10: "pool_funded 注资", 11: "goods 兑换物品", 12: "migration 期初导入", 13: "starting_credit 启动时间",
  14: "reversal 冲正", 15: "reversal_shortfall 冲正缺口", 16: "estate_settled 遗产处理", 17: "erasure 注销",
  18: "district_move 跨区转移", 30: "hold 预留", 31: "hold_released 预留释放", 40: "hours_settled 时间结算",
  41: "wallets_frozen 冻结", 42: "shortfall_owed 欠还", 43: "shortfall_borne 缺口承担", 44: "nothing_due 无需入账",
  45: "period_closed 月结", 46: "wallets_unfrozen 解除冻结"};
const CLASSES = ["issuance 发行", "clearing 清算", "pool 公益池", "redeemed 已兑换", "earned 服务所得", "granted 发放", "received 受赠",
  "pool_held 公益池预留", "earned_held 所得预留", "granted_held 发放预留", "received_held 受赠预留"];
const OUTCOMES = ["posted 已入账", "noted, nothing moved 仅记录", "refused, nothing moved 被拒"];
const BASE64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}(==|[A-Za-z0-9+/]=))?$/;

const encoder = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
const uuid = (text) => text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

function unbase64(text, Failure = RefusedError) {
  if (!text || !BASE64.test(text) || text.endsWith("\n")) throw new Failure("not base64: " + text.slice(0, 60));
  const raw = atob(text);
  if (btoa(raw) !== text) throw new Failure("not canonical base64: " + text.slice(0, 60));
  return Uint8Array.from(raw, (character) => character.charCodeAt(0));
}

function number(text) {
  if (!/^(0|[1-9][0-9]{0,17})$/.test(text) || text.endsWith("\n")) throw new RefusedError("not a number: " + text.slice(0, 60));
  return BigInt(text);
}

async function ed25519Holds(key, message, signature) {
  if (signature.length !== 64) return false;
  const imported = await crypto.subtle.importKey("raw", key, {name: "Ed25519"}, false, ["verify"]);
  return crypto.subtle.verify({name: "Ed25519"}, imported, signature, message);
}

async function rootOf(index, size, leaf, path) {
  if (index >= size) throw new RefusedError("the entry's place lies beyond the log's end");
  let here = index, last = size - 1n, root = leaf;
  for (const sibling of path) {
    if (last === 0n) throw new RefusedError("the proof is too long");
    if (here & 1n || here === last) {
      root = await sha256(join([1], sibling, root));
      while (here && !(here & 1n)) { here >>= 1n; last >>= 1n; }
    } else {
      root = await sha256(join([1], root, sibling));
    }
    here >>= 1n; last >>= 1n;
  }
  if (last !== 0n) throw new RefusedError("the proof is too short");
  return root;
}

async function readKey(vkey, kind) {
  const first = vkey.indexOf("+"), second = vkey.indexOf("+", first + 1);
  const name = vkey.slice(0, first), given = vkey.slice(first + 1, second), raw = unbase64(vkey.slice(second + 1), TrustError);
  const id = hex((await sha256(join(encoder.encode(name + "\n"), raw))).slice(0, 4));
  if (first < 1 || second < 0 || raw.length !== 33 || raw[0] !== kind || id !== given) throw new TrustError("not a usable key: " + vkey);
  return {name, kind, id, key: raw.slice(1), witness: ""};
}

async function readTrust(text) {
  const keys = [], groups = new Map();
  let quorum = null;
  for (const line of text.split("\n")) {
    const words = line.split(/[ \t\r]+/).filter((word) => word);
    if (!words.length || words[0].startsWith("#")) continue;
    const bad = () => new TrustError("not a usable line: " + line);
    if (words[0] === "log" && words.length > 1) {
      keys.push(await readKey(words[1], 1));
    } else if (words[0] === "witness" && words.length > 2 && !groups.has(words[1])) {
      keys.push({...await readKey(words[2], 4), witness: words[1]});
      groups.set(words[1], {needed: 1, members: []});
    } else if (words[0] === "group" && words.length > 3 && !groups.has(words[1]) && words.slice(3).every((word) => groups.has(word))) {
      const members = words.slice(3), needed = words[2] === "all" ? members.length : words[2] === "any" ? 1 : Number(words[2]);
      if (!Number.isInteger(needed) || needed < 1 || needed > members.length) throw bad();
      groups.set(words[1], {needed, members});
    } else if (words[0] === "quorum" && words.length === 2 && quorum === null && (words[1] === "none" || groups.has(words[1]))) {
      quorum = words[1];
    } else {
      throw bad();
    }
  }
  if (quorum === null || !keys.some((key) => key.kind === 1)) throw new TrustError("a trust file names at least one log, and one quorum");
  return {keys, groups, quorum};
}

async function signersOf(text, lines, keys, ignoreUnknown) {
  const signers = [], names = [];
  for (const line of lines) {
    const [dash, name, encoded, more] = line.split(" ");
    if (dash !== "\u2014" || !name || encoded === undefined || more !== undefined) throw new RefusedError("not a signature line: " + line.slice(0, 60));
    const raw = unbase64(encoded), id = hex(raw.slice(0, 4));
    names.push(name);
    const key = keys.find((one) => one.name === name && one.id === id);
    if (!key) {
      if (ignoreUnknown) continue;
      throw new RefusedError("signed by a key that the trust file does not name: " + name);
    }
    let message = text, signature = raw.slice(4);
    if (key.kind === 4) {
      const time = signature.slice(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      message = "cosignature/v1\ntime " + time + "\n" + text;
      signature = signature.slice(8);
    }
    if (!await ed25519Holds(key.key, encoder.encode(message), signature)) throw new RefusedError("the signature of " + name + " does not hold");
    signers.push(key);
  }
  const witnesses = names.slice(1);
  if (witnesses.some((name, at) => at && !(witnesses[at - 1] < name))) throw new RefusedError("the witnesses' signatures are not in order");
  return signers;
}

function readEntry(entry) {
  if (entry.length !== ENTRY_BYTES || entry[0] !== 1) throw new RefusedError("the entry has a form that this page does not know");
  const view = new DataView(entry.buffer, entry.byteOffset), facts = {};
  let at = 0;
  for (const [name, kind] of FIELDS) {
    if (kind === "16") facts[name] = uuid(hex(entry.slice(at, at + 16)));
    else facts[name] = {B: () => view.getUint8(at), h: () => view.getInt16(at), i: () => view.getInt32(at), q: () => view.getBigInt64(at)}[kind]();
    at += WIDTHS[kind];
  }
  return facts;
}

async function check(receipt, trust, ignoreUnknown = false) {
  const {keys, groups, quorum} = await readTrust(trust);
  const parts = receipt.split("\n\n");
  // eslint-disable-next-line no-control-regex
  if (parts.length !== 3 || !parts[2].endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(receipt)) throw new RefusedError("not a receipt");
  const head = parts[0].split("\n"), body = parts[1] + "\n", lines = parts[1].split("\n");
  if (head.length < 3 || head[0] !== "c2sp.org/tlog-proof@v1" || !head[1].startsWith("extra ") || !head[2].startsWith("index ")) throw new RefusedError("not a receipt");
  const signers = await signersOf(body, parts[2].slice(0, -1).split("\n"), keys, ignoreUnknown);
  if (lines.length !== 3 || !signers.length || signers[0].kind !== 1 || signers[0].name !== lines[0]) throw new RefusedError("not signed by the log that it names");
  const met = new Set(["none", ...signers.filter((key) => key.kind === 4).map((key) => key.witness)]);
  for (const [name, {needed, members}] of groups) {
    if (members.length && members.filter((member) => met.has(member)).length >= needed) met.add(name);
  }
  if (!met.has(quorum)) throw new RefusedError("too few of the trusted witnesses have signed");
  const entry = unbase64(head[1].slice(6)), index = number(head[2].slice(6)), size = number(lines[1]);
  const root = await rootOf(index, size, await sha256(join([0], entry)), head.slice(3).map((line) => unbase64(line)));
  if (!same(root, unbase64(lines[2]))) throw new RefusedError("the entry is not in the log");
  const facts = readEntry(entry);
  if (facts.position !== index + 1n || lines[0].split("/").pop() !== facts.district) throw new RefusedError("the entry belongs to another place or another log");
  return {...facts, log: lines[0], log_size: size, signed_by: signers.map((key) => key.name)};
}

async function walletName(wallet, district, person) {
  for (const [owner, who] of [[district, "district 区"], [person, "you 本人"]]) {
    if (!/^[0-9a-f-]{36}$/.test(owner || "")) continue;
    const space = owner.replaceAll("-", "").match(/../g).map((pair) => parseInt(pair, 16));
    for (const words of CLASSES) {
      const name = encoder.encode("wallet:" + words.split(" ")[0] + ":" + district.replaceAll("-", ""));
      const id = new Uint8Array(await crypto.subtle.digest("SHA-1", join(space, name))).slice(0, 16);
      id[6] = id[6] & 0x0f | 0x50; id[8] = id[8] & 0x3f | 0x80;
      if (uuid(hex(id)) === wallet) return who + " · " + words + " (" + wallet + ")";
    }
  }
  return /^[0-]+$/.test(wallet) ? "- 无" : wallet;
}

function moment(microseconds) {
  const shifted = new Date(Number(microseconds / 1000n) + 8 * 3600 * 1000);
  return shifted.toISOString().slice(0, 19).replace("T", " ") + "+08:00";
}

async function describe(facts, person) {
  return [
    ["outcome 结果", OUTCOMES[Math.min(facts.outcome, 2)] + " (" + facts.outcome + ")"],
    ["minutes 分钟", String(facts.minutes)],
    ["reason 原因", REASONS[facts.reason] || String(facts.reason)],
    ["from wallet 转出", await walletName(facts.debit, facts.district, person)],
    ["to wallet 转入", await walletName(facts.credit, facts.district, person)],
    ["balances after 余额", facts.debit_after + " (from 转出), " + facts.credit_after + " (to 转入)"],
    ["order or act 订单", facts.act],
    ["recorded 记录时间", moment(facts.recorded_at)],
    ["effective 生效时间", moment(facts.effective_at)],
    ["transfer 转账编号", facts.transfer],
    ["log 日志", facts.log + ", entry " + facts.position + " of " + facts.log_size],
    ["signed by 签名", facts.signed_by.join(", ")],
  ];
}
