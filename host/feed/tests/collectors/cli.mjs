// Lets the published CLI for Microsoft 365 list audit logs: its own code asks, only the address is another.
// node cli.mjs CLIENT SAYS TENANT RECORDS

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [client, says, tenant, file] = process.argv.slice(2);
const { url, client_id, client_secret } = JSON.parse(says);
const inside = path => import(pathToFileURL(`${client}/node_modules/@pnp/cli-microsoft365/dist/${path}`));

const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, scope: 'https://manage.office.com/.default' });
const login = await fetch(`${url}/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: form });
const { access_token, expires_in } = await login.json();
assert.equal(login.status, 200);

const { default: auth } = await inside('Auth.js');
const { default: request } = await inside('request.js');
const { default: command } = await inside('m365/purview/commands/auditlog/auditlog-list.js');
auth.connection.active = true;
const token = { accessToken: access_token, expiresOn: new Date(Date.now() + expires_in * 1000) };
// Tokens are kept by where requests go: the addresses in answers are the server's.
auth.connection.accessTokens = { [auth.defaultResource]: token, 'https://manage.office.com': token, [url]: token };
let asked = 0;
request.req.interceptors.request.use(config => {
    asked += 1;
    config.url = config.url.replace('https://manage.office.com', url);
    return config;
});

const expected = readFileSync(file, 'utf8').trim().split('\n').map(line => JSON.parse(line)).filter(record => record.OrganizationId === tenant);
let got;
const logger = { log: async logs => { got = logs; }, logToStderr: async () => {} };
request.logger = logger;
for (let tries = 0; tries < 100 && got?.length !== expected.length; tries += 1) {
    await command.commandAction(logger, { options: { contentType: 'General' } });
    await new Promise(resolve => setTimeout(resolve, 100));
}
assert.deepEqual(got, expected);
console.log(`CLI for Microsoft 365: ${got.length} records, ${asked} requests`);
