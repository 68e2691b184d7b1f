/** What the fields of a status are made of; the bounds are the ones the first version stored, since it reads all or nothing. */
import { z } from 'zod';

export const name = z.string().max(253);
export const sentence = z.string().max(2048);
export const instant = z.string().max(40).meta({ format: 'date-time' });
export const percent = z.number().int().min(0).max(100).meta({ format: 'int32' });
export const count = z.number();
export const word = z.string().max(64);
export const int32 = z.number().int().min(0).meta({ format: 'int32' });
export const int64 = z.number().int().min(0).meta({ format: 'int64' });

/** One revision's integer share of the traffic. */
export const share = z.object({ revision: name, percent });
export const split = z.array(share).max(20);
export const shareSince = z.object({ revision: name, percent, since: instant });
