/** What stands between a definition tag and its end: `{% materialization table, adapter='duckdb' %}`. */
interface TagHeader {
  /** The name after the tag. */
  name: string;
  /** `key='value'` pairs and bare words (which are `true`), in order; empty for signatures. */
  options: Readonly<Record<string, unknown>>;
}

/**
 * A tag that defines something under a name, as `macro` does:
 * `{% tag name(a, b=1) %}…{% endtag %}` (signature) or `{% tag name, key='value', word %}…{% endtag %}` (options).
 */
export interface TagExtension {
  header: 'signature' | 'options';
  /** `raw` bodies are text: not parsed, braces and all. */
  body: 'template' | 'raw';
  /** The name of the macro that the block becomes. */
  macroName: (header: TagHeader) => string;
}

/** The tags that dbt adds to Jinja, under dbt's own macro names. */
export const dbtTags: Readonly<Record<string, TagExtension>> = {
  test: { header: 'signature', body: 'template', macroName: ({ name }) => `test_${name}` },
  data_test: { header: 'signature', body: 'template', macroName: ({ name }) => `test_${name}` },
  materialization: {
    header: 'options',
    body: 'template',
    macroName: ({ name, options }) => `materialization_${name}_${adapterOf(options)}`,
  },
  snapshot: { header: 'options', body: 'template', macroName: ({ name }) => `snapshot_${name}` },
  docs: { header: 'options', body: 'raw', macroName: ({ name }) => `docs_${name}` },
};

function adapterOf(options: Readonly<Record<string, unknown>>): string {
  const { adapter } = options;
  return typeof adapter === 'string' ? adapter : 'default';
}
