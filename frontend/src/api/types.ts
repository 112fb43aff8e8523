// Names for parts of the schema that the generator leaves inline.

import type { CandidateQuery, CandidateRow, CurveQuery } from './schema';

export type View = NonNullable<CandidateQuery['view']>;
export type Status = CandidateRow['status'];
/** What a horizontal axis counts where it is no metric. */
export type Axis = Exclude<NonNullable<CurveQuery['axis']>, 'metric'>;
