/** Where the providers send the browser back to. */
const BACK_HERE = new URLSearchParams({ redirect_to: `${location.origin}/` });

/** The library's codes, in words for people. */
const SENTENCES = {
  LAST_LOGIN_METHOD: 'Without this account you could not log in any more.',
  LOGIN_BAD_CREDENTIALS: 'Address or password is not right.',
  LOGIN_USER_NOT_VERIFIED: 'Confirm your address first: the mail stands in the console of the application.',
  OAUTH_NOT_AVAILABLE_EMAIL: 'The provider tells no address of yours.',
  OAUTH_PROVIDER_ERROR: 'The provider did not log you in.',
  OAUTH_PROVIDER_UNAVAILABLE: 'The provider does not answer. Try again later.',
  OAUTH_USER_ALREADY_EXISTS: 'Somebody here has this address or this account. Log in as before, and link it.',
  REAUTHENTICATION_REQUIRED: 'This needs a login of the last ten minutes. Log out and in again.',
};

const element = (id) => document.getElementById(id);

/** The body of an answer; a failure is an `Error` with the library's code. */
async function ask(path, options) {
  const response = await fetch(path, options);
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new Error(body.detail);
  return body;
}

const tell = (code) => {
  element('fault').textContent = SENTENCES[code] ?? code;
};

/** What fails is told on the page. */
const on = (event, target, work) =>
  target.addEventListener(event, (happened) => {
    happened.preventDefault();
    work().catch(({ message }) => tell(message));
  });

/** As text, never as HTML: a name is what somebody wrote into a form elsewhere. */
function addItem(list, text, control) {
  const item = document.createElement('li');
  item.append(text, ' ', control);
  list.append(item);
}

function button(text, work) {
  const made = document.createElement('button');
  made.textContent = text;
  on('click', made, work);
  return made;
}

/** A login is a link: the browser follows it to the provider, and comes back with a cookie. */
function showLogins(providers) {
  element('nobody').hidden = false;
  for (const name of providers) {
    const anchor = document.createElement('a');
    anchor.href = `/auth/${name}/authorize?${BACK_HERE}`;
    anchor.textContent = name;
    addItem(element('logins'), 'Log in with', anchor);
  }
}

/** A script asks first, because this may be refused, and what is refused comes as JSON. */
async function link(name) {
  const { authorization_url: url } = await ask(`/auth/associate/${name}/authorize?${BACK_HERE}`);
  location.assign(url);
}

async function unlink(id) {
  await ask(`/users/me/oauth-accounts/${id}`, { method: 'DELETE' });
  location.reload();
}

async function showUser({ email, fullName }, providers) {
  element('somebody').hidden = false;
  element('name').textContent = fullName ? `${fullName} <${email}>` : email;
  const { items } = await ask('/users/me/oauth-accounts');
  for (const { id, provider, accountId } of items) {
    const remove = button('Remove', () => unlink(id));
    addItem(element('accounts'), `${accountId} at ${provider}`, remove);
  }
  for (const name of providers) {
    const add = button('Link', () => link(name));
    addItem(element('links'), name, add);
  }
}

on('click', element('logout'), async () => {
  await ask('/auth/web/logout', { method: 'POST' });
  location.reload();
});

on('submit', element('login'), async () => {
  const body = JSON.stringify(Object.fromEntries(new FormData(element('login'))));
  await ask('/auth/web/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
  location.reload();
});

// A login that failed on its way back leads here, too, with a code of the library.
const code = new URLSearchParams(location.search).get('error');
if (code) tell(code);
history.replaceState(null, '', location.pathname);

const providers = await ask('/providers');
const user = await ask('/users/me').catch(() => undefined);
if (user) await showUser(user, providers);
else showLogins(providers);
