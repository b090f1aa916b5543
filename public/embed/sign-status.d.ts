// Types of <sign-status>, version 1. `v` rises only when something breaks; unknown
// members and unknown values of `derived` may come at any time and are to be ignored.

export type WidgetKind = "badge" | "card" | "progress" | "list" | "due";

/** The few states that a program can count on. */
export type State = "open" | "signed" | "rejected" | "overdue" | "ended" | "unknown";

export interface Item {
  /** Id of the session at the portal. */
  id: string;
  state: State;
  /** The portal's own word for it; there may be new ones. */
  derived: string;
  /** When it must be signed, in milliseconds since 1970. */
  due?: number;
  title?: string;
}

export interface Shown {
  v: 1;
  kind: WidgetKind;
  /** Rises with each change. */
  rev: number;
  /** When it was read, in milliseconds since 1970. */
  at: number;
  /** Since when the signing service has not answered, if it does not. */
  stale_since?: number;
  items: Item[];
  counts?: { signed: number; total: number };
}

export interface TokenRequest {
  widget: string | null;
  session: string | null;
  view: string | null;
}

export type ErrorCode = "unreachable" | "host-csp" | "no-token" | (string & {});

export interface SignStatusEventMap {
  "sign-status:ready": CustomEvent<Record<string, never>>;
  "sign-status:state": CustomEvent<Shown>;
  "sign-status:token-expiring": CustomEvent<Record<string, never>>;
  "sign-status:token-expired": CustomEvent<{ final: boolean }>;
  "sign-status:error": CustomEvent<{ code: ErrorCode; retryable: boolean; directive?: string; add?: string }>;
}

export class SignStatus extends HTMLElement {
  /** What the widget showed last; null before it showed anything. */
  readonly state: Shown | null;
  /** Your function that asks your own server for a token. */
  getToken: ((request: TokenRequest) => string | Promise<string>) | null;
  /** Asks for a new token, and shows what is true now. */
  refresh(): void;
  addEventListener<K extends keyof SignStatusEventMap>(
    type: K,
    listener: (event: SignStatusEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "sign-status": SignStatus;
  }
}
