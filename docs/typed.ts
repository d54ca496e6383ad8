// A typed client: what it takes and gives is compared with openapi.yaml when it is compiled.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts"; // npx openapi-typescript openapi.yaml -o api.d.ts

export type TokenPair = components["schemas"]["TokenPair"];
type Answer = { code: number; msg: string; data?: unknown };
type Success<A> = A extends { code: 0 } ? (A extends { data: infer Data } ? Data : null) : never;

export class Refused extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor({ code, msg, data }: Answer) {
    super(`${code} ${msg}`);
    this.code = code;
    this.data = data;
  }
}

// The `data` of a success; throws Refused.
export async function taken<A extends Answer>(
  call: Promise<{ data?: A; error?: Answer }>,
): Promise<Success<A>> {
  const { data, error } = await call;
  const answer: Answer = (data ?? error)!;
  if (answer.code !== 0) throw new Refused(answer);
  return answer.data as Success<A>;
}

// Sends a body as a form. A picture is a Blob; the types call it a string, as every binary.
export function asForm(fields: Record<string, unknown>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value as string | Blob);
  return form;
}

const OVER = [1005, 2000, 2001, 2002]; // of a refresh: the session is over

// Typed calls that carry the access token and renew it when it is no longer good. `loggedOut` is told
// once when it cannot be renewed: to the login page.
export function connect(
  baseUrl: string,
  tokens?: TokenPair,
  loggedOut: (why: Refused) => void = () => {},
) {
  const api = createClient<paths>({ baseUrl, fetch: send });
  let renewing: Promise<void> | undefined;

  function carrying(request: Request): Request {
    if (tokens) request.headers.set("Authorization", `Bearer ${tokens.access_token}`);
    return request;
  }
  async function send(request: Request): Promise<Response> {
    const token = tokens?.access_token;
    if (!token || request.headers.has("Authorization")) return fetch(request);
    const again = request.clone();
    const answer = await fetch(carrying(request));
    if ((await codeOf(answer)) !== 2002) return answer;
    // One exchange at a time, whoever asks: a refresh token is good for one.
    if (tokens?.access_token === token)
      await (renewing ??= renew(tokens.refresh_token).finally(() => (renewing = undefined)));
    return fetch(carrying(again));
  }
  async function renew(refreshToken: string): Promise<void> {
    const headers = { Authorization: `Bearer ${refreshToken}` };
    try {
      tokens = await taken(api.POST("/api/auth/refresh", { headers }));
    } catch (error) {
      if (error instanceof Refused && OVER.includes(error.code)) {
        tokens = undefined;
        loggedOut(error);
      }
      throw error;
    }
  }
  async function login(phone: string, code: string) {
    const answer = await taken(api.POST("/api/auth/login", { body: { phone, code } }));
    tokens = answer;
    return answer.user_info;
  }
  return { api, login };
}

// The code of an answer; none of what is no envelope, such as a proxy's page.
async function codeOf(answer: Response): Promise<number | undefined> {
  const envelope: Answer | undefined = await answer.clone().json().catch(() => undefined);
  return envelope?.code;
}
