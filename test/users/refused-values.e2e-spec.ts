import { IsOptional } from 'class-validator';
import { RegisterDto, UuidUser } from 'nestjs-users';
import { Check, Column, Entity } from 'typeorm';
import { onEachHost, PASSWORD } from '../support/host.js';

const SECRET_VALUE = 'a text that may be a secret';

@Entity('picky_user')
@Check('ck_picky_level', 'level < 100')
class PickyUser extends UuidUser {
  @Column({ type: 'varchar', length: 10, nullable: true })
  code?: string | null;

  @Column({ type: 'integer', nullable: true })
  level?: number | null;

  @Column({ type: 'varchar', length: 10 })
  badge!: string;
}

class PickyRegisterDto extends RegisterDto {
  @IsOptional()
  code?: string;

  @IsOptional()
  level?: unknown;

  @IsOptional()
  badge?: string | null;
}

/** What each database tells of its refusal. SQLite takes texts of any length. */
const REFUSED = [
  [{ badge: null }, /picky_user\.badge|at badge/],
  [{ badge: undefined }, /picky_user\.badge|at badge/],
  [{ level: 100 }, /ck_picky_level/],
  [{ code: `${SECRET_VALUE} for column 'x' at row 1` }, /value too long for type character|at code/],
  [{ level: SECRET_VALUE }, /invalid input syntax for type integer|at \w+\.picky_user\.level|at ck_/],
  [{ level: `${SECRET_VALUE} ${'x'.repeat(500)}` }, /invalid input syntax|at \w+\.picky_user\.level|at ck_/],
] as const;

onEachHost((boot, _adapter, database) => {
  test('the log says where the database refused a value, and nobody the value', async () => {
    const { api, scan } = await boot({
      user: PickyUser,
      dtos: { register: PickyRegisterDto },
      userManagement: undefined as never,
    });
    const { logLines } = scan;
    for (const [index, [fields, reason]] of REFUSED.entries()) {
      // TypeORM makes no checks on MariaDB.
      if (database === 'mariadb' && index === 2) continue;
      if (database === 'sqlite' && 'code' in fields) continue;
      const body = { email: `ada${index}@example.com`, password: PASSWORD, badge: 'B', ...fields };
      const { text } = await api.post('/auth/register', body).expect(422, /"data"/);
      expect(logLines.at(-1)).toMatch(/The database refused a value, so the answer is 422: /);
      expect(logLines.at(-1)).toMatch(reason);
      expect([text, ...logLines].join('\n')).not.toMatch(/may be a secret|xxx/);
    }
  });
});
