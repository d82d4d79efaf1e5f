import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import type { PageName, PageServer } from './pages';
import { servePages } from './pages';
import type { ThemeName } from './themes';
import { themes } from './themes';

const pictures = path.join(process.env['GALLEY_TEST_RESULTS'] ?? 'test-results', 'browser');

export interface Look {
  theme?: ThemeName;
  width?: number;
  height?: number;
  /** What the page finds as its saved state. */
  saved?: unknown;
  reducedMotion?: boolean;
}

/** One page in a real Chromium, with the extension's end of its conversation. */
export class Panel<To, From extends { kind: string }> {
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.setDefaultTimeout(10_000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.errors.push(message.text());
    });
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  /** Sends as VS Code does: through JSON, so that NaN and infinities become null. */
  async send(...messages: To[]): Promise<void> {
    for (const message of messages) {
      await this.page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);
    }
    await this.settle();
  }

  /** Waits until what was asked for has been drawn: two frames. */
  async settle(): Promise<void> {
    await this.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    );
  }

  /** Messages that the page has sent so far. */
  async posted(): Promise<From[]> {
    await this.settle();
    return this.page.evaluate('window.posted');
  }

  async last<Kind extends From['kind']>(kind: Kind): Promise<Extract<From, { kind: Kind }> | undefined> {
    const found = (await this.posted()).filter((message) => message.kind === kind);
    return found.at(-1) as Extract<From, { kind: Kind }> | undefined;
  }

  saved<State>(): Promise<State> {
    return this.page.evaluate('window.savedState');
  }

  text(text: string | RegExp): Locator {
    return this.page.getByText(text);
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name });
  }

  /** A computed style; the path goes into the shadow root of each element on the way. */
  css(path: string, property: string): Promise<string> {
    return this.page.evaluate(`(() => {
      const steps = ${JSON.stringify(path)}.split(' ');
      const found = steps.reduce((root, step, i) => {
        const next = root.querySelector(step);
        return i < steps.length - 1 ? next.shadowRoot : next;
      }, document);
      return getComputedStyle(found).getPropertyValue(${JSON.stringify(property)});
    })()`);
  }

  async theme(name: ThemeName): Promise<void> {
    const { bodyClass, variables } = themes[name];
    await this.page.evaluate(`(() => {
      document.documentElement.removeAttribute('style');
      for (const [name, value] of Object.entries(${JSON.stringify(variables)}))
        document.documentElement.style.setProperty('--vscode-' + name, value);
      document.body.className = ${JSON.stringify(bodyClass)};
    })()`);
    await this.settle();
  }

  async picture(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: path.join(pictures, `${name}.png`) });
  }

  /** No script error, no console error, no breach of the content security policy, nothing cut off sideways. */
  async assertClean(): Promise<void> {
    assert.deepEqual(this.errors, []);
    assert.deepEqual(await this.page.evaluate('window.violations'), []);
    assert.equal(
      await this.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'),
      false,
      'the page scrolls sideways',
    );
  }
}

/** A browser and the pages' server for one suite. */
export class Pages {
  private current: Panel<never, { kind: string }> | undefined;

  private constructor(
    private readonly browser: Browser,
    private readonly server: PageServer,
  ) {}

  static async start(): Promise<Pages> {
    const server = await servePages();
    const browser = await chromium.launch({
      executablePath: process.env['GALLEY_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new Pages(browser, server);
  }

  /** Opens a page in a context of its own and waits until it has said that it is ready. */
  async open<To, From extends { kind: string }>(name: PageName, look: Look = {}): Promise<Panel<To, From>> {
    await this.current?.page.context().close();
    const { theme = 'dark', width = 1180, height = 760, saved, reducedMotion = false } = look;
    const context = await this.browser.newContext({
      viewport: { width, height },
      reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
      timezoneId: 'UTC',
    });
    const panel = new Panel<To, From>(await context.newPage());
    this.current = panel as unknown as Panel<never, { kind: string }>;
    await panel.page.goto(this.server.prepare(name, themes[theme], saved));
    await panel.page.waitForFunction("window.posted?.some(({ kind }) => kind === 'ready')");
    return panel;
  }

  /** To be called after each test: a failed one leaves a picture. */
  async after(test: { fullTitle(): string; state?: string | undefined } | undefined): Promise<void> {
    if (test?.state === 'failed') {
      await this.current?.picture(`failed ${test.fullTitle().replaceAll(/[^\w -]/g, '')}`.slice(0, 120));
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}
