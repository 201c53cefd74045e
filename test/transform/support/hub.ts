import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { afterAll } from 'vitest';

/** One version of a package on the hub of a test. */
export interface PublishedVersion {
  /** Without dbt_project.yml, which is made. */
  readonly files?: Readonly<Record<string, string>>;
  readonly packages?: readonly Readonly<Record<string, unknown>>[];
  readonly requireDbt?: readonly string[];
  /** Instead of the archive's own. */
  readonly sha1?: string;
  /** Instead of an archive made of the files. */
  readonly archive?: Buffer;
}

export interface TestHub {
  /** For DBT_PACKAGE_HUB_URL. */
  readonly url: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  publish(name: string, version: string, published: PublishedVersion): void;
  /** Fields beside `versions` of a package's document. */
  describe(name: string, fields: Readonly<Record<string, unknown>>): void;
  /** Serves a file at a path of its own. */
  serve(path: string, content: Buffer): string;
  /** Answers the next requests for a path in this way instead. */
  failNext(path: string, ...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]): void;
}

/** A hub of packages on this machine, in the form of dbt's own. */
export async function startHub(): Promise<TestHub> {
  const documents = new Map<string, { fields: Record<string, unknown>; versions: Record<string, unknown> }>();
  const contents = new Map<string, Buffer>();
  const failures = new Map<string, ((response: ServerResponse, request: IncomingMessage) => void)[]>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://hub').pathname;
    requests.push(path);
    const failure = failures.get(path)?.shift();
    if (failure !== undefined) return failure(response, request);
    const content = contents.get(path);
    if (content !== undefined) return response.end(content);
    const name = /^\/api\/v1\/(.+)\.json$/.exec(path)?.[1];
    const document = documents.get(name ?? '');
    if (name === 'index') return response.end(JSON.stringify([...documents.keys()]));
    if (document === undefined) return response.writeHead(404).end();
    return response.end(JSON.stringify({ ...document.fields, versions: document.versions }));
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  afterAll(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the hub has no port');
  const url = `http://127.0.0.1:${address.port}/`;

  const documentOf = (name: string) => {
    const [namespace = '', own = ''] = name.split('/');
    const known = documents.get(name) ?? { fields: { namespace, name: own }, versions: {} };
    documents.set(name, known);
    return known;
  };
  const serve = (path: string, content: Buffer): string => {
    contents.set(path, content);
    return new URL(path, url).href;
  };
  return {
    url,
    requests,
    serve,
    publish(name, version, { files = {}, packages = [], requireDbt, sha1, archive }) {
      const own = name.split('/')[1] ?? '';
      const content =
        archive ??
        archiveOf(
          Object.entries({ 'dbt_project.yml': `name: ${own}\nversion: ${version}\n`, ...files }).map(
            ([path, text]) => ({ path: `${own}-${version}/${path}`, text }),
          ),
        );
      const tarball = serve(`/archives/${name}/${version}.tar.gz`, content);
      documentOf(name).versions[version] = {
        id: `${name}/${version}`,
        name: own,
        version,
        packages,
        ...(requireDbt === undefined ? {} : { require_dbt_version: requireDbt }),
        downloads: { tarball, format: 'tgz', sha1: sha1 ?? createHash('sha1').update(content).digest('hex') },
      };
    },
    describe(name, fields) {
      Object.assign(documentOf(name).fields, fields);
    },
    failNext(path, ...answers) {
      failures.set(path, answers);
    },
  };
}

/** An entry of an archive, honest or not. */
export interface ArchiveEntry {
  readonly path: string;
  readonly text?: string;
  readonly type?: HeaderData['type'];
  readonly linkpath?: string;
}

/** A tar.gz of exactly these entries, also of such as no archiver would write. */
export function archiveOf(entries: readonly ArchiveEntry[]): Buffer {
  const blocks = entries.flatMap(({ path, text = '', type = 'File', linkpath }) => {
    const content = Buffer.from(text);
    const header = new Header({
      path,
      type,
      mode: 0o644,
      size: content.length,
      mtime: new Date(0),
      ...(linkpath === undefined ? {} : { linkpath }),
    });
    header.encode();
    const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
    return [header.block ?? Buffer.alloc(0), content, padding];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
