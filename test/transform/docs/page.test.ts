import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { startBrowser } from './support/browser.ts';
import { go, Pages, violations } from './support/pages.ts';
import { aColumn, aNode, aShop, aSite } from './support/site.ts';

const browser = await startBrowser();
const why = typeof browser === 'string' ? `skipped, ${browser}` : 'in Chromium';
const pages = new Pages(browser);
const open: Pages['open'] = (...given) => pages.open(...given);

afterAll(async () => {
  if (typeof browser !== 'string') await browser.close();
});

// Each page asked for its own file and nothing else, and nothing was refused or failed.
afterEach(async () => expect(await pages.close()).toEqual([]));

describe.skipIf(typeof browser === 'string')(`the page, ${why}`, () => {
  describe('search', () => {
    test('opens with /, finds names, columns and SQL as one types, and goes where Enter says', async () => {
      const page = await open(aShop());
      await page.keyboard.press('/');
      await page.keyboard.type('orders');
      const hits = page.getByRole('option');
      expect(await hits.first().textContent()).toContain('orders');
      expect(await page.locator('.hit-name').allTextContents()).toEqual([
        'orders',
        'stg_orders',
        'raw.raw_orders',
        'orders_add_up',
        'unique_orders_id',
        'not_null_orders_id',
      ]);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor();
      expect(page.url()).toContain('#!/model/model.shop.orders');
    });

    test('leads to a column, and marks it', async () => {
      const page = await open(aShop());
      await page.keyboard.press('Control+k');
      await page.keyboard.type('column:amount pounds');
      await page.keyboard.press('Enter');
      await page.locator('tr.marked').waitFor();
      expect(await page.locator('tr.marked th').textContent()).toBe('amount');
    });

    test('walks with the arrows, around the ends, and Escape leaves', async () => {
      const page = await open(aShop());
      await page.keyboard.press('/');
      await page.keyboard.type('group by');
      expect(await page.locator('.hit-name').allTextContents()).toEqual(['orders']);
      await page.getByRole('combobox').fill('order');
      await page.keyboard.press('ArrowUp');
      const all = await page.getByRole('option').count();
      expect(
        await page
          .getByRole('option')
          .nth(all - 1)
          .getAttribute('aria-selected'),
      ).toBe('true');
      await page.keyboard.press('ArrowDown');
      expect(await page.getByRole('option').first().getAttribute('aria-selected')).toBe('true');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    });
  });

  test('shows of a node what it is, how it did, its columns with their tests, its code and its neighbours', async () => {
    const page = await open(aShop(), '#!/model/model.shop.orders');
    const facts = await page.getByRole('complementary').textContent();
    for (const text of ['table', '12', '3.4 KB', '21 Nov 2026, 09:30 UTC', 'enforced', 'finance', 'Ann']) {
      expect(facts).toContain(text);
    }
    expect(await page.locator('.prose strong').textContent()).toBe('order');
    const row = page.locator('tr[data-column=id]');
    expect(await row.locator('.test-link').allTextContents()).toEqual(['✕unique', '✓not_null']);
    expect(await page.locator('tr[data-column=amount] .expression').textContent()).toBe('= sum(amount)');
    expect(await page.locator('.code').textContent()).toContain("{{ ref('stg_orders') }}");
    await page.getByRole('button', { name: 'Compiled' }).click();
    await page.locator('.code a', { hasText: 'SHOP.PROD.stg_orders' }).click();
    await page.getByRole('heading', { level: 1, name: 'stg_orders' }).waitFor();
    await page.getByRole('link', { name: 'cents', exact: true }).last().click();
    await page.getByRole('heading', { level: 1, name: 'cents' }).waitFor();
  });

  test('says on the first page what failed, what is stale and what is described', async () => {
    const page = await open(aShop());
    expect(await page.getByRole('region', { name: 'Last run' }).textContent()).toMatch(
      /1 failed.*unique_orders_id.*3 failing/,
    );
    expect(await page.getByRole('region', { name: 'Freshness' }).textContent()).toContain('31 h old');
    expect(await page.getByRole('region', { name: 'Documentation' }).textContent()).toContain('50 % 2 of 4');
    expect(await page.getByRole('heading', { name: 'Start here' }).count()).toBe(1);
  });

  test('lists the nodes of a kind, filtered and sorted', async () => {
    const page = await open(aShop(), '#!/list/model');
    const names = page.locator('tbody td:first-child');
    expect(await names.allTextContents()).toEqual(['customers', 'orders', 'stg_orders']);
    await page.getByRole('button', { name: 'Name' }).click();
    expect(await names.allTextContents()).toEqual(['stg_orders', 'orders', 'customers']);
    await page.getByRole('searchbox', { name: 'Filter' }).fill('finance');
    expect(await names.allTextContents()).toEqual(['orders']);
  });

  test('leads from a tag to all that have it, and back to where one was', async () => {
    const page = await open(aShop(), '#!/model/model.shop.orders', { width: 700 });
    await page.evaluate('scrollTo(0, 300)');
    await expect.poll(() => page.evaluate('scrollY')).toBe(300);
    await page.getByRole('link', { name: 'daily' }).dispatchEvent('click');
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
    expect(await page.locator('tbody td:first-child').allTextContents()).toEqual(['orders']);
    await expect.poll(() => page.evaluate('scrollY')).toBe(0);
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor();
    await expect.poll(() => page.evaluate('scrollY')).toBe(300);
  });

  test('can be walked with the keyboard alone: tree, node, lineage, and back', async () => {
    const page = await open(aShop());
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    await page.getByRole('tree', { name: 'Project' }).getByRole('treeitem').first().focus();
    for (const key of ['Home', 'ArrowLeft', 'ArrowRight', 'ArrowRight', 'ArrowDown', 'ArrowUp'])
      await page.keyboard.press(key);
    await page.keyboard.type('orders');
    expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('treeitem');
    await page.getByRole('treeitem', { name: 'orders', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'orders' }).waitFor();
    await page.getByRole('link', { name: 'Lineage', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('application').waitFor();
    // The drawing has the focus, and its arrows go from node to node along the edges.
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('complementary').getByRole('heading', { level: 2 }).textContent()).toBe(
      'orders',
    );
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'stg_orders' }).waitFor();
    await page.goBack();
    await page.getByRole('application').waitFor();
  });

  describe('lineage', () => {
    test('draws as many steps to either side as one asks for', async () => {
      const page = await open(aShop(), '#!/lineage/model.shop.orders?up=1&down=0');
      const nodes = page.locator('.lineage-drawing .node-label');
      expect((await nodes.allTextContents()).sort()).toEqual(['orders', 'stg_orders']);
      await page.getByLabel('Steps down').selectOption('all');
      await nodes.filter({ hasText: 'Weekly report' }).waitFor();
      expect((await nodes.allTextContents()).sort()).toEqual([
        'Weekly report',
        'customers',
        'orders',
        'stg_orders',
      ]);
    });

    test('opens columns, and follows one with the edges that carry its values', async () => {
      const page = await open(aShop(), '#!/lineage/model.shop.orders');
      await page.getByRole('button', { name: 'Columns', exact: true }).click();
      await page.locator('.column-label').first().waitFor();
      expect((await page.locator('.column-label').allTextContents()).sort()).toEqual([
        'amount',
        'amount',
        'amount_cents',
        'id',
        'id',
        'id',
      ]);
      await page.locator('[data-id="model.shop.orders"] [data-column=amount]').click();
      await page.waitForURL(/column=amount/);
      await expect
        .poll(async () => (await page.locator('.node-label').allTextContents()).sort())
        .toEqual(['orders', 'raw.raw_orders', 'stg_orders']);
      expect(await page.getByRole('complementary').textContent()).toContain(
        'Made fromstg_orders.amount computed',
      );
      expect(
        (await page.locator('.lineage-drawing .column-edge.computed').getAttribute('d'))?.match(/M/g),
      ).toHaveLength(2);
    });

    test('is moved and enlarged with pointer and wheel', async () => {
      const page = await open(aShop(), '#!/lineage');
      const canvas = page.locator('.lineage-drawing > g');
      const before = await canvas.getAttribute('transform');
      await page.mouse.move(500, 500);
      await page.mouse.wheel(0, -300);
      await expect.poll(() => canvas.getAttribute('transform')).not.toBe(before);
      const enlarged = await canvas.getAttribute('transform');
      await page.mouse.move(400, 700);
      await page.mouse.down();
      await page.mouse.move(480, 720, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => canvas.getAttribute('transform')).not.toBe(enlarged);
      await page.getByRole('button', { name: 'Fit into the window' }).click();
      await expect.poll(() => canvas.getAttribute('transform')).toBe(before);
    });
  });

  test('follows the colours of the system until one chooses, and remembers the choice', async () => {
    const ground = 'getComputedStyle(document.documentElement).backgroundColor';
    const page = await open(aShop(), '', { theme: 'dark' });
    const dark = await page.evaluate(ground);
    await page.getByRole('button', { name: 'Light' }).click();
    const light = await page.evaluate(ground);
    expect(light).not.toBe(dark);
    await page.reload();
    await page.locator('main > *').first().waitFor();
    expect(await page.evaluate(ground)).toBe(light);
    await page.getByRole('button', { name: 'Auto' }).click();
    expect(await page.evaluate(ground)).toBe(dark);
  });

  test('is as wide as a phone without scrolling sideways', async () => {
    const page = await open(aShop(), '', { width: 360 });
    for (const place of [
      '#!/model/model.shop.orders',
      '#!/lineage',
      '#!/run',
      '#!/list/test',
      '#!/overview',
    ]) {
      await go(page, place);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), place).toBe(true);
    }
    await page.getByRole('button', { name: 'Browse' }).click();
    await page.getByRole('treeitem', { name: 'customers' }).click();
    await page.getByRole('heading', { level: 1, name: 'customers' }).waitFor();
  });

  const places = [
    '#!/overview',
    '#!/model/model.shop.orders',
    '#!/test/test.shop.unique_orders_id',
    '#!/macro/macro.shop.cents',
    '#!/lineage',
    '#!/lineage/model.shop.orders?column=amount',
    '#!/run',
    '#!/list/model',
    '#!/nowhere',
  ];
  test.each(['light', 'dark'] as const)('gives axe-core nothing to say, in %s', async (theme) => {
    const page = await open(aShop(), '', { theme, withAxe: true });
    for (const place of places) {
      await go(page, place);
      expect(await violations(page), place).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 800 });
    await go(page, '#!/model/model.shop.orders');
    expect(await violations(page), 'narrow').toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('order');
    await page.getByRole('option').first().waitFor();
    expect(await violations(page), 'search').toEqual([]);
  });

  const hostile = [
    '</script><script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '"><svg onload=alert(1)>',
    "'; alert(1); //",
    '<!-- <script>',
    '{{ 7 * 7 }} {% raw %} `alert(1)`',
    '__proto__',
    'constructor',
    '\u202Ereversed\u202C עברית',
    '🧂🛢️',
    '\u2028line\u2029',
    'x'.repeat(200),
  ];

  test('shows hostile names and texts as they are written, and runs none of them', async () => {
    const markdown =
      '[a](javascript:alert(1)) ![b](https://example.invalid/x.png) <img src=x onerror=alert(1)>';
    const nodes = hostile.map((text, index) =>
      aNode(text, {
        id: `model.shop.${text}`,
        description: `${text}\n\n${markdown}`,
        tags: [text],
        meta: { [text]: text },
        folders: ['shop', text],
        columns: [aColumn(text, { description: text, type: text, meta: { [text]: text } })],
        rawCode: `select '${text}' -- ${text}`,
        compiledCode: text,
        parents: index === 0 ? [] : [`model.shop.${hostile[index - 1]}`],
        result: { status: text, health: 'bad', message: text, seconds: 1, failures: 1, at: text },
      }),
    );
    const data = aSite(nodes, {
      project: { ...aSite([]).project, name: hostile[0] ?? '', overview: hostile.join('\n\n') },
    });
    const page = await open(data);
    for (const { id, name } of nodes) {
      await go(page, `#!/model/${encodeURIComponent(id)}`);
      // Line separators and the like are layout, not text.
      expect((await page.getByRole('heading', { level: 1 }).textContent())?.trim()).toBe(name.trim());
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('main img, main a[href^=javascript]').count()).toBe(0);
    }
    await go(page, '#!/lineage?columns=1');
    await page.keyboard.press('/');
    await page.keyboard.type('onerror');
    expect(await page.getByRole('option').count()).toBeGreaterThan(0);
    await page.keyboard.press('Enter');
    for (const place of ['#!/overview', '#!/run', '#!/list/model'])
      await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
  });

  test('forbids every request and every text that would become HTML', async () => {
    const page = await open(aShop());
    const policy = await page.locator('meta[http-equiv]').getAttribute('content');
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-[\w+/=]+'; img-src data:;/,
    );
    expect(
      await page.evaluate("fetch('https://example.invalid/').then(() => 'answered', () => 'refused')"),
    ).toBe('refused');
    expect(await page.evaluate("try { document.body.innerHTML = '<b>'; 'taken' } catch { 'refused' }")).toBe(
      'refused',
    );
    // The browser says what it refused.
    pages.forget();
  });

  test('stays usable with 2,000 nodes', async () => {
    const nodes = Array.from({ length: 2000 }, (_, index) =>
      aNode(`model_${index}`, {
        folders: ['shop', 'models', `area_${index % 40}`],
        columns: Array.from({ length: 8 }, (_, at) => aColumn(`column_${at}`)),
        parents: [1, 7, 40].flatMap((step) =>
          index >= step && index % 9 !== 0 ? [`model.shop.model_${index - step}`] : [],
        ),
        rawCode: `select ${index} as id\n`.repeat(20),
      }),
    );
    const page = await open(aSite(nodes), '#!/lineage');
    await page.getByText('The whole project, 2,000 nodes').waitFor();
    await page.locator('.lineage-node').first().waitFor();
    expect(await page.locator('.lineage-node').count()).toBeLessThanOrEqual(2000);
    await page.keyboard.press('/');
    await page.keyboard.type('model_1234');
    expect(await page.locator('.hit-name').first().textContent()).toBe('model_1234');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'model_1234' }).waitFor();
  });
});
