import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { Expose, Type } from 'class-transformer';
import {
  Authenticated,
  type BaseUser,
  CurrentUser,
  type LoadOptions,
  Superuser,
  UserLoadOptions,
  UserReadDto,
  UuidUser,
} from 'nestjs-users';
import {
  Column,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Host, onEachAdapter, onEachHost, PASSWORD } from '../support/host.js';

@Entity('relations_item')
class Item {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 50 })
  name!: string;

  @ManyToOne(() => Order, (order) => order.items, { onDelete: 'CASCADE' })
  order!: Relation<Order>;
}

@Entity('relations_order')
class Order {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 50 })
  title!: string;

  @ManyToOne(() => Customer, (customer) => customer.orders, { onDelete: 'CASCADE' })
  user!: Relation<Customer>;

  @OneToMany(() => Item, (item) => item.order)
  items!: Relation<Item[]>;
}

@Entity('relations_group')
class Group {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ type: 'varchar', length: 50 })
  name!: string;
}

@Entity('relations_customer')
class Customer extends UuidUser {
  @OneToMany(() => Order, (order) => order.user)
  orders!: Relation<Order[]>;

  @ManyToMany(() => Group)
  @JoinTable({ name: 'relations_customer_group' })
  groups!: Relation<Group[]>;

  @ManyToOne(() => Group, { eager: true })
  home!: Relation<Group> | null;
}

class OrderDto {
  @Expose()
  title!: string;
}

class CustomerDto extends UserReadDto {
  @Expose()
  @Type(() => OrderDto)
  orders!: OrderDto[];
}

const relationsOf = (user: Customer) => ({
  orders: user.orders?.map(({ title, items }) => (items ? [title, ...items.map(({ name }) => name)] : title)),
  groups: user.groups?.map(({ name }) => name),
  home: user.home?.name,
});

@Controller('loads')
@UseGuards(Authenticated())
@UserLoadOptions<Customer>({ relations: { orders: true, groups: true } })
class LoadsController {
  @Get('controller')
  ofController(@CurrentUser() user: Customer) {
    return relationsOf(user);
  }

  @Get('handler')
  @UserLoadOptions<Customer>({ relations: { orders: { items: true }, groups: false } })
  ofHandler(@CurrentUser() user: Customer) {
    return relationsOf(user);
  }

  @Get('queries')
  @UserLoadOptions<Customer>({ relationLoadStrategy: 'query' })
  byQueries(@CurrentUser() user: Customer) {
    return relationsOf(user);
  }

  @Get('superuser')
  @UseGuards(Superuser(), Authenticated({ verified: false }))
  ofSuperuser(@CurrentUser() user: Customer) {
    return relationsOf(user);
  }
}

@Controller('plain')
@UseGuards(Authenticated())
class PlainController {
  @Get()
  plain(@CurrentUser() user: Customer) {
    return relationsOf(user);
  }
}

const OPTIONS = {
  user: Customer,
  entities: [Order, Item, Group],
  host: { controllers: [LoadsController, PlainController] },
};
const ORDERS: LoadOptions<Customer> = { relations: { orders: true } };

/** Ada with two orders, of which one has two items; in two groups; at home in the first. */
async function furnish({ app, addUser }: Host): Promise<BaseUser> {
  const ada = (await addUser()) as Customer;
  const database = app.get(DataSource);
  const groups = await database.getRepository(Group).save([{ name: 'makers' }, { name: 'readers' }]);
  const orders = database.getRepository(Order);
  const [first] = await orders.save([
    { title: 'books', user: { id: ada.id } },
    { title: 'tea', user: { id: ada.id } },
  ]);
  await database.getRepository(Item).save([
    { name: 'Emma', order: { id: first?.id } },
    { name: 'Lolly Willowes', order: { id: first?.id } },
  ] as never);
  const of = (relation: string) => database.createQueryBuilder().relation(Customer, relation).of(ada.id);
  await of('groups').add(groups.map(({ id }) => id));
  await of('home').set(groups[0]?.id);
  return ada;
}

const byName = (one: string, other: string) => one.localeCompare(other);

const sorted = (value: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      Array.isArray(each) ? (each as string[]).sort(byName) : each,
    ]),
  );

onEachHost({ readsLists: true }, (boot) => {
  test('metadata of controller and handler decides which relations come with the user', async () => {
    const host = await boot(OPTIONS);
    await furnish(host);
    const api = await host.api.loggedIn('ada@example.com', PASSWORD, 'jwt');
    const loaded = async (path: string) => sorted((await api.get(path).expect(200)).body);

    const all = { orders: ['books', 'tea'], groups: ['makers', 'readers'], home: 'makers' };
    expect(await loaded('/loads/controller')).toEqual(all);
    expect(await loaded('/loads/queries')).toEqual(all);
    const { orders, ...others } = (await api.get('/loads/handler').expect(200)).body as {
      orders: string[][];
    };
    expect(new Set(orders.map((order) => order.sort(byName).join()))).toEqual(
      new Set(['books,Emma,Lolly Willowes', 'tea']),
    );
    expect(others).toEqual({ home: 'makers' });
    expect(await loaded('/plain')).toEqual({ home: 'makers' });

    const statements = await host.queries.during(() => loaded('/loads/controller'));
    expect(statements).toHaveLength(1);
    const separate = await host.queries.during(() => loaded('/loads/queries'));
    expect(separate.length).toBeGreaterThan(2);
    expect(separate.filter((statement) => /JOIN.*relations_order/.test(statement))).toEqual([]);
  });

  test('several guards of one handler load relations once', async () => {
    const host = await boot(OPTIONS);
    const { id } = await furnish(host);
    await host.users.update({ id }, { isSuperuser: true });
    const api = await host.api.loggedIn('ada@example.com', PASSWORD, 'jwt');
    const statements = await host.queries.during(async () => {
      const { body } = await api.get('/loads/superuser').expect(200);
      expect(body.groups).toHaveLength(2);
    });
    expect(statements).toHaveLength(1);
  });

  test('loadOptions of a feature: at login, for the current user, and for administrators', async () => {
    const own = { loadOptions: ORDERS, readDto: CustomerDto };
    const host = await boot({ ...OPTIONS, auth: own, currentUser: own, userManagement: own });
    const { id } = await furnish(host);
    await host.users.update({ id }, { isSuperuser: true });
    const titles = ({ orders }: { orders: { title: string }[] }) => orders.map(({ title }) => title).sort();

    const login = await host.api
      .post('/auth/jwt/login', { email: 'ada@example.com', password: PASSWORD })
      .expect(200);
    expect(titles(login.body.user)).toEqual(['books', 'tea']);
    expect(Object.keys(login.body.user.orders[0])).toEqual(['title']);

    const api = host.api.as(login.body.access_token);
    for (const { body } of [
      await api.get('/users/me').expect(200),
      await api.patch('/users/me', {}).expect(200),
      await api.get(`/users/${id}`).expect(200),
      await api.patch(`/users/${id}`, { isVerified: true }).expect(200),
    ]) {
      expect(titles(body)).toEqual(['books', 'tea']);
    }
    for (const page of ['/users?limit=1', '/users?page=1&count=true']) {
      const { body } = await api.get(page).expect(200);
      expect(titles(body.items[0])).toEqual(['books', 'tea']);
    }
    const created = await api.post('/users', { email: 'eve@example.com' }).expect(201);
    expect(titles(created.body)).toEqual([]);
    expect(await host.queries.during(() => api.get('/users/me').expect(200))).toHaveLength(1);
  });

  test('a wrong password costs the same whether or not relations would be loaded', async () => {
    const host = await boot({ ...OPTIONS, auth: { loadOptions: ORDERS } });
    await furnish(host);
    for (const email of ['ada@example.com', 'nobody@example.com']) {
      const login = () => host.api.post('/auth/jwt/login', { email, password: 'wrong password' }).expect(400);
      expect(await host.queries.during(login)).toHaveLength(1);
    }
  });

  test('the service and the repository load what they are asked for', async () => {
    const host = await boot(OPTIONS);
    const { id } = await furnish(host);
    const load = { relations: { orders: { items: true } } } as LoadOptions;
    const user = (await host.service.getUser(id, { load })) as Customer;
    expect(user.orders.flatMap(({ items }) => items)).toHaveLength(2);
    expect(Object.keys(user)).not.toContain('nestjsUsersSession');
    const [found] = (await host.service.listUsers({}, { load })).items as Customer[];
    expect(found?.orders).toHaveLength(2);
  });
});
@Module({})
class Nothing {}

describe.each([
  [
    { relations: { order: true } },
    /Wrong names the relation order, which Customer does not have \(it has orders, groups, home\)\.$/,
  ],
  [
    { relations: { orders: { item: true } } },
    /Wrong names the relation item, which Order does not have \(it has user, items\)\.$/,
  ],
  [
    { relations: ['orders'] },
    /Wrong lists its relations in an array, .* write \{ relations: \{ orders: true \} \}\.$/,
  ],
  [{ relations: { orders: 'yes' } }, /Wrong takes true or an object for the relation orders\.$/],
  [{ relations: true }, /Wrong takes relations as an object\.$/],
  [{ relationLoadStrategy: 'lazy' }, /Wrong takes the relationLoadStrategy 'join' or 'query'\.$/],
  [{ relation: { orders: true } }, /Wrong takes relations and relationLoadStrategy, not relation\.$/],
])('@UserLoadOptions(%j)', (options, sentence) => {
  onEachAdapter('sqlite', (boot) => {
    test('stops the boot with a sentence that names handler and relation', async () => {
      @Controller()
      class Host {
        @Get()
        @UserLoadOptions(options as never)
        wrong(): void {}
      }
      @Controller()
      @UserLoadOptions(options as never)
      class Wrong {}

      const named = (place: string) =>
        new RegExp(sentence.source.replace('Wrong', `@UserLoadOptions\\(\\) of ${place}`));
      const boots = (module: object) => boot({ ...OPTIONS, ...module });
      await expect(boots({ host: { controllers: [Host] } })).rejects.toThrow(named('Host.wrong'));
      await expect(boots({ host: { imports: [{ module: Nothing, controllers: [Wrong] }] } })).rejects.toThrow(
        named('Wrong'),
      );
      for (const feature of ['auth', 'currentUser', 'userManagement']) {
        const refused = boots({ [feature]: { loadOptions: options } });
        await expect(refused).rejects.toThrow(
          new RegExp(sentence.source.replace('Wrong', `${feature}\\.loadOptions`)),
        );
      }
    });
  });
});
