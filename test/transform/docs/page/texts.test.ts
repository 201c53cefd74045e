import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytes, duration, moment, share } from '../../../../lib/transform/docs/page/format.ts';
import { type Block, parseMarkdown } from '../../../../lib/transform/docs/page/markdown.ts';
import { type Inline, parseInline, safeHref } from '../../../../lib/transform/docs/page/markdown-inline.ts';
import { hrefOf, parseRoute } from '../../../../lib/transform/docs/page/route.ts';
import { sqlTokens } from '../../../../lib/transform/docs/page/sql-tokens.ts';

function text(value: string): Inline {
  return { kind: 'text', text: value };
}

function paragraph(...children: Inline[]): Block {
  return { kind: 'paragraph', children };
}

describe('inline Markdown', () => {
  test.each<[string, Inline[]]>([
    ['plain', [text('plain')]],
    ['a **b** c', [text('a '), { kind: 'strong', children: [text('b')] }, text(' c')]],
    [
      '*a* and ~~b~~',
      [
        { kind: 'emphasis', children: [text('a')] },
        text(' and '),
        { kind: 'deleted', children: [text('b')] },
      ],
    ],
    [
      'snake_case_name and _this_',
      [text('snake_case_name and '), { kind: 'emphasis', children: [text('this')] }],
    ],
    ['`a ** b`', [{ kind: 'code', text: 'a ** b' }]],
    ['``a ` b``', [{ kind: 'code', text: 'a ` b' }]],
    ['\\*not\\*', [text('*not*')]],
    ['[x](https://example.com "t")', [{ kind: 'link', href: 'https://example.com', children: [text('x')] }]],
    ['[x](javascript:alert(1))', [{ kind: 'emphasis', children: [text('x')] }, text(')')]],
    [
      '![x](https://example.com/a.png)',
      [{ kind: 'link', href: 'https://example.com/a.png', children: [text('x')] }],
    ],
    [
      'see https://example.com/a.',
      [
        text('see '),
        { kind: 'link', href: 'https://example.com/a', children: [text('https://example.com/a')] },
        text('.'),
      ],
    ],
    ['<b onclick=x>', [text('<b onclick=x>')]],
    ['a  \nb', [text('a'), { kind: 'break' }, text('b')]],
    ['2 * 3 * 4', [text('2 * 3 * 4')]],
  ])('%s', (source, expected) => {
    expect(parseInline(source)).toEqual(expected);
  });

  test('links lead out over HTTP or mail or stay in the page', () => {
    expect(['https://a', 'HTTP://a', 'mailto:a@b', '#!/overview'].map(safeHref)).not.toContain(undefined);
    expect(
      ['javascript:x', ' javascript:x', 'data:text/html,x', 'file:///etc', 'vbscript:x', '//a', 'a.html'].map(
        safeHref,
      ),
    ).toEqual(Array(7).fill(undefined));
  });
});

describe('Markdown', () => {
  test.each<[string, Block[]]>([
    [
      '# A\n\ntext\nmore',
      [{ kind: 'heading', level: 1, children: [text('A')] }, paragraph(text('text\nmore'))],
    ],
    ['A\n===\nB', [{ kind: 'heading', level: 1, children: [text('A')] }, paragraph(text('B'))]],
    ['```sql\nselect 1\n```\nx', [{ kind: 'code', language: 'sql', text: 'select 1' }, paragraph(text('x'))]],
    ['```\nopen', [{ kind: 'code', language: '', text: 'open' }]],
    ['> a\n> b', [{ kind: 'quote', blocks: [paragraph(text('a\nb'))] }]],
    ['a\n\n---\n\nb', [paragraph(text('a')), { kind: 'rule' }, paragraph(text('b'))]],
    ['<!-- hidden -->shown', [paragraph(text('shown'))]],
  ])('%j', (source, expected) => {
    expect(parseMarkdown(source)).toEqual(expected);
  });

  test('reads lists in lists, numbers and tasks', () => {
    const item = (checked: boolean | null, ...blocks: Block[]) => ({ checked, blocks });
    expect(parseMarkdown('- a\n  - b\n- [x] c\n')).toEqual([
      {
        kind: 'list',
        ordered: false,
        start: 1,
        items: [
          item(null, paragraph(text('a')), {
            kind: 'list',
            ordered: false,
            start: 1,
            items: [item(null, paragraph(text('b')))],
          }),
          item(true, paragraph(text('c'))),
        ],
      },
    ]);
    expect(parseMarkdown('3. a\n4. b')).toMatchObject([
      { kind: 'list', ordered: true, start: 3, items: [{}, {}] },
    ]);
  });

  test('reads tables, with bars inside cells', () => {
    expect(parseMarkdown('| a | b |\n|---|:-:|\n| 1 \\| 2 | **x** |\n| only |')).toEqual([
      {
        kind: 'table',
        header: [[text('a')], [text('b')]],
        rows: [
          [[text('1 | 2')], [{ kind: 'strong', children: [text('x')] }]],
          [[text('only')], []],
        ],
      },
    ]);
  });

  test('ends on any text, soon, and makes no link that leads elsewhere', () => {
    const piece = fc.constantFrom(
      '*',
      '_',
      '`',
      '[',
      ']',
      '(',
      ')',
      '<',
      '>',
      '!',
      '\\',
      '~~',
      '#',
      '- ',
      '1. ',
      '\n',
      '\n\n',
      '|',
      '---',
      '    ',
      'javascript:',
      'https://x',
      'a',
      ' ',
    );
    const links = (value: unknown): string[] =>
      typeof value !== 'object' || value === null
        ? []
        : [...('href' in value ? [String(value.href)] : []), ...Object.values(value).flatMap(links)];
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 300 }), (pieces) => {
        expect(links(parseMarkdown(pieces.join(''))).filter((href) => safeHref(href) === undefined)).toEqual(
          [],
        );
      }),
      { numRuns: 300 },
    );
    for (const nasty of ['[', '*', '`', '> ', '- ', '![', '<http://', '**a', '|']) {
      parseMarkdown(nasty.repeat(20_000));
    }
  });
});

describe('SQL', () => {
  test('is cut into what a reader tells apart', () => {
    const tokens = sqlTokens(
      "select a, COUNT(*), 'x''y', 1.5 -- note\nfrom {{ ref('m') }} as \"T\" where db.s.t = $$z$$",
    );
    const kinds = tokens
      .filter(({ kind }) => kind !== 'text')
      .map(({ kind, text: piece }) => `${kind} ${piece}`);
    expect(kinds).toEqual([
      'keyword select',
      'function COUNT',
      "string 'x''y'",
      'number 1.5',
      'comment -- note',
      'keyword from',
      "jinja {{ ref('m') }}",
      'keyword as',
      'name "T"',
      'keyword where',
      'string $$z$$',
    ]);
    expect(tokens).toContainEqual({ kind: 'text', text: ' db.s.t = ' });
  });

  test('is shown as it is, whatever it is', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '$$',
      '--',
      '/*',
      '*/',
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '\n',
      ' ',
      'a',
      '(',
      '1',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 100 }), (pieces) => {
        const source = pieces.join('');
        expect(
          sqlTokens(source)
            .map((token) => token.text)
            .join(''),
        ).toBe(source);
      }),
    );
  });
});

describe('addresses', () => {
  test('come back as they were given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (id, value) => {
        fc.pre(id.isWellFormed());
        const { view, id: back, parameters } = parseRoute(hrefOf('model', id, { column: value }));
        expect([view, back, parameters.get('column') ?? '']).toEqual(['model', id, value]);
      }),
    );
  });

  test("of dbt's page lead to the same node", () => {
    expect(parseRoute('#!/model/model.shop.orders')).toMatchObject({
      view: 'model',
      id: 'model.shop.orders',
    });
    expect(parseRoute('#!/overview')).toMatchObject({ view: 'overview', id: '' });
    expect(parseRoute('')).toMatchObject({ view: 'overview' });
    expect(parseRoute('#!/model/100%')).toMatchObject({ id: '100%' });
  });
});

test('numbers and times are written for people', () => {
  expect([0, 999, 1000, 3_400_000, 5e12].map(bytes)).toEqual(['0 B', '999 B', '1 KB', '3.4 MB', '5 TB']);
  expect([0.0123, 4.25, 65, 3600, 111_600, 200_000].map(duration)).toEqual([
    '12 ms',
    '4.3 s',
    '1 min 5 s',
    '1 h',
    '31 h',
    '2 days 7 h',
  ]);
  expect(moment('2026-11-21T09:30:00.000Z')).toBe('21 Nov 2026, 09:30 UTC');
  expect(moment('2026-11-21 09:30UTC')).toBe('21 Nov 2026, 09:30 UTC');
  expect(moment('yesterday')).toBe('yesterday');
  expect([share(1, 3), share(0, 0), share(2, 2)]).toEqual(['33 %', null, '100 %']);
});
