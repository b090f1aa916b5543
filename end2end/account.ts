// A client of the signing API, as an integrator would write one.
import type { Service } from "./service";

type Json = Record<string, unknown>;

export interface Paper {
  type?: string;
  bytes: Buffer | string;
  action?: "SIGN" | "VIEW";
  title?: string;
  filename?: string;
  description?: string;
}

export interface Session {
  id: string;
  signatureUrl: string;
  lifecycle: { state: string; rejectReason?: string };
  documents: { documentId: string }[];
}

export class Account {
  private constructor(
    private readonly service: Service,
    private readonly token: string,
  ) {}

  static async of(service: Service): Promise<Account> {
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: service.clientId,
      client_secret: service.clientSecret,
    });
    const answer = await fetch(`${service.url}/auth/open/connect/token`, { method: "POST", body: form });
    return new Account(service, ((await answer.json()) as { access_token: string }).access_token);
  }

  private async call<T>(method: string, path: string, body?: unknown, type = "application/json"): Promise<T> {
    const answer = await fetch(`${this.service.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}`, "content-type": type },
      body: body === undefined ? undefined : type === "application/json" ? JSON.stringify(body) : (body as BodyInit),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  /** Uploads the papers to a collection of their own and asks for a session on them. */
  async session(title: string, papers: Paper[], terms: Json = {}): Promise<Session> {
    const ids: string[] = [];
    for (const { type = "application/pdf", bytes, title, filename, description } of papers) {
      const body = typeof bytes === "string" ? bytes : new Uint8Array(bytes);
      const { documentId } = await this.call<{ documentId: string }>("POST", "/sign/documents", body, type);
      await this.call("PATCH", `/sign/documents/${documentId}/metadata`, { title, filename, description });
      ids.push(documentId);
    }
    const documents = ids.map((documentId) => ({ documentId }));
    const { id } = await this.call<{ id: string }>("POST", "/sign/document-collections", { documents });
    const [session] = await this.call<Session[]>("POST", "/sign/signing-sessions", [
      {
        title,
        documents: ids.map((documentId, i) => ({
          documentId,
          documentCollectionId: id,
          action: papers[i]?.action ?? "SIGN",
        })),
        signingSetup: [{ signingFlow: "AUTHENTICATION_BASED" }],
        ...terms,
      },
    ]);
    return session as Session;
  }

  read(session: Session): Promise<Session> {
    return this.call("GET", `/sign/signing-sessions/${session.id}`);
  }

  async delete(session: Session): Promise<void> {
    await this.call("DELETE", `/sign/signing-sessions/${session.id}`);
  }

  async deleteDocument(documentId: string): Promise<void> {
    await this.call("DELETE", `/sign/documents/${documentId}`);
  }

  /** Signs or rejects without the pages. */
  async act(session: Session, act: "sign" | "reject"): Promise<void> {
    await this.call("POST", `/__sandbox/sessions/${session.id}/${act}`, {});
  }

  /** Moves the service's clock. */
  async advance(seconds: number): Promise<void> {
    await this.call("POST", "/__sandbox/clock", { advanceSeconds: seconds });
  }
}
