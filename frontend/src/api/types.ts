// Names for parts of the schema that the generator leaves inline.

import type { CandidateQuery, CandidateRow, CurveQuery } from './schema';

export type View = NonNullable<CandidateQuery['view']>;
export type Status = CandidateRow['status'];
export type Axis = NonNullable<CurveQuery['axis']>;
