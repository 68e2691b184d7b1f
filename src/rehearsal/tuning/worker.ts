/** A thread that plays the comparisons it is handed. */
import { answer } from '../threads.ts';
import { compared } from './comparison.ts';

answer(compared);
