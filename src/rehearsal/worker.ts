/** A thread that rehearses what it is handed, a portion at a time. */
import { portionOf } from './job.ts';
import { answer } from './threads.ts';

answer(portionOf);
