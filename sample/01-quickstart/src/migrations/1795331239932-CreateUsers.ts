import { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateUsers1795331239932 implements MigrationInterface {
  name = 'CreateUsers1795331239932';

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            CREATE TABLE "users" (
                "email" varchar(320) NOT NULL,
                "passwordHash" varchar(255),
                "isActive" boolean NOT NULL DEFAULT (1),
                "isVerified" boolean NOT NULL DEFAULT (0),
                "isSuperuser" boolean NOT NULL DEFAULT (0),
                "tokenVersion" integer NOT NULL,
                "createdAt" datetime NOT NULL DEFAULT (datetime('now')),
                "updatedAt" datetime NOT NULL DEFAULT (datetime('now')),
                "id" varchar PRIMARY KEY NOT NULL,
                "fullName" varchar(100),
                CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")
            )
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP TABLE "users"
        `);
  }
}
