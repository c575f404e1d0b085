import 'reflect-metadata';
import { jest } from '@jest/globals';
import { UsersService } from 'nestjs-users';
import { mailer, mailTransport } from 'nestjs-users/mail';
import { refusal, startModule } from '../support/boot.js';

const SENTENCE =
  /mailer\(\) needs the package nodemailer for this transport; run npm install nodemailer, or give it a transport of your own/;
const SHOP = { from: 'shop@example.com', publicUrl: 'https://shop.example.com' };

/** As Node.js says that there is no such package. */
beforeAll(() => {
  jest.unstable_mockModule('nodemailer', () => {
    throw Object.assign(new Error("Cannot find package 'nodemailer'"), { code: 'ERR_MODULE_NOT_FOUND' });
  });
});

test('the boot stops where nodemailer is needed and missing', async () => {
  const own = mailer({ ...SHOP, transport: 'smtp://127.0.0.1:1' });
  expect(await refusal({ service: UsersService, mailer: own })).toMatch(SENTENCE);
});

test('a worker of a queue is told at its first mail', async () => {
  await expect(mailTransport('smtp://127.0.0.1:1').sendMail({} as never)).rejects.toThrow(SENTENCE);
});

test('a transport of the host needs no nodemailer', async () => {
  const own = mailer({ ...SHOP, transport: { sendMail: () => undefined } });
  await expect(startModule({ service: UsersService, mailer: own })).resolves.toBeUndefined();
});
