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
                "createdAt" bigint NOT NULL,
                "updatedAt" bigint NOT NULL,
                "id" varchar PRIMARY KEY NOT NULL,
                "fullName" varchar(100),
                CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")
            )
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_ffedb6370a827663adebeef37a" ON "users" ("isSuperuser", "email")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_136aac53fa22201c0ff93740ab" ON "users" ("isVerified", "email")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_f88a787ff92e6fe92b339ca004" ON "users" ("isActive", "email")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_464103d9efdf65d046c250157f" ON "users" ("isSuperuser", "createdAt", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_f93047df29adbe340497d28cd1" ON "users" ("isVerified", "createdAt", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_3db67fd0f014b6e6b204d1f2eb" ON "users" ("isActive", "createdAt", "id")
        `);
    await queryRunner.query(`
            CREATE INDEX "IDX_603379383366b71239acc25e26" ON "users" ("createdAt", "id")
        `);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
            DROP INDEX "IDX_603379383366b71239acc25e26"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_3db67fd0f014b6e6b204d1f2eb"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_f93047df29adbe340497d28cd1"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_464103d9efdf65d046c250157f"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_f88a787ff92e6fe92b339ca004"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_136aac53fa22201c0ff93740ab"
        `);
    await queryRunner.query(`
            DROP INDEX "IDX_ffedb6370a827663adebeef37a"
        `);
    await queryRunner.query(`
            DROP TABLE "users"
        `);
  }
}
