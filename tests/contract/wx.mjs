// What docs/miniprogram.mjs uses of WeChat, as its manual describes it, on Node's fetch and WebSocket:
// answers come by callback, a JSON answer is an object for request and a text for uploadFile.
import { readFile } from "node:fs/promises";

const stored = new Map();
const answer = (sent, read, { success, fail }) =>
  sent.then(async (response) => {
    const header = Object.fromEntries(response.headers);
    return { statusCode: response.status, header, data: await read(response) };
  }).then(success, (error) => fail({ errMsg: `request:fail ${error.message}` }));

export const wx = {
  getStorageSync: (key) => stored.get(key) ?? "",
  setStorageSync: (key, value) => stored.set(key, value),
  request({ url, method = "GET", header = {}, data, ...calls }) {
    const headers = { "content-type": "application/json", ...header };
    const body = method === "GET" ? undefined : data && JSON.stringify(data);
    const read = async (response) => {
      const text = await response.text();
      try {
        return JSON.parse(text);
      } catch {
        return text;
      }
    };
    answer(fetch(url, { method, headers, body }), read, calls);
  },
  uploadFile({ url, filePath, name, header = {}, formData = {}, ...calls }) {
    const send = async () => {
      const form = new FormData();
      for (const [field, text] of Object.entries(formData)) form.append(field, text);
      form.append(name, new Blob([await readFile(filePath)]), "picture.jpg");
      return fetch(url, { method: "POST", headers: header, body: form });
    };
    answer(send(), (response) => response.text(), calls);
  },
  connectSocket({ url }) {
    const socket = new WebSocket(url);
    return {
      onOpen: (call) => (socket.onopen = () => call({})),
      onMessage: (call) => (socket.onmessage = ({ data }) => call({ data })),
      onClose: (call) => (socket.onclose = ({ code, reason }) => call({ code, reason })),
      onError: (call) => (socket.onerror = () => call({ errMsg: "connectSocket:fail" })),
      send: ({ data }) => socket.send(data),
      close: ({ code }) => socket.close(code),
    };
  },
};
