import { Inject, Injectable } from '@nestjs/common';
import { OAUTH2_SETTINGS, type OAuth2Settings } from '../oauth2.settings.js';
import { OAuthClient } from './oauth-client.js';

/** The clients of this application, by name. */
@Injectable()
export class OAuthClients {
  private readonly clients: ReadonlyMap<string, OAuthClient>;

  constructor(@Inject(OAUTH2_SETTINGS) { clients, providerTimeoutSeconds }: OAuth2Settings) {
    this.clients = new Map(
      clients.map((client) => [client.name, new OAuthClient(client, providerTimeoutSeconds)]),
    );
  }

  /** `undefined` for an unknown client, for example one that was removed. */
  get(name: string): OAuthClient | undefined {
    return this.clients.get(name);
  }
}
