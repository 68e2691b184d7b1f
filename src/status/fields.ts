/**
 * What the fields of a status are made of. Names, required fields and bounds are those that the first version stored, since
 * it reads all or nothing: what is stored beside them is new fields, never other contents of an old one.
 */
import { z } from 'zod';

/**
 * Objects are read with the fields that this version does not know, so that they can be written back: another version of
 * the operator may have its memory there. To the type they are not there.
 */
const open = <S extends z.ZodRawShape>(shape: S): z.ZodObject<S> => z.looseObject(shape) as unknown as z.ZodObject<S>;

/** What people read: the API server knows all of its fields, and drops others. */
export const shown = open;

/** What the operator remembers: the API server keeps whatever it is given. */
export const remembered = <S extends z.ZodRawShape>(shape: S): z.ZodObject<S> =>
  open(shape).meta({ 'x-kubernetes-preserve-unknown-fields': true });

export const name = z.string().max(253);
export const sentence = z.string().max(2048);
export const instant = z
  .string()
  .max(40)
  .refine((text) => !Number.isNaN(Date.parse(text)), 'must be an instant such as 2026-01-05T08:00:00Z')
  .meta({ format: 'date-time' });
export const percent = z.number().int().min(0).max(100).meta({ format: 'int32' });
export const count = z.number();
export const word = z.string().max(64);
export const int32 = z.number().int().min(0).meta({ format: 'int32' });
export const int64 = z.number().int().min(0).meta({ format: 'int64' });

export const split = z.array(remembered({ revision: name, percent })).max(20);
/** Once it is decided that a revision goes: from then on no metrics are needed. */
export const convicted = remembered({ reason: word, message: sentence, at: instant });
