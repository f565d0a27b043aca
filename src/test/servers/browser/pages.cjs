// Pages in Chromium, for tests: a line of JSON on standard input for each thing to do, one on standard output for its
// answer. {"open": "https://app.example.com"} opens a page there, and answers {"page": 0}; with a "look" ({viewport,
// colorScheme}) beside it, of its own browser profile. To a page one may say:
//   {"page": 0, "run": "return 1"}    runs that in an async function there: {"value": 1}
//   {"page": 0, "until": "x > 1"}     waits until that is true there
//   {"page": 0, "press": "Tab"}       a key; "type" types text, "click" clicks what that selector finds
//   {"page": 0, "picture": "a.png"}   writes a screenshot of the whole page
//   {"page": 0, "seen": true}         what it did so far: {"errors": of page and console, "origins": that it asked}
// and whatever goes wrong is answered as {"error": "..."}, each with the "console" since the last one.
// With a certificate, pages of all other hosts come from here, by HTTPS, and have livekit-client as LivekitClient; one at
// /NAME has that script instead.
// Nothing is intercepted: with that, playwright would answer the preflights itself.
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const readline = require('node:readline');
const { chromium } = require('playwright-core');

// {chromium, home, certificate, key: of the pages, rules: where other hosts are, for --host-resolver-rules,
// scripts: further files by NAME}
const settings = JSON.parse(process.argv[2]);
const PATIENCE = 90_000; // on a busy machine
const livekit = path.join(process.env.NODE_PATH, 'livekit-client/dist/livekit-client.umd.js');
const scripts = { 'livekit-client': livekit, ...settings.scripts };

async function servePages() {
  const server = https.createServer(
      { cert: fs.readFileSync(settings.certificate), key: fs.readFileSync(settings.key) }, (request, response) => {
        const [, name, script] = /^\/(.*?)(\.js)?$/.exec(request.url);
        response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
        response.end(script ? fs.readFileSync(scripts[name])
            : `<!doctype html><title>page</title><body><script src="/${name || 'livekit-client'}.js"></script>`);
      });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function main() {
  const server = settings.certificate && await servePages();
  const others = server ? [`MAP *.example*:443 127.0.0.1:${server.address().port}`] // all other names of a test
      : ['EXCLUDE localhost', 'EXCLUDE 127.0.0.1'];
  const rules = [...settings.rules, ...others, 'MAP * ~NOTFOUND'];
  const browser = await chromium.launch({
    executablePath: settings.chromium,
    env: { ...process.env, HOME: settings.home },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      `--host-resolver-rules=${rules.join(', ')}`],
  });
  const context = await browser.newContext();
  const pages = [];

  async function open({ open: url, look }) {
    const page = look ? await browser.newPage(look) : await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const opened = { page, said: [], errors: [], origins: new Set() };
    page.on('console', message => {
      opened.said.push(message.text());
      if (message.type() === 'error') opened.errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', e => opened.errors.push(String(e.stack)));
    page.on('request', request => opened.origins.add(new URL(request.url()).origin));
    page.on('websocket', socket => opened.origins.add(new URL(socket.url()).origin));
    await page.goto(url);
    return { page: pages.push(opened) - 1 };
  }

  function act(wanted, { page, errors, origins }) {
    if (wanted.run) return page.evaluate(`(async () => { ${wanted.run} })()`);
    if (wanted.until) { // waitForFunction would need unsafe-eval
      return page.evaluate(`(async () => {
        for (const end = Date.now() + ${PATIENCE}; !(${wanted.until});) {
          if (Date.now() > end) throw new Error('it is not, but:\\n' + document.body.innerText);
          await new Promise(done => setTimeout(done, 50));
        }
        return true;
      })()`);
    }
    if (wanted.press) return page.keyboard.press(wanted.press);
    if (wanted.type) return page.keyboard.type(wanted.type);
    if (wanted.click) return page.click(wanted.click);
    if (wanted.picture) return page.screenshot({ path: wanted.picture, fullPage: true }).then(() => true);
    return { errors, origins: [...origins] };
  }

  async function answer(wanted) {
    if (wanted.open) return open(wanted);
    const page = pages[wanted.page];
    page.said.length = 0;
    try {
      return { value: await act(wanted, page), console: page.said };
    } catch (e) {
      return { error: String(e.message), console: page.said };
    }
  }

  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
  await browser.close();
  server?.close();
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1); });
