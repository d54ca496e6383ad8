// What a front end needs to speak to this server. Runs in browsers and in Node 22 or newer.
export class Refused extends Error {
  constructor({ code, msg, data }) {
    super(`${code} ${msg}`);
    Object.assign(this, { code, data });
  }
}
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

export class Client {
  constructor(base, tokens = {}) {
    Object.assign(this, { base, tokens });
  }
  async login(phone, code) {
    this.tokens = await this.call("POST", "/api/auth/login", { phone, code });
  }
  // The `data` of a success; throws Refused. What is a GET or carries a key may be sent again.
  async call(method, path, body, { key, tries = 4 } = {}) {
    for (let left = tries, renewed = false; ; left--) {
      const token = this.tokens.access_token;
      const answer = await this.send(method, path, body, token, key).catch(() => null);
      if (answer?.code === 0) return answer.data;
      if (answer?.code === 2002 && !renewed) {
        renewed = true;
        await this.renew();
        continue;
      }
      const unfinished = !answer || answer.status >= 500 || answer.code === 8001;
      const again = answer?.status === 429 || (unfinished && (method === "GET" || key));
      if (!again || left <= 1) throw answer ? new Refused(answer) : new Error("no answer");
      await pause(answer?.wait || 2 ** (tries - left) * Math.random());
    }
  }
  async send(method, path, body, token, key) {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    const sent = { method, headers, body: body && JSON.stringify(body) };
    const answer = await fetch(this.base + path, sent);
    const { status } = answer;
    return { ...(await answer.json()), status, wait: Number(answer.headers.get("Retry-After")) };
  }
  // One exchange at a time, whoever asks: a refresh token is good for one.
  renew() {
    const exchange = async () => {
      const answer = await this.send("POST", "/api/auth/refresh", null, this.tokens.refresh_token);
      if (answer.code) throw new Refused(answer);
      this.tokens = answer.data;
    };
    this.renewing ??= exchange().finally(() => (this.renewing = undefined));
    return this.renewing;
  }
  // Gives every message to `hear`, over as many connections as it takes, until close().
  listen(hear, since) {
    const missed = since === undefined ? "" : `&since=${since}`;
    const address = this.base.replace("http", "ws");
    const socket = new WebSocket(`${address}/ws?token=${this.tokens.access_token}${missed}`);
    const beat = setInterval(() => socket.readyState === 1 && socket.send('{"type":"ping"}'), 25e3);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      since = message.seq ?? since; // where to go on after a lost connection
      hear(message);
    };
    socket.onclose = async ({ code }) => {
      clearInterval(beat);
      if (this.closed || code === 4408) return; // 4408: this guest has opened too many elsewhere
      await pause(code === 1012 ? Math.random() : 1 + 4 * Math.random());
      await this.renew().catch(() => {}); // a refused token looks like any failed connection
      if (!this.closed) this.listen(hear, since);
    };
    this.socket = socket;
  }
  close() {
    this.closed = true;
    this.socket?.close();
  }
}
