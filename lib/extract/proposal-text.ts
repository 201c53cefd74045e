import type { Proposal } from './discover.ts';

/**
 * A whole `sluice.config.ts` with the tables proposed, each under its reasons.
 * @param options.importFrom what the config imports `defineProject` from
 */
export function configText(
  proposals: readonly Proposal[],
  options: { readonly project: string; readonly importFrom: string },
): string {
  const used = new Set(proposals.map(({ mode }) => mode.kind));
  const names = ['daily', 'defineProject', 'full', 'incremental'].filter(
    (name) => name === 'defineProject' || used.has(name as Proposal['mode']['kind']),
  );
  return `import { ${names.join(', ')} } from ${quoted(options.importFrom)};

export default defineProject({
  name: ${quoted(options.project)},
  tables: {
${tablesText(proposals)}
  },
});
`;
}

/** The tables of a config, each under its reasons. */
export function tablesText(proposals: readonly Proposal[]): string {
  return proposals
    .map((proposal) => {
      const reasons = proposal.reasons.map((reason) => `    // ${reason.replaceAll(/\s+/g, ' ')}\n`);
      return `${reasons.join('')}    ${proposal.name}: ${proposal.mode.kind}(${optionsText(proposal)}),`;
    })
    .join('\n');
}

function optionsText({ name, source, mode, mask }: Proposal): string {
  const where = [
    ...(source.schema === 'public' ? [] : [`schema: ${quoted(source.schema)}`]),
    ...(source.table === name ? [] : [`table: ${quoted(source.table)}`]),
  ];
  const masks = Object.entries(mask).map(([column, method]) => `${propertyOf(column)}: ${quoted(method)}`);
  const options = [
    ...(mode.kind === 'daily' ? [`column: ${quoted(mode.column)}`] : []),
    ...(mode.kind === 'incremental'
      ? [`cursor: ${quoted(mode.cursor)}`, `key: [${mode.key.map(quoted).join(', ')}]`]
      : []),
    ...(where.length === 0 ? [] : [`source: { ${where.join(', ')} }`]),
    ...(masks.length === 0 ? [] : [`mask: { ${masks.join(', ')} }`]),
  ];
  return options.length === 0 ? '' : `{ ${options.join(', ')} }`;
}

function propertyOf(name: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
