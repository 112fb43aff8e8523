// Who is signed in.

import type { Session } from '../api/schema';

export const session: Session = $state({ user: null, csrf_token: '', version: '' });

export function setSession(next: Session): void {
  Object.assign(session, next);
}
