/** The embedded S3 as a process of its own; says its connection on one line, and ends with its standard input. */
import { startS3 } from '../../lib/local/s3/index.ts';
import { openStaging } from '../../lib/staging/index.ts';

const [directory = ''] = process.argv.slice(2);
const server = await startS3({ directory });
const { endpoint, region, credentials } = server;
const connection = { bucket: 'sluice-bench', endpoint, region, credentials };
const staging = openStaging(connection);
await staging.ensureBucket();
staging.close();
console.log(JSON.stringify(connection));
process.stdin.resume().on('end', () => server.stop().then(() => process.exit(0)));
