// Calls that are wrong. Each line below a directive must be refused: tsc complains where it is not.
import { connect, taken } from "./typed.ts";

const { api } = connect("https://shop.example");
export const never = [
  // A field that is missing, misspelled, or of another type.
  // @ts-expect-error
  () => api.POST("/api/auth/login", { body: { phone: "13800138000" } }),
  // @ts-expect-error
  () => api.POST("/api/auth/login", { body: { phone: 13800138000, code: "428103" } }),
  // @ts-expect-error
  () => api.POST("/api/auth/login"),
  // @ts-expect-error
  () => api.POST("/api/lottery/draw", { body: { draw_type: "single", expected_price: 100 } }),
  // @ts-expect-error
  () => api.POST("/api/lottery/draw", { body: { draw_type: "single", expected_cost: "100" } }),

  // A value that is none of the list.
  // @ts-expect-error
  () => api.POST("/api/lottery/draw", { body: { draw_type: "double" } }),
  // @ts-expect-error
  () => api.POST("/api/lottery/draw", { body: { count: 4 } }),
  // @ts-expect-error
  () => api.GET("/api/exchange/products", { params: { query: { sort_by: "price" } } }),
  // @ts-expect-error
  () => api.GET("/api/exchange/records", { params: { query: { page: "1" } } }),

  // Neither of two names.
  // @ts-expect-error
  () => api.POST("/api/exchange/redeem", { body: { quantity: 2 } }),
  // @ts-expect-error
  () => api.POST("/api/photo/upload", { body: { amount: "88.50" } }),
  // @ts-expect-error
  () => api.POST("/api/merchant/review", { body: { action: "approve" } }),

  // A rejection without a reason.
  // @ts-expect-error
  () => api.POST("/api/merchant/review", { body: { review_id: 21, action: "reject" } }),
  // @ts-expect-error
  () => api.POST("/api/merchant/batch-review", { body: { review_ids: [21], action: "reject" } }),

  // Another path, another method, a path without its number.
  // @ts-expect-error
  () => api.GET("/api/lottery/wheel"),
  // @ts-expect-error
  () => api.GET("/api/lottery/draw"),
  // @ts-expect-error
  () => api.PUT("/api/merchant/products/{product_id}", { body: { is_hot: true } }),

  // What is answered: `data` before `code` was looked at, a field that is not there, a null.
  // @ts-expect-error
  async () => (await api.GET("/api/lottery/config")).data?.data.cost_points,
  // @ts-expect-error
  async () => (await taken(api.GET("/api/lottery/config"))).cost,
  // @ts-expect-error
  async () => (await taken(api.GET("/api/user/info"))).avatar.length,
  // @ts-expect-error
  async () => (await taken(api.GET("/api/lottery/records"))).records[0].draw_id,
];
