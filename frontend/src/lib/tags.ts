// Tags at the head of a candidate: the metadata that people set.

import type { KeyValue } from '../api/schema';
import { isInternal } from './columns';

/** What CI wrote has a section of its own, with what is known of it. */
const CI = /^(ci\.|gitlab\.CI_)/;

export function tagsOf(metadata: readonly KeyValue[]): KeyValue[] {
  return metadata.filter(({ key }) => !isInternal(key) && !CI.test(key));
}
