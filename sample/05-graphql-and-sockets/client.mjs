// Shows what comes by the subscription and from the chat, for one user: node client.mjs http://localhost:3000 <token>
import { createClient } from 'graphql-ws';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';

/** Calls `show` for each note and each line of the chat, and where a connection ends. */
export function listen(url, token, show) {
  const graphql = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { Authorization: `Bearer ${token}` },
  });
  graphql.subscribe(
    { query: 'subscription { noteAdded { author text } }' },
    {
      next: ({ data, errors }) => show(errors ? 'subscription refused' : 'note', errors ?? data.noteAdded),
      error: (error) => show('subscription failed', error),
      complete: () => show('subscription completed'),
    },
  );

  const chat = io(url, { auth: { token }, reconnection: false });
  chat.on('connect', () => show('connected'));
  chat.on('said', (text) => show('said', text));
  chat.on('sent', (count) => show('sent', count));
  chat.on('exception', (error) => show('exception', error));
  chat.on('disconnect', () => show('disconnected'));

  return {
    say: (text) => chat.emit('say', text),
    close: async () => {
      chat.close();
      await graphql.dispose();
    },
  };
}

const [, script, url, token] = process.argv;
if (script === import.meta.filename) {
  const client = listen(url, token, (event, data) => console.log(event, data ?? ''));
  process.stdin.setEncoding('utf8').on('data', (text) => client.say(text.trim()));
}
