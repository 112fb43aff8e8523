"""Text to tokens. Every token knows where it stands, so that every refusal can say it."""

from dataclasses import dataclass
from enum import StrEnum

from shortlist.errors import InvalidValue

MAX_LENGTH = 500_000

_OPERATOR = frozenset("=<>!")
_QUOTES = {"'": "text", '"': "quoted", "`": "name"}
_ENDS_WORD = frozenset("'\"`(),;") | _OPERATOR


class Kind(StrEnum):
    WORD = "word"
    TEXT = "text"  # 'in single quotes': always a value
    QUOTED = "quoted"  # "in double quotes": a value, or the name of a field
    NAME = "name"  # `in backticks`: always a name
    OPERATOR = "operator"
    OPEN = "("
    CLOSE = ")"
    COMMA = ","
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is without quotes and with doubled quotes undone; `start` and `end` are offsets from 0."""

    kind: Kind
    text: str
    start: int
    end: int

    def keyword(self) -> str:
        return self.text.upper() if self.kind is Kind.WORD else ""

    def shown(self) -> str:
        """The token as a message quotes it."""
        if self.kind is Kind.END:
            return "the end"
        return f"'{self.text[:60]}'"


def refusal(message: str, field: str, offset: int) -> InvalidValue:
    """The error of a text in the search language; `field` is the parameter that carried the text."""
    return InvalidValue(f"Invalid {field} at character {offset + 1}: {message}.", field=field, position=offset + 1)


def tokens(text: str, field: str) -> list[Token]:
    """The tokens of a text, the last of kind END.

    Raises:
        InvalidValue: the text is too long, a quote is not closed, or a character has no meaning.
    """
    if len(text) > MAX_LENGTH:
        raise refusal(f"expected at most {MAX_LENGTH} characters, found {len(text)}", field, MAX_LENGTH)
    _check_characters(text, field)
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token(text, place, field)
        found.append(token)
        place = token.end
    found.append(Token(Kind.END, "", len(text), len(text)))
    return found


def _token(text: str, start: int, field: str) -> Token:
    character = text[start]
    if character in _QUOTES:
        return _quoted(text, start, field)
    if character in "(),":
        return Token(Kind(character), character, start, start + 1)
    if character in _OPERATOR:
        end = start
        while end < len(text) and text[end] in _OPERATOR:
            end += 1
        return Token(Kind.OPERATOR, text[start:end], start, end)
    if character == ";":
        raise refusal("expected one expression, found ';'", field, start)
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in _ENDS_WORD:
        end += 1
    return Token(Kind.WORD, text[start:end], start, end)


def _quoted(text: str, start: int, field: str) -> Token:
    quote = text[start]
    parts: list[str] = []
    place = start + 1
    while True:
        end = text.find(quote, place)
        if end < 0:
            raise refusal(f"expected a closing {quote}, found the end", field, start)
        parts.append(text[place:end])
        if text[end + 1 : end + 2] != quote:
            return Token(Kind(_QUOTES[quote]), quote.join(parts), start, end + 1)
        place = end + 2


def _check_characters(text: str, field: str) -> None:
    """Refuse what no database holds: NUL, and half of a surrogate pair, which cannot be sent to one."""
    if text.isascii() and "\x00" not in text:
        return
    for offset, character in enumerate(text):
        if character == "\x00" or "\ud800" <= character <= "\udfff":
            raise refusal("expected text, found a character that is none", field, offset)
