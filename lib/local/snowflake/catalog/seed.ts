import type { Engine } from '../engine.ts';
import type { CatalogObject } from '../statement.ts';

/** Roles that every account has. */
const ROLES = ['ACCOUNTADMIN', 'ORGADMIN', 'SECURITYADMIN', 'SYSADMIN', 'USERADMIN', 'PUBLIC'];

/** Writes what an account holds from its first day: the built-in roles, the login user and a warehouse. */
export async function seedAccount(engine: Engine): Promise<void> {
  const session = await engine.openSession({
    user: engine.options.user,
    role: 'ACCOUNTADMIN',
    warehouse: null,
    database: null,
    schema: null,
  });
  try {
    const put = async (kind: string, name: string, properties: CatalogObject['properties']) => {
      const qualified = { database: '', schema: '', name };
      if (session.objects.find(kind, qualified)) return;
      await session.objects.put({
        kind,
        name: qualified,
        properties,
        owner: 'ACCOUNTADMIN',
        createdOn: new Date(),
      });
    };
    for (const role of ROLES) await put('ROLE', role, {});
    await put('USER', engine.options.user, {});
    await put('WAREHOUSE', 'COMPUTE_WH', { size: 'X-Small', state: 'STARTED' });
  } finally {
    await engine.closeSession(session);
  }
}
