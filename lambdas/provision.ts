import { SluiceError } from '../lib/config/index.ts';
import { recordedContracts } from '../lib/run/index.ts';
import { connectWarehouse, ensureStorageIntegration, provision } from '../lib/snowflake/index.ts';
import { type Invocation, lambdaHandler } from './support/handler.ts';

/** What the CDK's provider hands on of CloudFormation's request. */
export interface ProvisionEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: {
    readonly Part?: string;
    /** Nobody reads it: that it changed is why CloudFormation calls. */
    readonly Digest?: string;
  };
}

export interface ProvisionAnswer {
  readonly PhysicalResourceId: string;
  /** What `getAttString` finds in the stack. */
  readonly Data?: Readonly<Record<string, string>>;
}

/**
 * The custom resources of the stack: `integration` makes the storage integration and says whom the storage role has to
 * trust; `objects` runs everything in `snowflake/` and says which queue S3 has to notify. Both can be repeated, both keep
 * their id when they change, so that nothing is ever replaced, and deleting them deletes nothing in Snowflake.
 */
export async function provisionPart(event: ProvisionEvent, invocation: Invocation): Promise<ProvisionAnswer> {
  const { services, logger } = invocation;
  const { project } = services;
  const part = event.ResourceProperties.Part;
  if (part !== 'integration' && part !== 'objects') throw unknownPart(part);
  const PhysicalResourceId = `${project.snowflake.database}-${part}`;
  if (event.RequestType === 'Delete') {
    logger.info('deleted from the stack; everything in Snowflake stays', { part });
    return { PhysicalResourceId: event.PhysicalResourceId ?? PhysicalResourceId };
  }
  const warehouse = await connectWarehouse(await services.snowflake(), {
    queryTag: { project: project.name, step: 'provision' },
    signal: invocation.signal,
  });
  try {
    const options = {
      warehouse,
      project,
      contracts: [...recordedContracts(services.directory, project.tables).values()],
      staging: { bucket: services.staging.bucket },
    };
    if (part === 'integration') {
      const { storageUserArn, externalId } = await ensureStorageIntegration(options);
      return { PhysicalResourceId, Data: { StorageUserArn: storageUserArn, ExternalId: externalId } };
    }
    const { applied, notificationChannel } = await provision({
      ...options,
      onMigration: (name) => logger.info('migration', { name }),
    });
    logger.info('provisioned', { applied });
    return { PhysicalResourceId, Data: { NotificationChannel: notificationChannel } };
  } finally {
    await warehouse.close();
  }
}

function unknownPart(part: string | undefined): SluiceError {
  return new SluiceError({
    code: 'EVENT_INVALID',
    kind: 'usage',
    message: `A custom resource asks for the part ${part ?? '(none)'}.`,
    hint: 'There are integration and objects.',
  });
}

export const handler = lambdaHandler(provisionPart);
