import { DataSource } from 'typeorm';
import { databaseOptions } from './database.options.js';

/** For TypeORM's command line. The application itself connects by the same options in its module. */
export const dataSource = new DataSource(databaseOptions);
