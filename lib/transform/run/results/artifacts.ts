import { manifest } from '../../artifacts/manifest.ts';
import { type SourceResult, sourceResults } from '../../artifacts/results.ts';
import { writeArtifact } from '../../artifacts/write.ts';
import type { Workspace } from '../workspace.ts';

/** Writes `manifest.json`. */
export function writeManifest({ options, invocation, project }: Workspace): void {
  writeJson(options.artifactsDirectory, 'manifest.json', manifest(project, invocation));
}

/** Writes `sources.json`. */
export function writeSources(workspace: Workspace, results: readonly SourceResult[]): void {
  const artifact = sourceResults(results, workspace.invocation);
  writeJson(workspace.options.artifactsDirectory, 'sources.json', artifact);
}

function writeJson(directory: string, name: string, value: unknown): void {
  writeArtifact(directory, name, `${JSON.stringify(value)}\n`);
}
