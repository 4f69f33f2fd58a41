// The main flow in TypeScript, like an app's: types from the API document alone, and no cast anywhere.

import createClient, { type Client } from "openapi-fetch";
import type { paths } from "./schema.js";

interface Cast {
  url: string;
  password: string;
  logins: { elder: string; volunteer: string; coordinator: string; checker: string };
  service: string;
  start: string;
  end: string;
  later: string;
}

type Platform = Client<paths>;
type Answer<T> = { data?: T; error?: { code: string; title: string }; response: Response };

const WAIT = { Prefer: "wait=5" };
const LOOKS_MAX = 300;
const LOOK_MILLISECONDS = 200;

/** Return what was answered; a refusal ends the program with its code. */
function must<T>(answer: Answer<T>): T {
  if (answer.error !== undefined || answer.data === undefined) {
    throw new Error(`${answer.response.url}: ${answer.response.status} ${answer.error?.code} ${answer.error?.title}`);
  }
  return answer.data;
}

/** Return a value that must be there. */
function given<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) {
    throw new Error("the answer lacks a value");
  }
  return value;
}

const command = () => ({ "Idempotency-Key": crypto.randomUUID() });

async function signIn(cast: Cast, login: string): Promise<Platform> {
  const nobody = createClient<paths>({ baseUrl: cast.url });
  const session = must(await nobody.POST("/v1/sessions", { body: { login, password: cast.password } }));
  const headers = { Authorization: `Bearer ${given(session.access_token)}`, "Accept-Language": "en" };
  return createClient<paths>({ baseUrl: cast.url, headers });
}

/** Ask until something is so: what is decided by events comes within seconds. */
async function until<T>(look: () => Promise<T>, isSo: (found: T) => boolean): Promise<T> {
  for (let number = 0; number < LOOKS_MAX; number += 1) {
    const found = await look();
    if (isSo(found)) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  throw new Error("it did not become so");
}

async function moveClock(cast: Cast, now: string): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const moved = await fetch(`${cast.url}/demo/clock`, { method: "PUT", headers, body: JSON.stringify({ now }) });
  if (!moved.ok) {
    throw new Error(`the clock: ${moved.status}`);
  }
}

async function earned(volunteer: Platform, person: string): Promise<number> {
  const wallets = must(await volunteer.GET("/v1/wallets", { params: { query: { person } } }));
  const wallet = given(wallets.items).find((one) => one.class === "earned");
  return wallet?.balance_minutes ?? 0;
}

async function ask(cast: Cast, elder: Platform, minutes: number, start: string): Promise<string> {
  const recipient_id = given(must(await elder.GET("/v1/me")).person_id);
  const redemption_id = crypto.randomUUID();
  const body = { recipient_id, service: cast.service, minutes, start };
  const params = { path: { redemption_id }, header: WAIT };
  must(await elder.PUT("/v1/redemptions/{redemption_id}", { params, body }));
  const look = async () => must(await elder.GET("/v1/redemptions/{redemption_id}", { params: { path: { redemption_id } } }));
  await until(look, (redemption) => redemption.state === "held");
  return redemption_id;
}

async function play(cast: Cast): Promise<{ credited: number; held: string }> {
  const { logins } = cast;
  const elder = await signIn(cast, logins.elder);
  const volunteer = await signIn(cast, logins.volunteer);
  const coordinator = await signIn(cast, logins.coordinator);
  const checker = await signIn(cast, logins.checker);
  const volunteerId = given(must(await volunteer.GET("/v1/me")).person_id);
  const before = await earned(volunteer, volunteerId);

  const order_id = await ask(cast, elder, 120, cast.start);
  const path = { order_id };
  const look = async () => must(await coordinator.GET("/v1/orders/{order_id}", { params: { path } }));
  await until(
    async () => must(await volunteer.GET("/v1/orders", { params: { query: { state: "published" } } })),
    (page) => given(page.items).some((one) => one.order_id === order_id),
  );

  must(await volunteer.POST("/v1/orders/{order_id}/assignment", { params: { path, header: command() }, body: {} }));
  await moveClock(cast, cast.start);
  const door = must(await elder.GET("/v1/orders/{order_id}/door-code", { params: { path } }));
  const arriving = { params: { path, header: command() }, body: { code: given(door.code) } };
  must(await volunteer.POST("/v1/orders/{order_id}/check-in", arriving));
  await moveClock(cast, cast.end);
  must(await volunteer.POST("/v1/orders/{order_id}/check-out", { params: { path, header: command() }, body: {} }));

  const good = { params: { path, header: command() }, body: { rating: 5 } };
  must(await elder.POST("/v1/orders/{order_id}/confirmation", good));
  const waiting = must(await coordinator.GET("/v1/queues/{name}", { params: { path: { name: "approval" } } }));
  if (!given(waiting.items).some((one) => one.order_id === order_id)) {
    throw new Error("the hours do not wait for approval");
  }
  const signed = must(
    await coordinator.POST("/v1/orders/{order_id}/approval", { params: { path, header: command() }, body: {} }),
  );
  if (signed.awaits_second) {
    const second = { params: { path, header: command() }, body: { ok: true } };
    must(await checker.POST("/v1/orders/{order_id}/second-check", second));
  }
  await until(look, (order) => order.state === "settled");
  const credited = (await until(() => earned(volunteer, volunteerId), (now) => now > before)) - before;
  return { credited, held: await ask(cast, elder, 60, cast.later) };
}

declare const process: { argv: string[]; stdout: { write(text: string): void } };

const result = await play(JSON.parse(given(process.argv[2])));
process.stdout.write(JSON.stringify(result));
