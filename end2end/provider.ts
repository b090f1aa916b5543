// A real OpenID provider on another site than the portal, with a page that asks who one is.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import Provider from "oidc-provider";

export const CLIENT = { id: "desk", secret: "what the desk and its provider know" };

/** What the provider says of each person. */
const GROUPS: Record<string, string[]> = { nora: ["senders"], adam: ["admins"], odd: ["cooks"] };

export class OpenIdProvider {
  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  /** A provider that knows the portal of this address. */
  static async open(portal: string): Promise<OpenIdProvider> {
    const server = createServer().listen(0, "localhost");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const issuer = `http://localhost:${address.port}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${portal}/sign-in/office/callback`],
          post_logout_redirect_uris: [`${portal}/sign-in`],
          backchannel_logout_uri: `${portal}/sign-out/notices`,
          backchannel_logout_session_required: true,
          require_auth_time: true,
        },
      ],
      claims: { openid: ["sub"], profile: ["name", "groups"] },
      conformIdTokenClaims: false,
      cookies: { keys: ["of no use to anybody"] },
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource(ctx: { body: string }, form: string) {
            ctx.body = page("Sign out", `${form}<button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out everywhere</button>`);
          },
          postLogoutSuccessSource(ctx: { body: string }) {
            ctx.body = page("Signed out", "<p>You are signed out.</p>");
          },
        },
      },
      interactions: { url: (_: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
      findAccount: (_: unknown, id: string) => ({
        accountId: id,
        claims: () => ({ sub: id, name: `${id[0]?.toUpperCase()}${id.slice(1)} Vik`, groups: GROUPS[id] ?? [] }),
      }),
      // The portal is on this machine, where the provider would send nothing by itself.
      fetch: (url: string, options: RequestInit) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
      // Nobody is asked whether the portal may know them.
      async loadExistingGrant(ctx: { oidc: { provider: Provider; client: { clientId: string }; session: { accountId: string } } }) {
        const { provider, client, session } = ctx.oidc;
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope("openid profile");
        await grant.save();
        return grant;
      },
    });
    const serve = provider.callback();
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith("/interaction/")) void ask(provider, request, response);
      else serve(request, response);
    });
    return new OpenIdProvider(issuer, server);
  }

  /** What the portal must be told to know this provider. */
  static settings(issuer: string): Record<string, string> {
    const setting = (name: string) => `COUNTERSIGN_PROVIDERS__OFFICE__${name}`;
    return {
      [setting("NAME")]: "Office",
      [setting("ISSUER")]: issuer,
      [setting("CLIENT_ID")]: CLIENT.id,
      [setting("CLIENT_SECRET")]: CLIENT.secret,
      [setting("ROLES")]: '{"senders"="sender","admins"="admin"}',
      [setting("REACH")]: "private",
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

async function ask(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "POST") {
    let body = "";
    for await (const chunk of request) body += chunk;
    const accountId = new URLSearchParams(body).get("name") ?? "";
    await provider.interactionFinished(request, response, { login: { accountId } });
    return;
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(
    page("Office", '<form method="post"><label>Who are you? <input name="name" autofocus></label><button type="submit">That is me</button></form>'),
  );
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${content}</html>`;
}
