import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { bearer, cookie, database, jwt } from 'nestjs-users';
import { describeUsers } from 'nestjs-users/openapi';
import type { Host, HostOptions } from '../support/host.js';
import { nowhere, withProviders } from '../support/oauth2.js';
import { MemberOAuthAccount } from '../support/oauth2-entities.js';
import { Member, MemberSession, Role } from '../support/users.js';

/** A host with every feature, a backend of each kind of transport, and a provider. */
export const WHOLE_HOST: HostOptions = {
  ...withProviders([nowhere('acme')]),
  user: Member,
  session: MemberSession,
  role: Role,
  oauthAccount: MemberOAuthAccount,
  roleManagement: {},
  currentUser: { deletion: true },
  backends: [
    { name: 'jwt', transport: bearer(), strategy: jwt() },
    { name: 'web', transport: cookie(), strategy: database() },
  ],
};

/** The document of an application, of this version of OpenAPI. */
export function documentOf({ app }: Pick<Host, 'app'>, version = '3.1.0'): OpenAPIObject {
  const builder = new DocumentBuilder().setTitle('Host').setOpenAPIVersion(version);
  return SwaggerModule.createDocument(app, describeUsers(app, builder).build());
}

/** An operation of a document, as tests ask for it. */
export interface Operation {
  method: string;
  path: string;
  operationId: string;
  parameters: { in: string; name: string; required: boolean; schema: object }[];
  /** By status, the codes of its examples; `undefined` stands for an answer without a code. */
  responses: Record<
    string,
    { codes: (string | undefined)[]; description: string; content?: Record<string, { schema: object }> }
  >;
  requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  security?: Record<string, string[]>[];
}

interface Response {
  description: string;
  content?: Record<string, { schema: object; examples?: object }>;
}

export const operationsOf = ({ paths }: OpenAPIObject): Operation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) =>
      Object.assign({}, operation, { method, path, responses: withCodes(operation.responses) }),
    ),
  );

const withCodes = (responses: Record<string, Response>): Operation['responses'] =>
  Object.fromEntries(
    Object.entries(responses).map(([status, response]) => [
      status,
      Object.assign({}, response, { codes: codesOf(response) }),
    ]),
  );

function codesOf({ content }: Response): (string | undefined)[] {
  const names = Object.keys(content?.['application/json']?.examples ?? {});
  const codes = names.map((name) => (/^[A-Z][A-Z0-9_]+$/.test(name) ? name : undefined));
  return codes.length > 0 ? codes : [undefined];
}
