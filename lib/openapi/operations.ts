import type { Type } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
  DECORATORS,
  type RequestBodyObject,
  type ResponseObject,
  type SchemaObject,
} from '@nestjs/swagger';
import {
  type AnswerDescription,
  bodyOf,
  type InputDescription,
  queryOf,
  type RouteDescription,
} from '../common/route-description.js';
import { type Access, accessOf, type DocumentedApplication, failuresOf } from './access.js';
import type { DescribedProperty } from './described-property.js';
import { errorResponses } from './errors.js';
import { describeInput } from './input-schema.js';
import { documentInput } from './models.js';
import type { DescribedRoute } from '../module/described-routes.js';
import { dtosIn, idSchema, referenceTo, schemaOf } from './shapes.js';

/** Tells @nestjs/swagger all about a route. */
export function documentRoute(
  { controller, name, handler, description }: DescribedRoute,
  application: DocumentedApplication,
): void {
  const { prototype } = controller as { prototype: object };
  const descriptor = Object.getOwnPropertyDescriptor(ownerOf(prototype, name), name) as PropertyDescriptor;
  // A document may be made more than once, and these decorators add to what is there.
  for (const key of [DECORATORS.API_PARAMETERS, DECORATORS.API_RESPONSE, DECORATORS.API_SECURITY]) {
    Reflect.deleteMetadata(key, handler);
  }
  const access = accessOf(controller, handler, application);
  const decorators = [
    operationOf(description, handler),
    ...parametersOf(description, handler, application),
    ...answersOf(description, application),
    ...[...errorResponses(failuresOf(handler, access, application))].map(([status, response]) =>
      answer(status, response),
    ),
    ...securityOf(access),
  ];
  for (const decorate of decorators) decorate(prototype, name, descriptor);
  if (!Reflect.hasMetadata(DECORATORS.API_TAGS, controller)) ApiTags(tagOf(description))(controller);
  const models = [bodyOf(handler)?.dto, ...shownBy(description)].filter((dto) => dto !== undefined);
  ApiExtraModels(...models)(controller);
}

function ownerOf(prototype: object, name: string): object {
  let owner = prototype;
  while (!Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner) as object;
  return owner;
}

const TAGS = [
  'auth',
  'registration',
  'verification',
  'password_reset',
  'oauth2',
  'current_user',
  'roles',
  'users',
];

/** The feature, with which the route's id begins, in words. */
const tagOf = ({ id }: RouteDescription): string =>
  (TAGS.find((tag) => id.startsWith(`${tag}_`)) ?? 'users').replace('_', ' ');

function operationOf({ id, summary }: RouteDescription, handler: object): MethodDecorator {
  const body = bodyOf(handler);
  return ApiOperation({
    operationId: id.replaceAll('-', '_'),
    summary,
    ...(body && { requestBody: requestBodyOf(body) }),
  });
}

function requestBodyOf({ dto, form }: InputDescription): RequestBodyObject {
  documentInput(dto);
  const required = describeInput(dto).some(({ isRequired }) => isRequired);
  const json = { 'application/json': { schema: referenceTo(dto) } };
  if (!form) return { required, content: json };
  return {
    required,
    content: { ...json, 'application/x-www-form-urlencoded': { schema: formOf(dto, form) } },
  };
}

/** The fields of a form, some of which have other names than in JSON (RFC 6749 §4.3.2). */
function formOf(dto: Type, names: Readonly<Record<string, string>>): SchemaObject {
  const fields = describeInput(dto);
  const nameOf = ({ property, name }: DescribedProperty) => names[property] ?? name;
  return {
    type: 'object',
    required: fields.filter(({ isRequired }) => isRequired).map(nameOf),
    properties: Object.fromEntries(fields.map((field) => [nameOf(field), field.schema])),
  };
}

function parametersOf(
  { ids = {} }: RouteDescription,
  handler: object,
  application: DocumentedApplication,
): MethodDecorator[] {
  const query = queryOf(handler);
  return [
    ...Object.entries(ids).map(([name, entity]) =>
      ApiParam({ name, required: true, schema: idSchema(application, entity) }),
    ),
    ...(query ? describeInput(query.dto) : []).map(({ name, isRequired, schema }) =>
      ApiQuery({ name, required: isRequired, schema }),
    ),
  ];
}

function answersOf({ answers }: RouteDescription, application: DocumentedApplication): MethodDecorator[] {
  return Object.entries(answers).map(([status, description]) =>
    answer(Number(status), responseOf(Number(status), description, application)),
  );
}

export const answer = (status: number, response: ResponseObject): MethodDecorator =>
  ApiResponse({ status, ...response });

/** The JSON value `null`, for OpenAPI 3.0, which has no type for it, and for later versions. */
const NULL: SchemaObject = { type: 'string', nullable: true, enum: [null] };

const LOCATION = {
  Location: { description: 'Where the browser goes.', schema: { type: 'string', format: 'uri' } },
};

function responseOf(
  status: number,
  { says, body }: AnswerDescription,
  application: DocumentedApplication,
): ResponseObject {
  if (body === undefined) return { description: says, ...(status === 302 && { headers: LOCATION }) };
  const schema = body === null ? NULL : schemaOf(body, application);
  return { description: says, content: { 'application/json': { schema } } };
}

/** The read DTOs of a route's answers. */
const shownBy = ({ answers }: RouteDescription): Type[] =>
  Object.values(answers).flatMap(({ body }) => (body ? dtosIn(body) : []));

export function securityOf({ needsLogin, backends }: Access): MethodDecorator[] {
  if (!needsLogin) return [];
  const schemes = backends.filter(({ transport }) => transport.securityScheme);
  return schemes.map(({ name }) => ApiSecurity(name) as MethodDecorator);
}
