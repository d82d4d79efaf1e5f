import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';

/** What a person can do in a VS Code window with a keyboard and a mouse. */
export class Window {
  private constructor(
    readonly page: Page,
    private readonly pictures: string,
  ) {}

  /** Opens a window and waits for its workbench. */
  static async open(browser: Browser, url: string, pictures: string): Promise<Window> {
    await mkdir(pictures, { recursive: true });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(60_000);
    const log = createWriteStream(path.join(pictures, 'extension-host.log'));
    page.on('console', (message) => log.write(`${message.type()} ${message.text()}\n`));
    await page.goto(url);
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    return new Window(page, pictures);
  }

  /** Reloads the window as *Developer: Reload Window* does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(this.pictures, `${name}.png`) });
  }

  private get input(): Locator {
    return this.page.locator('.quick-input-widget:visible .quick-input-box input');
  }

  /** Runs a command from the palette by its title, e.g. `Galley: Run Pipeline`. */
  async command(title: string): Promise<void> {
    // The palette of the command before may still be closing, and swallows the key.
    for (let attempt = 0; ; attempt++) {
      await this.page.keyboard.press('Escape');
      await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      await this.page.keyboard.press('F1');
      try {
        await this.input.fill(`>${title}`, { timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 4) throw error;
      }
    }
    await this.option(title, true).first().click();
  }

  /** An entry of the open quick pick that contains the text, or whose label is it. */
  option(text: string | RegExp, exact = false): Locator {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    if (!exact || text instanceof RegExp) return rows.filter({ hasText: text });
    return rows.filter({
      has: this.page.locator('.label-name', { hasText: new RegExp(`^${escapeText(text)}$`) }),
    });
  }

  /** Chooses the entry of an open quick pick whose label begins with the text. */
  async pick(label: string): Promise<void> {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    const name = this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${escapeText(label)}`) });
    await rows.filter({ has: name }).first().click();
  }

  /** Chooses the first entry of an open quick pick with the text anywhere, descriptions included. */
  async pickWith(text: string | RegExp): Promise<void> {
    await this.option(text).first().click();
  }

  /** Answers an open input box, or a quick pick by typing. */
  async answer(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** Ticks the first entries of a quick pick that takes several, and accepts. */
  async pickFirst(howMany: number): Promise<void> {
    const rows = this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
    for (let index = 0; index < howMany; index++) await rows.nth(index).click();
    await this.input.press('Enter');
  }

  /** Opens a file through quick open. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+p');
    await this.input.waitFor();
    await this.input.fill(name);
    await this.option(name).first().click();
    await this.page.locator('.editor-instance .view-lines').first().waitFor();
  }

  /** Replaces the first occurrence of a text in the active editor, with the editor's own find and replace. */
  async replaceInEditor(from: string, to: string): Promise<void> {
    await this.page.locator('.editor-instance .view-lines').first().click();
    await this.page.keyboard.press('Control+Home');
    await this.page.keyboard.press('Control+h');
    const widget = this.page.locator('.find-widget.visible');
    const [find, replace] = [widget.locator('.find-part textarea'), widget.locator('.replace-part textarea')];
    await find.fill(from);
    await replace.fill(to);
    await find.press('Enter');
    await replace.press('Enter');
    await this.page.keyboard.press('Escape');
  }

  async save(): Promise<void> {
    await this.page.keyboard.press('Control+s');
  }

  /** Moves the cursor to a line, counted from one. */
  async goToLine(line: number): Promise<void> {
    await this.page.locator('.editor-instance .view-lines').first().click();
    await this.page.keyboard.press('Control+g');
    await this.answer(`:${line}`);
  }

  /** Shows Galley's views. */
  async showViews(): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item a[aria-label^="Galley"]').first();
    await tab.waitFor();
    const item = this.page.locator('.activitybar .action-item.checked a[aria-label^="Galley"]');
    if ((await item.count()) === 0) await tab.click();
  }

  /** Rows of one of Galley's views, by the view's title. */
  rows(view: string): Locator {
    return this.page
      .locator('.pane', { has: this.page.locator(`.pane-header[aria-label^="${view} "]`) })
      .locator('.monaco-list-row');
  }

  /** A row of a view whose label or description has the text. */
  row(view: string, text: string | RegExp): Locator {
    return this.rows(view).filter({ hasText: text }).first();
  }

  /** Opens a view that is folded. */
  async unfold(view: string): Promise<void> {
    const header = this.page.locator(`.pane-header[aria-label^="${view} "]`);
    await header.waitFor();
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
  }

  /** The content of the webview in the active editor. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
  }

  /** An item of the status bar. */
  statusBar(text: string): Locator {
    return this.page.locator('.statusbar-item', { hasText: text }).first();
  }

  codeLens(text: string | RegExp): Locator {
    return this.page.locator('.codelens-decoration a').filter({ hasText: text }).first();
  }

  /** Waits for a notification with the text. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text }).first();
  }

  /** Presses a button of a notification or of a modal dialog. */
  async press(button: string): Promise<void> {
    const place = '.notification-toast, .monaco-dialog-box';
    await this.page
      .locator(place)
      .locator('.monaco-button, .monaco-text-button')
      .filter({ hasText: new RegExp(`^${escapeText(button)}$`) })
      .first()
      .click();
  }

  /** Closes the panel with Problems and Output. */
  closePanel(): Promise<void> {
    return this.command('View: Hide Panel');
  }

  async dismissNotifications(): Promise<void> {
    await this.command('Notifications: Clear All Notifications');
  }

  /** Titles of problems that the editor shows, read from the Problems view. */
  async problems(): Promise<string[]> {
    await this.command('Problems: Focus on Problems View');
    return this.page.locator('.markers-panel .monaco-list-row').allInnerTexts();
  }

  /** What the active editor's file consists of, as quick open lists it. */
  async symbols(): Promise<string> {
    await this.page.keyboard.press('Escape');
    await this.page.keyboard.press('Control+p');
    await this.input.fill('@');
    await this.page
      .locator(
        '.quick-input-widget:visible .codicon-symbol-field, .quick-input-widget:visible [class*="codicon-symbol-"]',
      )
      .first()
      .waitFor();
    const rows = await this.option(/./).allInnerTexts();
    await this.page.keyboard.press('Escape');
    return rows.join('\n');
  }

  /** Rests the mouse on something. @returns what the hover says */
  async hover(place: Locator): Promise<string> {
    await place.hover();
    const hover = this.page.locator('.monaco-hover:visible').last();
    await hover.waitFor();
    // A hover's text has no breaking spaces.
    return (await hover.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Polls until the check holds; the last failure is the message. */
  async until(what: string, check: () => Promise<boolean>, seconds = 150): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await check())) {
      assert.ok(Date.now() < deadline, `waited ${seconds} s: ${what}`);
      await this.page.waitForTimeout(200);
    }
  }
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
