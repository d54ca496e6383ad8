// A guest's session with the clients of the documentation against a running server:
// node session.mjs URL browser|wx PHONE PICTURE
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { Client, LoggedOut, Refused } from "../../docs/client.mjs";
import { MiniProgramClient } from "../../docs/miniprogram.mjs";
import { wx } from "./wx.mjs";

const [site, platform, phone, picture] = process.argv.slice(2);
globalThis.wx = wx;

// The way to the server can be cut, and pauses are short.
const { hostname, port } = new URL(site);
const ways = new Set();
const proxy = createServer((near) => {
  const far = connect(port, hostname);
  for (const [one, other] of [[near, far], [far, near]]) {
    one.pipe(other);
    one.on("error", () => other.destroy());
    one.on("close", () => (ways.delete(near), other.destroy()));
  }
  near.mute = () => far.unpipe(near);
  ways.add(near);
});
await new Promise((done) => proxy.listen(0, "127.0.0.1", done));
const cut = () => ways.forEach((way) => way.destroy());
const { setTimeout: genuineTimeout, setInterval: genuineInterval } = globalThis;
globalThis.setTimeout = (act, delay, ...more) => genuineTimeout(act, delay / 50, ...more);
globalThis.setInterval = (act, delay, ...more) => genuineInterval(act, delay / 50, ...more);

const Platform = platform === "wx" ? MiniProgramClient : Client;
const asked = [];
const heard = [];
let over = 0;
const client = new Platform(`http://127.0.0.1:${proxy.address().port}`, { loggedOut: () => over++ });
const send = client.send.bind(client);
let lose; // the answer to one request to this address gets lost
let instead; // what one request is answered with instead
client.send = async (method, path, ...more) => {
  asked.push(`${method} ${path}`);
  if (instead) {
    const made_up = instead;
    instead = undefined;
    return made_up;
  }
  const answer = await send(method, path, ...more);
  if (path === lose) {
    lose = undefined;
    throw new TypeError("the connection broke");
  }
  return answer;
};
const times = (request) => asked.filter((each) => each === request).length;
const until = async (found, what = JSON.stringify(heard)) => {
  for (let tries = 0; tries < 600; tries++) {
    const seen = found();
    if (seen) return seen;
    await new Promise((done) => genuineTimeout(done, 50));
  }
  throw new Error(`not seen: ${what}`);
};
const message = (fits) => until(() => heard.find(fits));
const balanceOf = (draw) => (message) =>
  message.type === "points_update" && message.data.total_points === draw.remaining_points;
const balance = async () =>
  (await client.call("GET", "/api/auth/verify-token")).user_info.total_points;
const turn = (key) => client.call("POST", "/api/lottery/draw", { draw_type: "single" }, { key });

// Nobody is logged in: that is said, and nothing else is tried.
await assert.rejects(balance, LoggedOut);
assert.deepEqual([asked.length, over], [1, 0]);

const user = await client.login(phone, "123456");
assert.equal(user.mobile, `${phone.slice(0, 3)}****${phone.slice(-4)}`);
client.listen((message) => heard.push(message));
assert.equal((await message(({ type }) => type === "connected")).message, "连接成功");
client.socket.send('{"type":"ping"}');
assert.equal(typeof (await message(({ type }) => type === "pong")).timestamp, "number");

// The first answer is lost on its way; the draw is sent again with its key and happens once.
lose = "/api/lottery/draw";
const draw = await turn("draw-1");
assert.equal(times("POST /api/lottery/draw"), 2);
assert.equal(draw.remaining_points, await balance());
await message(balanceOf(draw));
assert.deepEqual(await turn("draw-1"), draw);

// So is the first answer to an upload; the receipt is there once.
lose = "/api/photo/upload";
const photo = platform === "wx" ? picture : new Blob([await readFile(picture)]);
const upload = await client.upload(photo, { amount: "88.50", key: "upload-1" });
assert.equal(upload.input_amount, 88.5);
assert.equal(times("POST /api/photo/upload"), 2);
const records = await client.call("GET", "/api/photo/records");
assert.deepEqual(records.records.map((record) => record.upload_id), [upload.upload_id]);

// An access token that is no longer good is renewed, once for all who notice.
const old = client.tokens.refresh_token;
client.tokens.access_token = "expired";
await Promise.all([balance(), balance(), balance()]);
assert.notEqual(client.tokens.refresh_token, old);
assert.equal(times("POST /api/auth/refresh"), 1);

// A refusal is no network failure.
await assert.rejects(
  client.call("POST", "/api/exchange/redeem", { commodity_id: 999999 }, { key: "order-1" }),
  (error) => error instanceof Refused && error.code === 4001 && error.msg === "商品不存在",
);

// Whoever would have to wait for long is told so at once.
instead = { status: 429, code: 3002, msg: "抽奖过于频繁", data: null, wait: 50 };
await assert.rejects(turn("draw-3"), (error) => error.code === 3002 && error.wait === 50);
instead = { status: 429, code: 3002, msg: "抽奖过于频繁", data: null, wait: 1 };
await turn("draw-3");

// Somebody else listens: there is one connection, and one who hears.
const elsewhere = [];
client.listen((message) => elsewhere.push(message));
await until(() => elsewhere.length);
heard.length = 0;
const third = await turn("draw-4");
await until(() => elsewhere.find(balanceOf(third)));
client.listen((message) => heard.push(message));
await message(({ type }) => type === "connected");
assert.equal(heard.length, 1);

// A connection on which nothing comes any more is given up; without a notice before it, it is not known
// what was missed.
heard.length = 0;
ways.forEach((way) => way.mute());
await message(({ type }) => type === "resync");
await message(balanceOf(await turn("draw-5")));

// The connection breaks; what was missed is heard after it is back, and no token was asked for.
cut();
heard.length = 0;
const second = await turn("draw-2");
await message(balanceOf(second));
assert.equal(times("POST /api/auth/refresh"), 1);

// The socket's token is refused before it opens, which looks like any failed connection.
client.tokens.access_token = "expired";
heard.length = 0;
cut();
await message(({ type }) => type === "connected");
assert.equal(times("POST /api/auth/refresh"), 2);

// The session ends elsewhere: everybody is told, the page once, and nobody asks again.
await send("POST", "/api/auth/logout", {}, client.tokens.access_token);
const told = await Promise.allSettled([balance(), balance(), balance()]);
assert.ok(told.every(({ reason }) => reason instanceof LoggedOut));
await until(() => over === 1 && !client.socket, "the end");
assert.equal(times("POST /api/auth/refresh"), 3);
const before = asked.length;
await assert.rejects(balance, LoggedOut);
assert.deepEqual([asked.length, over, client.tokens], [before + 1, 1, null]);
assert.throws(() => client.listen(() => {}), LoggedOut);
await client.logout(); // again: nothing is asked
assert.equal(asked.length, before + 1);

// A guest who was banned is at the login page as well.
const banned = new Platform(site, { loggedOut: ({ code }) => (over += code) });
banned.keep({ access_token: "a", refresh_token: "b" });
banned.send = async () => ({ status: 200, code: 1005, msg: "账号已被禁用", data: null });
await assert.rejects(banned.call("GET", "/api/user/info"), LoggedOut);
assert.deepEqual([over, banned.tokens], [1006, null]);
if (platform === "wx") assert.equal(wx.getStorageSync("tokens") || null, null);
console.log("played");
proxy.close(); // the process ends by itself only when no connection and no timer is left
