import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Session, Sessions } from '../../lib/extract/session.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ maxConnections: 2 });
  await workbench.sql('CREATE TABLE films (id integer)');
});
afterAll(() => workbench.close());

async function filmsSeen(session: Session): Promise<number> {
  const [row] = await session.query<{ films: number }>('SELECT count(*)::int AS films FROM films');
  return row?.films ?? -1;
}

async function kill(session: Session): Promise<void> {
  const [row] = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const ended = new Promise((resolve) => session.client.once('end', resolve));
  await workbench.sql('SELECT pg_terminate_backend($1)', [row?.pid]);
  await ended;
}

test('sessions see one moment, whatever is written between their openings', async () => {
  const sessions = new Sessions(workbench.source, []);
  const first = await sessions.acquire();
  const seen = await filmsSeen(first);
  await workbench.sql('INSERT INTO films VALUES (1)');
  const second = await sessions.acquire();
  expect(second.snapshot).toEqual(first.snapshot);
  expect(await filmsSeen(second)).toBe(seen);
  sessions.release(first);
  sessions.release(second);
  await sessions.close();
});

test('a session is free for the next once it is given back, and no sooner', async () => {
  const sessions = new Sessions(workbench.source, []);
  const first = await sessions.acquire();
  const second = await sessions.acquire();
  const third = sessions.acquire();
  sessions.release(second);
  expect(await third).toBe(second);
  sessions.release(first);
  sessions.release(second);
  await sessions.close();
});

test('when the connection that holds the snapshot dies, others go on and new ones take a new snapshot', async () => {
  const sessions = new Sessions(workbench.source, []);
  const exporter = await sessions.acquire();
  const other = await sessions.acquire();
  const seen = await filmsSeen(other);
  await workbench.sql('INSERT INTO films VALUES (2)');
  await kill(exporter);
  // It died while nobody used it: nobody gets it any more.
  sessions.release(exporter);
  const renewed = await sessions.acquire();
  expect(renewed.snapshot.id).not.toBe(exporter.snapshot.id);
  expect(await filmsSeen(renewed)).toBe(seen + 1);
  expect(await filmsSeen(other)).toBe(seen);
  sessions.release(renewed);
  sessions.release(other);
  await sessions.close();
});

test('who waits for a session is let go when the run is stopped', async () => {
  const sessions = new Sessions(workbench.source, []);
  const held = [await sessions.acquire(), await sessions.acquire()];
  const stop = new AbortController();
  const waiting = sessions.acquire(stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
  for (const session of held) sessions.release(session);
  await sessions.close();
});

test('a statement that fails costs neither the connection nor its snapshot', async () => {
  const sessions = new Sessions(workbench.source, []);
  const session = await sessions.acquire();
  const seen = await filmsSeen(session);
  const failure = await session.query('SELECT 1 / 0').catch((error: unknown) => error);
  await workbench.sql('INSERT INTO films VALUES (3)');
  await sessions.recover(session, failure);
  const again = await sessions.acquire();
  expect(again).toBe(session);
  expect(await filmsSeen(again)).toBe(seen);
  const imported = await sessions.acquire();
  expect(imported.snapshot).toEqual(session.snapshot);
  sessions.release(again);
  sessions.release(imported);
  await sessions.close();
});
