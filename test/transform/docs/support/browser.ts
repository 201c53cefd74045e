import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';

/** A browser of this machine, for where the one of npm does not run. */
const installed = [
  process.env.CHROME_PATH,
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** A Chromium, or why none runs here. */
export async function startBrowser(): Promise<Browser | string> {
  try {
    const executablePath = await browserPath();
    if (executablePath === undefined) return 'no Chromium was found; CHROME_PATH names one';
    return await playwright.launch({
      executablePath,
      headless: true,
      args: [
        '--headless=shell',
        '--no-sandbox',
        '--no-zygote',
        '--use-gl=angle',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
      ],
    });
  } catch (error) {
    return `Chromium does not start: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

async function browserPath(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return installed.find((path) => path !== undefined && existsSync(path));
  }
  const { default: chromium } = await import('@sparticuz/chromium');
  return await chromium.executablePath();
}
