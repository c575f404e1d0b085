import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from 'nestjs-users';
import type { DataSourceOptions } from 'typeorm';
import { Member, Role } from './member.entity.js';

const database = JSON.parse(process.env['BENCHMARK_DATABASE'] ?? '{}') as DataSourceOptions;

@Module({
  imports: [
    TypeOrmModule.forRoot({ ...database, autoLoadEntities: true, synchronize: true }),
    UsersModule.forRoot({
      secret: 'Cij2K7-Mqf4PA_RaUWAlFl9vlRDGsDz2ZA1aswBLEWEs',
      entities: { user: Member, role: Role },
      requireVerification: false,
      auth: {},
    }),
  ],
})
export class AppModule {}
