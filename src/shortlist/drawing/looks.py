"""The looks of candidates: the hues of the pages in their light theme, and dashes to tell apart what shares a hue.

The pages have the same rule (`frontend/src/lib/palette.ts`), so a candidate looks in a picture as it does there.
"""

from collections.abc import Sequence

HUES = ("#2b4acb", "#c8471f", "#0b7d6c", "#9c36a6", "#8a6700", "#0a79a8", "#c02a6a", "#4f7a14")
DASHES = ("", "7 4", "2 3", "10 3 2 3", "4 2", "12 5")
_ALL = len(HUES) * len(DASHES)


def looks(iids: Sequence[int]) -> list[int]:
    """A number for each iid, taken from the iid so that it stays when others come and go: its remainder is the hue,
    its quotient the dash. The later of two that would look the same takes the next free look."""
    taken: set[int] = set()
    found: list[int] = []
    for iid in iids:
        look = iid % len(HUES)
        while look in taken and len(taken) < _ALL:
            look = (look + (len(HUES) if look + len(HUES) < _ALL else len(HUES) + 1)) % _ALL
        taken.add(look)
        found.append(look)
    return found
