// The same client in a WeChat mini program. Save client.mjs and this as client.js and miniprogram.js,
// and change the next line to match. In the console of the mini program list the server's address as
// a legal domain for request, uploadFile and socket.
import { Client } from "./client.mjs";

export class MiniProgramClient extends Client {
  constructor(base, hooks = {}) {
    const tokens = wx.getStorageSync("tokens") || null;
    super(base, { tokens, save: (kept) => wx.setStorageSync("tokens", kept), ...hooks });
  }
  // wx gives no Response: `header` is a plain object, and an upload's answer is a text.
  send(method, path, body, token, key) {
    const header = {};
    if (token) header.Authorization = `Bearer ${token}`;
    if (key) header["Idempotency-Key"] = key;
    const url = this.base + path;
    return new Promise((done, fail) => {
      const success = ({ statusCode, data, header }) => {
        const named = ([name]) => name.toLowerCase() === "retry-after"; // phones differ in capitals
        const wait = Number(Object.entries(header).find(named)?.[1] ?? 0);
        try {
          const envelope = typeof data === "string" ? JSON.parse(data) : data;
          done({ ...envelope, status: statusCode, wait });
        } catch (error) {
          fail(error);
        }
      };
      if (body?.filePath) wx.uploadFile({ url, header, name: "file", ...body, success, fail });
      else wx.request({ url, method, header, data: body, timeout: 30e3, success, fail });
    });
  }
  // picture: a path, such as wx.chooseMedia gives in tempFiles[0].tempFilePath.
  form(picture, fields) {
    return { filePath: picture, formData: fields };
  }
  connect(url, { open, message, close }) {
    const task = wx.connectSocket({ url });
    task.onOpen(open);
    task.onMessage(({ data }) => message(data));
    task.onClose(({ code }) => close(code));
    task.onError(() => close(1006));
    return { send: (data) => task.send({ data }), close: () => task.close({ code: 1000 }) };
  }
}
