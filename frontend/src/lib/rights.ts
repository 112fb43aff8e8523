// What the caller may do, as the server lists it in `rights`.

interface Place {
  rights: readonly string[];
}

/** Whether the caller may take an action here, such as `member:write`. */
export function may(place: Place, right: string): boolean {
  return place.rights.includes(right);
}
