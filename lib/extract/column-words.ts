/** The name of a column in one form, whoever wrote it: `updatedAt`, `Updated At` and `updated_at` are `updated_at`. */
export function wordsOf(column: string): string {
  return column
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase();
}
