import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { SiteData } from '../../../../lib/transform/docs/data-types.ts';
import { renderPage } from '../../../../lib/transform/docs/page-html.ts';
import { temporaryFolder } from '../../../support/index.ts';

interface Opening {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly withAxe?: boolean;
}

/** Opens pages from files, and notes what they ask for and what goes wrong in them. */
export class Pages {
  readonly #browser: Browser | string;
  readonly #folder = temporaryFolder();
  #open: Page[] = [];
  #requests: string[] = [];
  #errors: string[] = [];

  /** @param browser or why there is none */
  constructor(browser: Browser | string) {
    this.#browser = browser;
  }

  /** Opens a page that shows the data, at a place in it. */
  async open(
    data: SiteData,
    place = '',
    { theme = 'light', width = 1280, withAxe = false }: Opening = {},
  ): Promise<Page> {
    if (typeof this.#browser === 'string') throw new Error(this.#browser);
    const file = join(this.#folder, `page-${Math.random()}.html`);
    writeFileSync(file, renderPage(data));
    const context = await this.#browser.newContext({ viewport: { width, height: 800 }, colorScheme: theme });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    // The page's own policy lets no other script in; axe comes in through the debugger.
    if (withAxe) await page.addInitScript({ content: axe.source });
    page.on('request', (request) => this.#requests.push(request.url()));
    page.on('pageerror', (error) => this.#errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#errors.push(message.text());
    });
    page.on('dialog', (dialog) => {
      this.#errors.push(`a script ran: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
    this.#open.push(page);
    await page.goto(`${pathToFileURL(file)}${place}`);
    await page.locator('main > *').first().waitFor();
    return page;
  }

  /** Closes all pages. @returns what they asked for beside their own files, and what went wrong, since the last time */
  async close(): Promise<string[]> {
    await Promise.all(this.#open.map((page) => page.context().close()));
    const found = [...this.#requests.filter((url) => !url.startsWith('file://')), ...this.#errors];
    this.forget();
    this.#open = [];
    return found;
  }

  /** Forgets what was noted, where a test did it on purpose. */
  forget(): void {
    [this.#requests, this.#errors] = [[], []];
  }
}

/** What axe-core finds wrong with a page, by rule and place. */
export async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate<{ id: string; nodes: { target: string[]; failureSummary: string }[] }[]>(
    'axe.run(document).then(({ violations }) => violations)',
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

/** Goes to another place in an open page. */
export async function go(page: Page, place: string): Promise<void> {
  const leave = "document.querySelector('main').firstElementChild.dataset.left = 'yes'";
  await page.evaluate(`${leave}; location.hash = ${JSON.stringify(place)}`);
  try {
    await page.locator('main > :not([data-left])').first().waitFor();
  } catch (error) {
    throw new Error(`${place} is not shown: ${String(error)}`);
  }
}
