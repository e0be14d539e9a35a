/** @file Ends with 0 when Dawn finds an adapter. */
import { startDawn } from './dawn.ts';

const adapter = await (await startDawn()).requestAdapter();
process.exit(adapter ? 0 : 1);
