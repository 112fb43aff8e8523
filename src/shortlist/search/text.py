"""Filters made from what people type into a box for names. Pure."""


def name_contains(text: str) -> str:
    """A filter for names that have the text in them, in any case; none for a blank text."""
    escaped = text.strip()
    for character, instead in (("\\", "\\\\"), ("%", "\\%"), ("_", "\\_"), ("'", "''")):
        escaped = escaped.replace(character, instead)
    return f"name ILIKE '%{escaped}%'" if escaped else ""
