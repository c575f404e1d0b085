import { Expose, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsString,
  MaxLength,
  ValidateNested,
} from 'class-validator';
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

  @Column({ type: 'simple-json', nullable: true })
  payment?: object | null;

  @Column({ type: 'simple-json', nullable: true })
  tags?: string[] | null;

  @Column({ type: 'simple-json', nullable: true })
  names?: string[] | null;

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

class CardDto {
  @IsString()
  number!: string;
}

class TransferDto {
  @IsString()
  iban!: string;
}

const BY_KIND = {
  discriminator: {
    property: 'kind',
    subTypes: [
      { name: 'card', value: CardDto },
      { name: 'transfer', value: TransferDto },
    ],
  },
  keepDiscriminatorProperty: true,
};

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

  @IsOmittable()
  @ValidateNested()
  @Type(() => Object, BY_KIND)
  payment?: CardDto | TransferDto;

  @IsOmittable()
  @IsArray()
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MaxLength(20, { each: true })
  tags?: string[];

  @IsOmittable()
  @IsArray()
  @ArrayUnique()
  names?: string[];

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

class ExtraDto {
  @IsString()
  theme!: string;

  @IsOmittable()
  extra?: unknown;
}

/** Its function reads what is in the nested object, of which no class says what it is. */
class ReadingRegisterDto extends RegisterDto {
  @IsOmittable()
  @ValidateNested()
  @Type(() => ExtraDto)
  @Transform(({ value: { theme, extra } }: { value: ExtraDto }) =>
    Object.assign(new ExtraDto(), { theme: `${theme}:${JSON.stringify(extra)}` }),
  )
  preferences?: ExtraDto;
}

const OPTIONS = { user: Painter, dtos: { register: PainterRegisterDto, update: PainterUpdateDto } };
const ADA = { email: 'ada@example.com', password: PASSWORD };
const stored = async ({ users }: Host) =>
  (await users.findOneByOrFail({ email: ADA.email })) as unknown as Painter;

/** As many as a body of the adapter's default size has. */
const manyNames = (adapter: string) =>
  Array.from({ length: adapter === 'fastify' ? 40_000 : 8000 }, (_, index) => index.toString(36));

/** Of the event loop, in milliseconds. */
async function longestPause(work: () => PromiseLike<unknown>): Promise<number> {
  let last = performance.now();
  let longest = 0;
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 1);
  await work();
  clearInterval(watch);
  return Math.max(longest, performance.now() - last);
}

onEachHost((boot, adapter) => {
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
      [{ widgets: [['clock']] }, 'body.widgets.0'],
      [{ widgets: [{ name: 'clock' }, [{ name: 'map', evil: 1 }]] }, 'body.widgets.1'],
      [{ widgets: [[[{ name: 'map' }]]] }, 'body.widgets.0'],
      [{ payment: [{ kind: 'card', number: '1' }] }, 'body.payment'],
      [{ payment: [] }, 'body.payment'],
      [{ preferences: 'dark' }, 'body.preferences'],
    ];
    for (const [body, place] of cases) {
      const answer = await api.post('/auth/register', { ...ADA, ...body }).expect(422);
      const [fault] = (answer.body as { detail: { loc: string[] }[] }).detail;
      expect(fault?.loc.join('.')).toMatch(new RegExp(`^${place.replaceAll('.', '\\.')}`));
    }
    expect(await users.count()).toBe(0);
  });

  test('a class that is chosen by the value takes what that class declares', async () => {
    const host = await boot(OPTIONS);
    const { api, users } = host;
    for (const kind of ['cash', '__proto__', undefined, 7, ['card']]) {
      const body = { ...ADA, payment: { kind, number: '1' } };
      const answer = await api.post('/auth/register', body).expect(422);
      expect((answer.body as { detail: object[] }).detail).toMatchObject([{ loc: ['body', 'payment'] }]);
    }
    expect(await users.count()).toBe(0);
    const payment = { kind: 'card', number: '1', iban: 'evil', isSuperuser: true };
    await api.post('/auth/register', { ...ADA, payment }).expect(201);
    expect((await stored(host)).payment).toEqual({ kind: 'card', number: '1' });
  });

  test.each([
    ['objects', 'widgets', (): object => ({})],
    ['valid objects', 'widgets', (): object => ({ name: 'clock' })],
    ['objects in objects', 'widgets', (): object => ({ name: 'a', inner: { name: 'b' } })],
    ['lists in lists', 'widgets', (): object => [{}]],
    ['words', 'tags', (): string => 'word'],
    ['words that are none', 'tags', (): number => 7],
  ])('tens of thousands of %s do not stop the process', async (_, property, item) => {
    const { api, users } = await boot(OPTIONS);
    const items: unknown[] = [];
    const body = { ...ADA, [property]: items };
    while (JSON.stringify(body).length < 85_000) {
      for (let count = 0; count < 500; count++) items.push(item());
    }
    await api.post('/auth/register', { ...body, [property]: [] }).expect(201);
    await users.delete({ email: ADA.email });
    expect(await longestPause(() => api.post('/auth/register', body).expect(422))).toBeLessThan(300);
    expect(await users.count()).toBe(0);
  });

  test.each([
    [
      'objects of thousands of keys',
      'notes',
      () => Object.fromEntries(manyNames(adapter).map((name) => [name, 1])),
    ],
    ['lists of thousands of names', 'names', () => manyNames(adapter)],
  ])('%s do not stop the process', async (_, property, make) => {
    const { api } = await boot(OPTIONS);
    const body = { ...ADA, [property]: make() };
    const pause = await longestPause(() => api.post('/auth/register', body));
    expect(pause).toBeLessThan(300);
  });

  test('@Transform() reads what no class describes, also in a nested object', async () => {
    const host = await boot({ user: Painter, dtos: { register: ReadingRegisterDto } });
    await host.api
      .post('/auth/register', { ...ADA, preferences: { theme: 'dark', extra: { a: [1] } } })
      .expect(201);
    expect((await stored(host)).preferences).toEqual({ theme: 'dark:{"a":[1]}' });
  });

  test('what no class describes is stored as it was sent, but for what would change a prototype', async () => {
    const host = await boot(OPTIONS);
    const notes = {
      constructor: 'a',
      toString: { valueOf: 1 },
      hasOwnProperty: [{ length: 0 }],
      a: { '': null },
    };
    await host.api.post('/auth/register', { ...ADA, notes }).expect(201);
    expect(JSON.stringify((await stored(host)).notes)).toBe(JSON.stringify(notes));
    const { token } = await host.login({ email: 'eve@example.com' });
    const evil = '{"notes":{"__proto__":{"isSuperuser":true},"b":{"__proto__":[]}}}';
    const answer = await host.api.as(token).patch('/users/me').type('json').send(evil);
    // Fastify's parser refuses it.
    expect(answer.status).toBe(adapter === 'express' ? 200 : 400);
    const { notes: kept } = (await host.users.findOneByOrFail({
      email: 'eve@example.com',
    })) as unknown as Painter;
    expect(JSON.stringify(kept ?? null)).toBe(adapter === 'express' ? '{"b":{}}' : 'null');
  });
});
