// The calls of docs/frontend.md with the typed client, against a running server:
// node use.ts URL MERCHANT_TOKEN
import { asForm, connect, Refused, taken } from "./typed.ts";

declare const process: { argv: string[] };
const [, , url = "", merchantToken = ""] = process.argv;
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function same<T>(one: T, other: T): void {
  if (one !== other) throw new Error(`${one} is not ${other}`);
}
async function code(call: Promise<unknown>): Promise<number> {
  const refused = await call.catch((error) => error);
  return refused instanceof Refused ? refused.code : 0;
}

const { api, login } = connect(url);
const sent = await taken(api.POST("/api/auth/send-code", { body: { phone: "13900000002" } }));
same(sent.can_resend_after, 60);
const guest = await login("13900000002", "123456");
same(guest.mobile, "139****0002");

// With a token that is no longer good, a call renews it and goes on.
const device = { phone: "13900000003", code: "123456", device_id: "c7f2e1d0-ios" };
const { user_info, ...pair } = await taken(api.POST("/api/auth/login", { body: device }));
const other = connect(url, { ...pair, access_token: "expired" });
const who = () => taken(other.api.GET("/api/auth/verify-token"));
for (const each of await Promise.all([who(), who()])) same(each.user_info.user_id, user_info.user_id);

const wheel = await taken(api.GET("/api/lottery/config"));
const turn = () =>
  taken(
    api.POST("/api/lottery/draw", {
      params: { header: { "Idempotency-Key": "typed-draw-1" } },
      body: { draw_type: "single", expected_cost: wheel.cost_points },
    }),
  );
const draw = await turn();
const again = await turn();
same(again.draw_id, draw.draw_id);
const [first] = draw.results;
same(first?.prize_type === "points" ? first.prize_value > 0 : true, true);
const other_price = api.POST("/api/lottery/draw", { body: { count: 3, expected_cost: 1 } });
same(await code(taken(other_price)), 3005);

const { products, pagination } = await taken(
  api.GET("/api/exchange/products", {
    params: { query: { page: 1, limit: 5, sort_by: "exchange_points", sort_order: "ASC" } },
  }),
);
same(products.length, Math.min(5, pagination.total));
const [cheapest] = products;
if (!cheapest) throw new Error("the catalogue is empty");
const order = await taken(
  api.POST("/api/exchange/redeem", {
    params: { header: { "Idempotency-Key": "typed-order-1" } },
    body: { commodity_id: cheapest.id, expected_cost: cheapest.exchange_points },
  }),
);
const path = { order_id: order.order_id };
same((await taken(api.GET("/api/exchange/records/{order_id}", { params: { path } }))).quantity, 1);
const kept = await taken(api.GET("/api/points/records", { params: { query: { type: "spend" } } }));
same(kept.records.every((row) => row.points < 0), true);

const picture = new Blob([Uint8Array.from(atob(PNG), (each) => each.charCodeAt(0))]);
const upload = await taken(
  api.POST("/api/photo/upload", {
    params: { header: { "Idempotency-Key": "typed-upload-1", Prefer: "respond-async" } },
    body: { file: picture as unknown as string, amount: "88.50" },
    bodySerializer: asForm,
  }),
);
same(upload.input_amount, 88.5);

same((await taken(api.PUT("/api/user/info", { body: { avatar: null } }))).avatar, null);

const shop = connect(url, { access_token: merchantToken, refresh_token: "", expires_in: 0 }).api;
const product_id = cheapest.id;
const changed = await taken(
  shop.PUT("/api/merchant/products/{product_id}", {
    params: { path: { product_id } },
    body: { is_hot: true },
  }),
);
same(changed.is_hot, true);
same(changed.exchange_points, cheapest.exchange_points);
console.log("used");
