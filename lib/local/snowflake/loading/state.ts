import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unsupported } from '../../../sql/index.ts';
import type { EngineServices, QualifiedName, SessionState, Source } from '../statement.ts';
import { S3Files, type StagedFile } from './stages/s3-files.ts';

/** How long the local copies of `SELECT … FROM @stage` are kept; nothing tells when the query has ended. */
const COPIES_KEPT_MS = 30 * 60_000;

/** What the statements of this part share within one server. */
export class LoadingState {
  #services: EngineServices | undefined;
  #files: S3Files | undefined;
  #directory: Promise<string> | undefined;
  #copies = 0;
  /** What `FROM @stage` means in the session's COPY that is running. */
  readonly copying = new WeakMap<SessionState, Source>();

  /** The pipe whose COPY the session runs, and the files it was told of. */
  readonly ingesting = new WeakMap<
    SessionState,
    { readonly pipe: QualifiedName; readonly files: readonly StagedFile[] }
  >();

  start(services: EngineServices): void {
    this.#services = services;
  }

  get services(): EngineServices {
    if (this.#services === undefined) throw new TypeError('the server has not started');
    return this.#services;
  }

  /** The buckets; raises when the server was started without S3. */
  get s3(): S3Files {
    const access = this.services.s3;
    if (access === undefined) throw unsupported('stages, on a server that was started without S3');
    this.#files ??= new S3Files(access);
    return this.#files;
  }

  /** A new empty folder for local copies of files; `remove` deletes it. */
  async folder(): Promise<{ readonly path: string; remove(): Promise<void>; removeLater(): void }> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'sluice-snowflake-'));
    const root = await this.#directory;
    this.#copies += 1;
    const path = await mkdtemp(join(root, `${this.#copies}-`));
    const remove = () => rm(path, { recursive: true, force: true });
    return {
      path,
      remove,
      removeLater: () => {
        setTimeout(() => void remove(), COPIES_KEPT_MS).unref();
      },
    };
  }

  async stop(): Promise<void> {
    this.#files?.close();
    const directory = await this.#directory;
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  }
}
