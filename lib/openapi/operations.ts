import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import { type ApplicationConfig, MetadataScanner } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import {
  ApiExtraModels,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  ApiSecurity,
  ApiTags,
  DECORATORS,
  getSchemaPath,
  type ReferenceObject,
  type RequestBodyObject,
  type ResponseObject,
  type SchemaObject,
} from '@nestjs/swagger';
import {
  type AnswerDescription,
  bodyOf,
  descriptionOf,
  type InputDescription,
  queryOf,
  type RouteDescription,
  type Shape,
} from '../common/route-description.js';
import { UsersModule } from '../module/users.module.js';
import type { ResolvedPlan } from '../module/plan.js';
import { type Access, accessOf, type Application, failuresOf } from './access.js';
import type { Entities } from './entities.js';
import { errorResponses } from './errors.js';
import type { DescribedProperty } from './described-property.js';
import { describeInput } from './input-schema.js';
import { documentInput, documentOutput } from './models.js';
import { schemaOfId } from './output-schema.js';

/** A route that the library describes. */
export interface Route {
  controller: Type;
  /** The handler's name. */
  name: string;
  handler: object;
  description: RouteDescription;
  /** With the application's prefix and version: `/api/v1/auth/jwt/login`. */
  path: string;
}

export interface DocumentedApplication extends Application {
  entities: Entities;
  plan: ResolvedPlan;
}

export function routesOf(app: INestApplication, controller: Type): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    const description = descriptionOf(handler);
    return description
      ? [{ controller, name, handler, description, path: pathOf(app, controller, handler) }]
      : [];
  });
}

/** As Nest itself makes it. */
function pathOf(app: INestApplication, controller: Type, handler: object): string {
  const { config } = app as unknown as { config: ApplicationConfig };
  const [path = ''] = new RoutePathFactory(config).create(
    {
      ctrlPath: Reflect.getMetadata(PATH_METADATA, controller) as string,
      methodPath: Reflect.getMetadata(PATH_METADATA, handler) as string,
      globalPrefix: config.getGlobalPrefix(),
      modulePath: Reflect.getMetadata(MODULE_PATH, UsersModule) as string,
      controllerVersion: Reflect.getMetadata(VERSION_METADATA, controller) as string,
      versioningOptions: config.getVersioning(),
    },
    Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod,
  );
  return path;
}

/** Tells @nestjs/swagger all about a route. */
export function documentRoute(
  { controller, name, handler, description }: Route,
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
    ...[...errorResponses(failuresOf(handler, access))].map(([status, response]) => answer(status, response)),
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

/** The feature, with which the route's id begins. */
const tagOf = ({ id }: RouteDescription): string => TAGS.find((tag) => id.startsWith(`${tag}_`)) ?? 'users';

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

const referenceTo = (dto: Type): ReferenceObject => ({ $ref: getSchemaPath(dto) });

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
  { entities }: DocumentedApplication,
): MethodDecorator[] {
  const query = queryOf(handler);
  return [
    ...Object.entries(ids).map(([name, entity]) =>
      ApiParam({ name, required: true, schema: idSchema(entities, entity) }),
    ),
    ...(query ? describeInput(query.dto) : []).map(({ name, isRequired, schema }) =>
      ApiQuery({ name, required: isRequired, schema }),
    ),
  ];
}

const idSchema = (entities: Entities, entity: keyof Entities): SchemaObject =>
  schemaOfId(entities[entity]?.primaryColumns[0]);

function answersOf({ answers }: RouteDescription, application: DocumentedApplication): MethodDecorator[] {
  return Object.entries(answers).map(([status, description]) =>
    answer(Number(status), responseOf(Number(status), description, application)),
  );
}

const answer = (status: number, response: ResponseObject): MethodDecorator =>
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

function schemaOf(shape: Shape, application: DocumentedApplication): SchemaObject | ReferenceObject {
  if ('dto' in shape) {
    document(shape.dto, application);
    return referenceTo(shape.dto);
  }
  if ('idOf' in shape) return idSchema(application.entities, shape.idOf);
  if ('anything' in shape) return {};
  if ('allOf' in shape) return { allOf: shape.allOf.map((each) => schemaOf(each, application)) };
  if (shape.type === 'array') return { type: 'array', items: schemaOf(shape.items, application) };
  if (shape.type !== 'object') return shape;
  const properties = Object.entries(shape.properties).map(([name, each]) => [
    name,
    schemaOf(each, application),
  ]);
  return {
    type: 'object',
    required: [...shape.required],
    properties: Object.fromEntries(properties) as never,
  };
}

/** A read DTO of roles shows a role, and every other one shows a user. */
function document(dto: Type, { entities, plan }: DocumentedApplication): void {
  const isOfRole = plan.features.some(
    ({ feature, options }) => feature.shows === 'role' && (options as { readDto?: Type }).readDto === dto,
  );
  const entity = isOfRole || dto === plan.dtos.roleRead ? entities.role : entities.user;
  if (entity) documentOutput({ dto, entity, prefix: '' });
}

/** The read DTOs of a route's answers. */
const shownBy = ({ answers }: RouteDescription): Type[] =>
  Object.values(answers).flatMap(({ body }) => (body ? dtosIn(body) : []));

function dtosIn(shape: Shape): Type[] {
  if ('dto' in shape) return [shape.dto];
  if ('allOf' in shape) return shape.allOf.flatMap(dtosIn);
  if ('items' in shape) return dtosIn(shape.items);
  return 'properties' in shape ? Object.values(shape.properties).flatMap(dtosIn) : [];
}

function securityOf({ needsLogin, backends }: Access): MethodDecorator[] {
  if (!needsLogin) return [];
  const schemes = backends.filter(({ transport }) => transport.securityScheme);
  return schemes.map(({ name }) => ApiSecurity(name) as MethodDecorator);
}
