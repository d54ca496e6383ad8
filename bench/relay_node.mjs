// The same relay on Node: ws, ioredis and jsonwebtoken, written as their documentation suggests.
// Usage: PORT= REDIS_PORT= BENCH_SECRET= [KEY_OBJECT=1] node relay_node.mjs
import { createSecretKey } from 'node:crypto';
import { createServer } from 'node:http';
import Redis from 'ioredis';
import jwt from 'jsonwebtoken';
import { WebSocketServer } from 'ws';

const { PORT, REDIS_PORT, BENCH_SECRET, KEY_OBJECT } = process.env;
// Given a text, jsonwebtoken looks first whether it is a public key, each time.
const key = KEY_OBJECT ? createSecretKey(Buffer.from(BENCH_SECRET)) : BENCH_SECRET;
const CAP = 5;
const byUser = new Map();
const choosy = new Set();

function verify(token) {
  try {
    return jwt.verify(token, key, { algorithms: ['HS256'] });
  } catch {
    return null;
  }
}

const server = createServer((request, response) => response.writeHead(404).end());
const wss = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false });

server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => socket.destroy());
  const url = new URL(request.url, 'http://localhost');
  const viewer = verify(url.searchParams.get('token'));
  if (viewer === null) {
    const body = JSON.stringify({ code: 2002, msg: '访问令牌无效或已过期', data: null });
    socket.end(
      'HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nConnection: close\r\n' +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return;
  }
  wss.handleUpgrade(request, socket, head, (ws) => welcome(ws, viewer));
});

function welcome(ws, viewer) {
  ws.alive = true;
  ws.expires = viewer.exp;
  const theirs = byUser.get(viewer.user_id) ?? new Set();
  byUser.set(viewer.user_id, theirs.add(ws));
  if (theirs.size > CAP) theirs.values().next().value.close(4408);
  ws.on('pong', () => (ws.alive = true));
  ws.on('message', (data, binary) => (binary ? ws.close(1003) : listen(ws, data)));
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    theirs.delete(ws);
    choosy.delete(ws);
    if (theirs.size === 0) byUser.delete(viewer.user_id);
  });
  const timestamp = new Date().toISOString();
  ws.send(JSON.stringify({ type: 'connected', timestamp, message: '连接成功' }));
}

function listen(ws, data) {
  const request = JSON.parse(data);
  if (request.type === 'ping') ws.send(JSON.stringify({ type: 'pong', timestamp: Date.now() }));
  if (request.type === 'subscribe_product') {
    ws.products = new Set(request.product_ids);
    choosy[ws.products.size ? 'add' : 'delete'](ws);
  }
}

setInterval(() => {
  const now = Date.now() / 1000;
  for (const ws of wss.clients) {
    if (!ws.alive) ws.terminate();
    else if (ws.expires <= now) ws.close(4401);
    else {
      ws.alive = false;
      ws.ping();
    }
  }
}, 25_000);

const redis = new Redis(Number(REDIS_PORT));
await redis.psubscribe('n:*');
redis.on('pmessage', (pattern, channel, text) => {
  if (channel.startsWith('n:u:')) {
    for (const ws of byUser.get(Number(channel.slice(4))) ?? []) ws.send(text);
    return;
  }
  const product = channel.startsWith('n:p:') ? Number(channel.slice(4)) : null;
  for (const ws of wss.clients) {
    if (product === null || !choosy.has(ws) || ws.products.has(product)) ws.send(text);
  }
});
server.listen(Number(PORT), '127.0.0.1', 1024, () => console.log('ready'));
