"""What a saved view may be."""

from urllib.parse import parse_qsl

from shortlist.errors import InvalidValue

MAX_NAME = 100
MAX_QUERY = 8_000
MAX_VIEWS = 200  # of an experiment, shared or one person's


def check_name(name: str) -> str:
    """Raises InvalidValue: a blank name, a long one, or one with line breaks."""
    trimmed = name.strip()
    if not trimmed:
        raise InvalidValue("A view needs a name.", field="name")
    if len(trimmed) > MAX_NAME or not trimmed.isprintable():
        raise InvalidValue(f"The name of a view has at most {MAX_NAME} characters, all on one line.", field="name")
    return trimmed


def check_query(query: str) -> str:
    """Raises InvalidValue: what is no query string, or one that is too long for an address."""
    if len(query) > MAX_QUERY:
        raise InvalidValue(f"The query of a view has at most {MAX_QUERY} characters.", field="query")
    # It becomes part of an address that browsers are sent to.
    if not query.isascii() or not query.isprintable() or any(letter in ' #\\"<>' for letter in query):
        raise InvalidValue("The query of a view is the query string of an address, percent-encoded.", field="query")
    if query:
        try:
            parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=1_000)
        except ValueError:
            raise InvalidValue("The query of a view is made of name=value pairs.", field="query") from None
    return query
