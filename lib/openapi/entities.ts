import type { INestApplication } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { EntityName } from '../common/route-description.js';
import { HOST_DATA_SOURCE } from '../database/host-entities.js';
import type { ResolvedPlan } from '../module/plan.js';

export type Entities = Readonly<Partial<Record<EntityName, EntityMetadata>>>;

/** The host's entities, by the names of their options, as TypeORM knows them. */
export function entitiesOf(app: INestApplication, { entities }: ResolvedPlan): Entities {
  const source = app.get<DataSource>(HOST_DATA_SOURCE, { strict: false });
  const known = Object.entries(entities).flatMap(([name, entity]) =>
    entity ? [[name, source.getMetadata(entity)] as const] : [],
  );
  return Object.fromEntries(known);
}
