/** A thread that replays what it is handed, a cell at a time. */
import { answer } from '../../../src/rehearsal/threads.ts';
import { resultOf } from './work.ts';

answer(resultOf);
