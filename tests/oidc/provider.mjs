// A real OpenID Connect provider for tests: node provider.mjs <the package's entry> <redirect addresses, by commas>
//
// It listens on loopback, prints its issuer, and asks for a name without a password. What is PUT to /test/claims/<name>
// are the claims of that person from then on.

import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [entry, addresses] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(entry));

const people = new Map();
let answer;

const server = createServer((request, response) => {
  const [, name] = /^\/test\/claims\/([^/]+)$/.exec(request.url) ?? [];
  if (name === undefined || request.method !== 'PUT') return answer(request, response);
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    people.set(name, JSON.parse(Buffer.concat(parts).toString()));
    response.writeHead(204).end();
  });
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const common = { redirect_uris: addresses.split(','), response_types: ['code'], grant_types: ['authorization_code'] };
  const secret = 'a secret of the client: 100% safe';
  const provider = new Provider(issuer, {
    clients: [
      { ...common, client_id: 'shortlist', client_secret: secret },
      { ...common, client_id: 'public', token_endpoint_auth_method: 'none' },
    ],
    claims: { profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    pkce: { required: () => true },
    findAccount: (_context, name) => ({
      accountId: name,
      claims: () => ({ sub: name, ...people.get(name) }),
    }),
    cookies: { keys: ['a key of the tests'] },
  });
  answer = provider.callback();
  console.log(issuer);
});
