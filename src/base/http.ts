/** One JSON request. Says apart what a caller of a write must know: never sent, sent without an answer, answered. */
import { Fault } from './fault.ts';
import { interrupted } from './interruptible.ts';

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface HttpRequest {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as the JSON body. */
  readonly json?: unknown;
  readonly bearer?: string;
  /** For the whole exchange, body included. */
  readonly timeoutMs: number;
  readonly fetch?: Fetch;
}

export type HttpOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  /** No connection came about: the request took no effect. */
  | { readonly kind: 'unsent'; readonly fault: Fault }
  /** No whole answer came: the request may have taken effect. */
  | { readonly kind: 'unanswered'; readonly fault: Fault };

/** Never throws. */
export async function sendRequest(request: HttpRequest, signal?: AbortSignal): Promise<HttpOutcome> {
  const { url, method = 'GET', timeoutMs, fetch = globalThis.fetch } = request;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      headers: headersOf(request),
      // A redirected POST would be repeated as a GET, and a read would come from another server than the one named.
      redirect: 'manual',
      ...(request.json === undefined ? {} : { body: JSON.stringify(request.json) }),
    });
    return { kind: 'answered', status: response.status, body: await response.text() };
  } catch (thrown) {
    if (signal?.aborted) return { kind: 'unanswered', fault: interrupted(signal) };
    if (timeout.aborted)
      return { kind: 'unanswered', fault: unreachable(url, `no answer in ${timeoutMs} ms`) };
    const reason = reasonOf(thrown);
    const kind = connectFailures.has(reason.code) ? 'unsent' : 'unanswered';
    return { kind, fault: unreachable(url, reason.text, thrown) };
  }
}

function headersOf({ json, bearer }: HttpRequest): Record<string, string> {
  return {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
  };
}

const connectFailures = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_INVALID_URL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** fetch says only "fetch failed"; what happened is in its cause. */
function reasonOf(thrown: unknown): { code: string; text: string } {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(cause instanceof Error)) return { code: '', text: String(cause) };
  const code = 'code' in cause ? String(cause.code) : '';
  return { code, text: cause.message || code || cause.name };
}

function unreachable(url: string, why: string, cause?: unknown): Fault {
  return new Fault('platform-unreachable', `${originOf(url)} did not answer: ${why}`, {
    next: 'Check that the server runs and that this machine may reach it',
    retryable: true,
    cause,
  });
}

/** Without credentials and query, which do not belong on a screen. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { origin, pathname } = new URL(url);
  return origin + (pathname === '/' ? '' : pathname);
}
