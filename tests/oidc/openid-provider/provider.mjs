// An OpenID provider for integration tests
//
// PORT  port on 127.0.0.1, by default a free one
// KEYS  file that keeps the private keys over a restart, by default none
//
// Prints {"issuer": "..."} on stdout when it accepts connections, exits when stdin is closed

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { errors } from 'oidc-provider'

const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']
const FORMATS = { 'https://orders.example': 'jwt', 'https://opaque.example': 'opaque' }
const SCOPES = ['orders:read', 'orders:write']
// has to be form-encoded in a Basic header (RFC 6749 2.3.1)
const CLIENT_SECRET = 's3cr:t/+%&=?'

// stdout belongs to the line with the issuer
console.log = console.info = console.error

const tokens = new Map()
const delays = new Map()
const counts = new Map()
let issuer, provider, keys
let signingAlg = 'RS256'
let tokenSeconds = 600

async function newKey(alg) {
  if (!ALGORITHMS.includes(alg)) throw new Error('unknown alg')
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg, use: 'sig' }
}

async function initialKeys() {
  const file = process.env.KEYS
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).keys
  return Promise.all(ALGORITHMS.map(newKey))
}

function findKey(kid) {
  const key = keys.find((key) => key.kid === kid)
  if (!key) throw new Error('unknown kid')
  return key
}

const without = (key) => keys.filter((other) => other !== key)

// the first key of an algorithm is the one that signs
function useKeys(changed) {
  // a provider cannot change its keys, so a new one takes over
  provider = newProvider(changed)
  keys = changed
  const file = process.env.KEYS
  if (!file) return
  // renamed into place because the test may kill the process at any moment
  writeFileSync(`${file}.new`, JSON.stringify({ keys }, null, 2), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

// the built-in adapter would lose the opaque tokens with every new provider
const adapter = (model) => ({
  upsert: async (id, payload) => void tokens.set(`${model}:${id}`, payload),
  find: async (id) => tokens.get(`${model}:${id}`),
  destroy: async (id) => void tokens.delete(`${model}:${id}`),
})

function client(id, authMethod) {
  return {
    client_id: id,
    client_secret: CLIENT_SECRET,
    token_endpoint_auth_method: authMethod,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
  }
}

function resourceServer(_context, resource) {
  if (!FORMATS[resource]) throw new errors.InvalidTarget()
  return {
    scope: SCOPES.join(' '),
    accessTokenFormat: FORMATS[resource],
    accessTokenTTL: tokenSeconds,
    jwt: { sign: { alg: signingAlg } },
  }
}

function newProvider(keys) {
  const created = new Provider(issuer, {
    adapter,
    jwks: { keys },
    clients: [client('orders', 'client_secret_basic'), client('orders-post', 'client_secret_post')],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    // without these two every client would need a key for RS256
    clientDefaults: { id_token_signed_response_alg: keys[0]?.alg },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    scopes: SCOPES,
    extraTokenClaims: () => ({ roles: ['clerk'] }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
  })
  return created.on('server_error', (_context, error) => console.error(error))
}

const controls = {
  'POST /control/sign': ({ alg }) => {
    if (!keys.some((key) => key.alg === alg)) throw new Error('no key for this alg')
    signingAlg = alg
  },
  'POST /control/rotate': async ({ alg, keep }) => {
    const key = await newKey(alg)
    useKeys([key, ...keys.filter((old) => keep || old.alg !== alg)])
    signingAlg = alg
    return { kid: key.kid }
  },
  'POST /control/publish': async ({ alg }) => {
    const key = await newKey(alg)
    useKeys([...keys, key])
    return { kid: key.kid }
  },
  'POST /control/activate': ({ kid }) => {
    const key = findKey(kid)
    useKeys([key, ...without(key)])
    signingAlg = key.alg
  },
  'POST /control/drop': ({ kid }) => useKeys(without(findKey(kid))),
  // new keys under the old ids, as after a restart without a store
  'POST /control/rekey': async () => {
    useKeys(await Promise.all(keys.map(async ({ alg, kid }) => ({ ...(await newKey(alg)), kid }))))
  },
  'POST /control/ttl': ({ seconds }) => void (tokenSeconds = seconds),
  'POST /control/delay': ({ path, milliseconds }) => void delays.set(path, milliseconds),
  'GET /control/counts': () => Object.fromEntries(counts),
  'POST /control/counts': () => counts.clear(),
}

async function control(request, response, path) {
  let answer
  try {
    const run = controls[`${request.method} ${path}`]
    if (!run) throw new Error('unknown control')
    answer = (await run(JSON.parse((await text(request)) || '{}'))) ?? { ok: true }
  } catch (error) {
    response.statusCode = 400
    answer = { error: error.message }
  }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
}

const server = createServer(async (request, response) => {
  const path = request.url.split('?')[0]
  if (path.startsWith('/control/')) return control(request, response, path)
  counts.set(path, (counts.get(path) ?? 0) + 1)
  const milliseconds = delays.get(path)
  if (milliseconds) await sleep(milliseconds)
  return provider.callback()(request, response)
})

const firstKeys = await initialKeys()
await once(server.listen(Number(process.env.PORT ?? 0), '127.0.0.1'), 'listening')
issuer = `http://127.0.0.1:${server.address().port}`
useKeys(firstKeys)
process.stdout.write(`${JSON.stringify({ issuer })}\n`)
// the pipe from the test process ends with it
process.stdin
  .on('end', () => {
    console.error('stdin was closed')
    process.exit()
  })
  .resume()
