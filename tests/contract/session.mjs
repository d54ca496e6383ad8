// A guest's session with docs/client.mjs against a running server: node session.mjs URL
import assert from "node:assert/strict";
import { Client, Refused } from "../../docs/client.mjs";

const client = new Client(process.argv[2]);
const heard = [];
const until = async (found) => {
  for (let tries = 0; tries < 300; tries++) {
    const message = heard.find(found);
    if (message) return message;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`not heard among ${JSON.stringify(heard)}`);
};
const balanceOf = (draw) => (message) =>
  message.type === "points_update" && message.data.total_points === draw.remaining_points;
const balance = async () =>
  (await client.call("GET", "/api/auth/verify-token")).user_info.total_points;

await client.login("13900000001", "123456");
assert.equal(client.tokens.user_info.mobile, "139****0001");

client.listen((message) => heard.push(message));
assert.equal((await until((message) => message.type === "connected")).message, "连接成功");
client.socket.send('{"type":"ping"}');
assert.equal(typeof (await until((message) => message.type === "pong")).timestamp, "number");

// The first answer is lost on its way; the draw is sent again with its key and happens once.
const genuine = globalThis.fetch;
let sent = 0;
globalThis.fetch = async (...request) => {
  const answer = await genuine(...request);
  if (request[0].endsWith("/draw") && ++sent === 1) throw new TypeError("the connection broke");
  return answer;
};
const turn = (key) => client.call("POST", "/api/lottery/draw", { draw_type: "single" }, { key });
const draw = await turn("draw-1");
assert.equal(sent, 2);
assert.equal(draw.remaining_points, await balance());
await until(balanceOf(draw));
assert.deepEqual(await turn("draw-1"), draw);

// An access token that is no longer good is renewed, once for all who notice.
const old = client.tokens.refresh_token;
client.tokens.access_token = "expired";
await Promise.all([balance(), balance(), balance()]);
assert.notEqual(client.tokens.refresh_token, old);

// A refusal is no network failure.
await assert.rejects(
  client.call("POST", "/api/exchange/redeem", { commodity_id: 999999 }, { key: "order-1" }),
  (error) => error instanceof Refused && error.code === 4001,
);

// The connection breaks; what was missed meanwhile is heard after it is back.
client.socket.close();
heard.length = 0;
const second = await turn("draw-2");
await until(balanceOf(second));
client.close();
console.log("played");
