// What a front end needs to speak to this server. Runs in browsers and in Node 22 or newer; in WeChat
// with miniprogram.mjs.
export class Refused extends Error {
  constructor({ code, msg, data }) {
    super(`${code} ${msg}`);
    Object.assign(this, { code, msg, data });
  }
}
// The session is over: to the login page. Thrown to everybody who asks, told to `loggedOut` once.
export class LoggedOut extends Refused {}

const OVER = [1005, 2000, 2001, 2002]; // of a refresh: banned, or the token is gone or no longer good
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

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
    const { refresh_token } = this.tokens;
    await this.call("POST", "/api/auth/logout", { refresh_token });
    this.keep(null);
  }
  keep(tokens) {
    this.tokens = tokens;
    this.save(tokens);
    if (!tokens) this.close();
  }
  // The `data` of a success; throws Refused. What is a GET or carries a key may be sent again.
  async call(method, path, body, { key, tries = 4 } = {}) {
    for (let left = tries, renewed = false; ; left--) {
      const token = this.tokens?.access_token;
      const answer = await this.send(method, path, body, token, key).catch(() => null);
      if (answer?.code === 0) return answer.data;
      if (answer?.code === 2001) throw new LoggedOut(answer); // nobody is logged in
      if (answer?.code === 2002 && !renewed) {
        renewed = true;
        await this.renew(token);
        continue;
      }
      const unfinished = !answer || answer.status >= 500 || answer.code === 8001;
      const again = answer?.status === 429 || (unfinished && (method === "GET" || key));
      if (!again || left <= 1) throw answer ? new Refused(answer) : new Error("no answer");
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
    const token = this.tokens?.refresh_token;
    const answer = await this.send("POST", "/api/auth/refresh", undefined, token).catch(() => null);
    if (answer?.code === 0) return this.keep({ ...this.tokens, ...answer.data });
    if (OVER.includes(answer?.code)) {
      this.keep(null);
      this.loggedOut(answer);
      throw new LoggedOut(answer);
    }
    if (tries <= 1) throw answer ? new Refused(answer) : new Error("no answer");
    await pause(answer?.wait || 4 ** (3 - tries) * Math.random());
    return this.exchange(tries - 1);
  }
  // Gives every message to `hear`, over as many connections as it takes, until close() or logout.
  listen(hear, since) {
    let opened, beat;
    const token = this.tokens?.access_token;
    const missed = since === undefined ? "" : `&since=${since}`;
    const address = `${this.base.replace(/^http/, "ws")}/ws?token=${token}${missed}`;
    const socket = (this.socket = this.connect(address, {
      open: () => {
        opened = true;
        beat = setInterval(() => socket.send('{"type":"ping"}'), 25e3);
      },
      message: (text) => {
        const message = JSON.parse(text);
        since = message.seq ?? since; // where to go on after a lost connection
        hear(message);
      },
      close: async (code) => {
        clearInterval(beat);
        if (this.socket !== socket || code === 4408) return; // 4408: opened too often elsewhere
        await pause(code === 1012 ? Math.random() : 1 + 4 * Math.random());
        if (this.socket === socket && (await this.mayListen(code, opened, token)))
          this.listen(hear, since);
      },
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
    return socket;
  }
}
