import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const { PORT, DATABASE_FILE, USERS_SECRET, SMTP_URL } = process.env;

export const port = Number(PORT ?? 3000);

/** Where mails point to. Never taken from a request: its Host header is the word of whoever sent it. */
export const baseUrl = `http://localhost:${port}`;

export const databaseFile = DATABASE_FILE ?? fileURLToPath(new URL('../quickstart.sqlite', import.meta.url));

/** Where mails go. Without it, they are printed. */
export const smtpUrl = SMTP_URL;

/** The secret that signs every token. A real application refuses to start without one. */
export function usersSecret(): string {
  if (USERS_SECRET) return USERS_SECRET;
  console.log(
    'USERS_SECRET is not set. This process made one of its own: logins and mailed tokens end with it.',
  );
  return randomBytes(48).toString('base64');
}
