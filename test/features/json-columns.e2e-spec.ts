import { Expose, Type } from 'class-transformer';
import { IsArray, IsIn, IsString, ValidateNested } from 'class-validator';
import { IsOmittable, RegisterDto, UserUpdateDto, UuidUser } from 'nestjs-users';
import { Column, Entity } from 'typeorm';
import { type Host, onEachHost, PASSWORD } from '../support/host.js';

interface Widget {
  name: string;
  inner?: Widget;
}

@Entity('json_user')
class Painter extends UuidUser {
  @Column({ type: 'simple-json', nullable: true })
  preferences?: { theme: string; extra?: unknown } | null;

  @Column({ type: 'simple-json', nullable: true })
  widgets?: Widget[] | null;

  /** No class declares what is in it. */
  @Column({ type: 'simple-json', nullable: true })
  notes?: unknown;
}

class PreferencesDto {
  @IsIn(['dark', 'light'])
  @Expose({ name: 'colour_theme' })
  theme!: string;
}

class WidgetDto {
  @IsString()
  name!: string;

  @IsOmittable()
  @ValidateNested()
  @Type(() => WidgetDto)
  inner?: WidgetDto;
}

const declare = (target: object) => {
  IsOmittable()(target, 'notes');
  IsOmittable()(target, 'widgets');
  IsArray()(target, 'widgets');
  ValidateNested({ each: true })(target, 'widgets');
  Type(() => WidgetDto)(target, 'widgets');
};

class PainterRegisterDto extends RegisterDto {
  @IsOmittable()
  @ValidateNested()
  @Type(() => PreferencesDto)
  preferences?: PreferencesDto;

  widgets?: WidgetDto[];
  notes?: unknown;
}
declare(PainterRegisterDto.prototype);

class PainterUpdateDto extends UserUpdateDto {
  @IsOmittable()
  @ValidateNested()
  @Type(() => PreferencesDto)
  preferences?: PreferencesDto;
}
declare(PainterUpdateDto.prototype);

const OPTIONS = { user: Painter, dtos: { register: PainterRegisterDto, update: PainterUpdateDto } };
const ADA = { email: 'ada@example.com', password: PASSWORD };
const stored = async ({ users }: Host) =>
  (await users.findOneByOrFail({ email: ADA.email })) as unknown as Painter;

onEachHost((boot) => {
  test('of a nested object only what its class declares is stored', async () => {
    const host = await boot(OPTIONS);
    const { api } = host;
    await api
      .post('/auth/register', {
        ...ADA,
        preferences: { colour_theme: 'dark', theme: 'light', extra: { is: 'undeclared' } },
        widgets: [
          { name: 'clock', id: 7, inner: { name: 'hand', inner: { name: 'tip', x: 1 }, y: 2 } },
          { name: 'map', inner: { name: 'pin', constructor: { z: 1 } } },
        ],
        notes: { of: ['any', { shape: true }] },
      })
      .expect(201);
    const ada = await stored(host);
    expect(ada.preferences).toEqual({ theme: 'dark' });
    expect(ada.widgets).toEqual([
      { name: 'clock', inner: { name: 'hand', inner: { name: 'tip' } } },
      { name: 'map', inner: { name: 'pin' } },
    ]);
    expect(ada.notes).toEqual({ of: ['any', { shape: true }] });

    const client = await api.loggedIn(ADA.email, PASSWORD, 'jwt');
    await client.patch('/users/me', { preferences: { colour_theme: 'light', extra: 1 } }).expect(200);
    expect((await stored(host)).preferences).toEqual({ theme: 'light' });
  });

  test('a list in the place of one object is refused by its place', async () => {
    const host = await boot(OPTIONS);
    const { api, users } = host;
    const one = { colour_theme: 'dark' };
    const cases: [object, string][] = [
      [{ preferences: [one] }, 'body.preferences'],
      [{ preferences: [] }, 'body.preferences'],
      [{ widgets: { name: 'clock' } }, 'body.widgets'],
      [{ widgets: [['clock']] }, 'body.widgets'],
      [{ preferences: 'dark' }, 'body.preferences'],
    ];
    for (const [body, place] of cases) {
      const answer = await api.post('/auth/register', { ...ADA, ...body }).expect(422);
      const [fault] = (answer.body as { detail: { loc: string[] }[] }).detail;
      expect(fault?.loc.join('.')).toMatch(new RegExp(`^${place.replaceAll('.', '\\.')}`));
    }
    expect(await users.count()).toBe(0);
  });
});
