// What a front end needs to speak to this server. Runs in browsers and in Node 22 or newer; in WeChat
// with miniprogram.mjs.
export class Refused extends Error {
  constructor({ code, msg, data, wait }) {
    super(`${code} ${msg}`);
    Object.assign(this, { code, msg, data, wait }); // wait: seconds, where the server says so
  }
}
// The session is over: to the login page. Thrown to everybody who asks, told to `loggedOut` once.
export class LoggedOut extends Refused {}

const OVER = [1005, 2000, 2001]; // banned; the refresh token is no longer good; no token
const PATIENCE = 5; // seconds: whoever is asked to wait longer should know, and decide
const PING = '{"type":"ping"}';
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const once = (act) => {
  let done = false;
  return (...given) => (done ? undefined : ((done = true), act(...given)));
};

export class Client {
  // tokens: what `save` got the last time, so that a guest who comes back is still logged in.
  constructor(base, { tokens = null, save = () => {}, loggedOut = () => {} } = {}) {
    Object.assign(this, { base, tokens, save, loggedOut });
  }
  async login(phone, code) {
    this.keep(await this.call("POST", "/api/auth/login", { phone, code }));
    return this.tokens.user_info;
  }
  async logout() {
    const refresh_token = this.tokens?.refresh_token;
    try {
      if (refresh_token) await this.call("POST", "/api/auth/logout", { refresh_token });
    } catch (error) {
      if (!(error instanceof LoggedOut)) throw error;
    } finally {
      this.keep(null); // on this device in any case
    }
  }
  keep(tokens) {
    this.tokens = tokens;
    this.save(tokens);
    if (!tokens) this.close();
  }
  // An answer to a request with this access token ends its session, not one that began meanwhile.
  end(answer, token) {
    const told = new LoggedOut(answer);
    if (this.tokens && this.tokens.access_token === token) {
      this.keep(null);
      this.loggedOut(told);
    }
    throw told;
  }
  // The `data` of a success; throws Refused. What is a GET or carries a key may be sent again.
  async call(method, path, body, { key, tries = 4 } = {}) {
    for (let left = tries, renewed = false; ; left--) {
      const token = this.tokens?.access_token;
      const answer = await this.send(method, path, body, token, key).catch(() => null);
      if (answer?.code === 0) return answer.data;
      if (OVER.includes(answer?.code)) this.end(answer, token);
      if (answer?.code === 2002 && !renewed) {
        renewed = true;
        await this.renew(token);
        continue;
      }
      const unfinished = !answer || answer.status >= 500 || answer.code === 8001;
      const again = answer?.status === 429 || (unfinished && (method === "GET" || key));
      const tooLong = answer?.wait > PATIENCE;
      if (!again || tooLong || left <= 1) throw answer ? new Refused(answer) : new Error("no answer");
      await pause(answer?.wait || 2 ** (tries - left) * Math.random());
    }
  }
  // A receipt's picture: a File or Blob of a browser, a path in WeChat. One key for all tries.
  upload(picture, { amount, key }) {
    const fields = amount === undefined ? {} : { amount };
    return this.call("POST", "/api/photo/upload", this.form(picture, fields), { key });
  }
  // Pass the token that was refused. One exchange at a time, whoever asks; it is safe to repeat.
  renew(refused) {
    if (!this.renewing && this.tokens?.access_token !== refused) return undefined; // done meanwhile
    this.renewing ??= this.exchange().finally(() => (this.renewing = undefined));
    return this.renewing;
  }
  async exchange(tries = 3) {
    const { access_token, refresh_token } = this.tokens;
    const answer = await this.send("POST", "/api/auth/refresh", undefined, refresh_token).catch(() => null);
    if (answer?.code === 0) return this.keep({ ...this.tokens, ...answer.data });
    if (OVER.includes(answer?.code) || answer?.code === 2002) this.end(answer, access_token);
    if (tries <= 1) throw answer ? new Refused(answer) : new Error("no answer");
    await pause(answer?.wait || 4 ** (3 - tries) * Math.random());
    return this.exchange(tries - 1);
  }
  // Gives every message to `hear`, over as many connections as it takes, one at a time, until
  // close() or logout.
  listen(hear, since) {
    if (!this.tokens) this.end({ code: 2001, msg: "访问令牌不能为空", data: null });
    this.close();
    let opened, quiet, beat;
    const token = this.tokens.access_token;
    const missed = since === undefined ? "" : `&since=${since}`;
    const address = `${this.base.replace(/^http/, "ws")}/ws?token=${token}${missed}`;
    const ended = once(async (code) => {
      clearInterval(beat);
      if (this.socket !== socket || code === 4408) return; // 4408: opened too often elsewhere
      await pause(code === 1012 ? Math.random() : 1 + 4 * Math.random());
      const may = this.socket === socket && (await this.mayListen(code, opened, token));
      if (may && this.socket === socket) this.listen(hear, since ?? 0); // 0: a `resync` comes
    });
    const tick = () => {
      if (quiet) return ended(1006), socket.close(); // not even a pong: the way is gone
      quiet = true;
      socket.send(PING);
    };
    const socket = (this.socket = this.connect(address, {
      open: () => {
        opened = true;
        beat = setInterval(tick, 25e3);
      },
      message: (text) => {
        quiet = false;
        const message = JSON.parse(text);
        since = message.seq ?? since; // where to go on after a lost connection
        hear(message);
      },
      close: ended,
    }));
  }
  // A connection that broke needs no new token. One that never opened may have been refused for its
  // token, which browsers do not tell: the next request finds out.
  async mayListen(code, opened, token) {
    try {
      if (code === 4401) await this.renew(token);
      else if (!opened) await this.call("GET", "/api/auth/verify-token", undefined, { tries: 1 });
    } catch (error) {
      return !(error instanceof LoggedOut);
    }
    return Boolean(this.tokens);
  }
  close() {
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  // What differs between platforms: one request, a form with a picture, a socket.
  async send(method, path, body, token, key) {
    const isForm = body instanceof FormData;
    const headers = isForm ? {} : { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (key) headers["Idempotency-Key"] = key;
    const sent = { method, headers, body: isForm ? body : body && JSON.stringify(body) };
    const answer = await fetch(this.base + path, sent);
    const { status } = answer;
    return { ...(await answer.json()), status, wait: Number(answer.headers.get("Retry-After")) };
  }
  form(picture, fields) {
    const form = new FormData();
    for (const [name, text] of Object.entries(fields)) form.append(name, text);
    form.append("file", picture);
    return form;
  }
  connect(address, { open, message, close }) {
    const socket = new WebSocket(address);
    socket.onopen = open;
    socket.onmessage = ({ data }) => message(data);
    socket.onclose = ({ code }) => close(code);
    socket.onerror = () => close(1006); // Node 22 tells no more of one that never opened
    return socket;
  }
}
