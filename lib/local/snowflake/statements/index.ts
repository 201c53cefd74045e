import type { StatementHandler } from '../statement.ts';
import { accountHandlers } from './account.ts';
import { alterTableHandler } from './alter-table.ts';
import { commentHandler } from './comment.ts';
import { createTableHandler } from './create-table.ts';
import { databaseHandlers } from './databases.ts';
import { describeHandlers } from './describe.ts';
import { deleteHandler, insertHandler, updateHandler } from './dml.ts';
import { dropHandler, truncateHandler, undropHandler } from './drop-table.ts';
import { explainHandler } from './explain.ts';
import { functionHandlers } from './functions.ts';
import { grantHandlers } from './grants.ts';
import { mergeHandler } from './merge.ts';
import { selectHandler } from './select.ts';
import { sequenceHandlers } from './sequences.ts';
import { sessionHandlers } from './session.ts';
import { showHandlers } from './show.ts';
import { transactionHandlers } from './transactions.ts';
import { viewHandlers } from './views.ts';

/** Every statement that the server itself runs. */
export const coreHandlers: readonly StatementHandler[] = [
  selectHandler,
  insertHandler,
  updateHandler,
  deleteHandler,
  mergeHandler,
  truncateHandler,
  dropHandler,
  undropHandler,
  explainHandler,
  createTableHandler,
  alterTableHandler,
  ...viewHandlers,
  ...sequenceHandlers,
  ...functionHandlers,
  ...databaseHandlers,
  ...accountHandlers,
  ...grantHandlers,
  commentHandler,
  ...sessionHandlers,
  ...transactionHandlers,
  ...showHandlers,
  ...describeHandlers,
];
