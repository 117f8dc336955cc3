// Drives Chromium for the tests, which write a command a line to stdin and read an answer a line from stdout
//
// CHROMIUM  the browser, by default /usr/bin/chromium
//
// Prints {"ready": "<version>"} or {"error": "..."} first, exits when stdin is closed

import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'

// longer than anything takes, shorter than the test waits
const LIMIT = 20_000

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

async function launch() {
  const options = {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-proxy-server',
      // all names are this machine, also those of sites without TLS
      '--host-resolver-rules=MAP * 127.0.0.1',
    ],
    timeout: LIMIT,
  }
  try {
    return await chromium.launch(options)
  } catch (error) {
    print({ error: error.message })
    process.exit(1)
  }
}

const browser = await launch()
const pages = new Map()

// each tab has cookies and remembered passwords of its own
async function pageOf(tab) {
  if (!pages.has(tab)) {
    const context = await browser.newContext()
    context.setDefaultTimeout(LIMIT)
    pages.set(tab, await context.newPage())
  }
  return pages.get(tab)
}

// what the person sees after a navigation; `failed` is what the browser says instead of showing a page
async function view(page, navigation) {
  try {
    const response = await navigation
    return { status: response.status(), url: page.url(), text: await page.innerText('body') }
  } catch (error) {
    return { failed: error.message }
  }
}

// runs in the page; quicker than the movements of a mouse, which wait for frames to be drawn
function press(form, fields) {
  for (const [name, value] of fields) form.elements[name].value = value
  form.querySelector('button').click()
}

const commands = {
  open: (page, { url }) => view(page, page.goto(url)),
  // fills the form with this action and presses its button
  submit: async (page, { action, fields }) => {
    const navigation = page.waitForNavigation()
    const form = page.locator(`form[action=${JSON.stringify(action)}]`)
    const [seen] = await Promise.all([view(page, navigation), form.evaluate(press, fields)])
    return seen
  },
  run: (page, { script }) => page.evaluate(script),
  cookies: (page) => page.context().cookies(),
  forget: (page) => page.context().clearCookies(),
  close: async (page, { tab }) => {
    pages.delete(tab)
    await page.context().close()
  },
}

async function answer(command) {
  const page = await pageOf(command.tab)
  return (await commands[command.do](page, command)) ?? null
}

const overdue = async () => {
  await sleep(LIMIT + 2_000, undefined, { ref: false })
  throw new Error('the browser does not answer')
}

print({ ready: browser.version() })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  try {
    print({ id: command.id, value: await Promise.race([answer(command), overdue()]) })
  } catch (error) {
    print({ id: command.id, error: error.message })
  }
}
// the pipe from the test process ends with it
await Promise.race([browser.close(), sleep(5_000)])
process.exit()
