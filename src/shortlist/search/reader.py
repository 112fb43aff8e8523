"""Tokens one by one, and the reading of fields: shared by filters and orders."""

from typing import NoReturn

from shortlist.search.fields import ANY, ATTRIBUTE, Entity
from shortlist.search.lexer import Kind, Token, refusal, tokens
from shortlist.search.tree import Field

_NAMES = (Kind.QUOTED, Kind.NAME)


class Reader:
    """A place in a text of the language. `parameter` is the name of the parameter that carried it.

    `loose` takes a name that is no field for a key whose group was left out.
    """

    def __init__(self, text: str, entity: Entity, parameter: str, *, loose: bool = False) -> None:
        self.entity = entity
        self.parameter = parameter
        self.loose = loose
        self._tokens = tokens(text, parameter)
        self._place = 0

    def peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._place + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        token = self.peek()
        self._place += 1
        return token

    def accept(self, *keywords: str) -> Token | None:
        """The next tokens, if they are these keywords; the first of them."""
        if any(self.peek(ahead).keyword() != keyword for ahead, keyword in enumerate(keywords)):
            return None
        first = self.peek()
        self._place += len(keywords)
        return first

    def expect(self, kind: Kind, what: str) -> Token:
        if self.peek().kind is not kind:
            self.fail(what)
        return self.take()

    def fail(self, expected: str, token: Token | None = None) -> NoReturn:
        token = token or self.peek()
        raise refusal(f"expected {expected}, found {token.shown()}", self.parameter, token.start)

    def refuse(self, message: str, offset: int) -> NoReturn:
        raise refusal(message, self.parameter, offset)

    def touches(self, ahead: int = 0) -> bool:
        """Whether no space is between two tokens."""
        return self.peek(ahead).end == self.peek(ahead + 1).start

    def has_prefix(self) -> bool:
        """Whether the next token begins with the prefix of a group: then it is a field and not a word to find."""
        token = self.peek()
        prefix, dot, _ = token.text.partition(".")
        return token.kind is Kind.WORD and dot == "." and self.entity.group_of(prefix) is not None

    def is_call(self) -> bool:
        return self.peek().kind is Kind.WORD and self.peek(1).kind is Kind.OPEN and self.touches()

    def field(self) -> Field:
        """A field: `name`, `metrics.loss`, `params."a b"`, `min(metrics.loss)`."""
        if not self.is_call():
            return self._plain_field()
        name = self.take()
        function = name.text.lower()
        self.take()
        inner = self._plain_field()
        if inner.group == ANY:
            inner = Field(self.entity.group_with(function) or ANY, inner.key, position=inner.position)
        group = self.entity.groups.get(inner.group)
        if function not in self.entity.functions():
            self.fail(f"one of the functions {', '.join(self.entity.functions()) or '(none)'}", name)
        if group is None or function not in group.functions:
            self.refuse(f"expected a field that {function}(...) can be taken of", inner.position)
        self.expect(Kind.CLOSE, "')' after the field")
        return Field(inner.group, inner.key, function, name.start)

    def _plain_field(self) -> Field:
        start = self.peek()
        if start.kind is not Kind.WORD and start.kind not in _NAMES:
            self.fail("a field")
        prefix, key = self._parts()
        if prefix is None:
            return self._attribute(key, start)
        group = self.entity.group_of(prefix)
        if group is None:
            return self._without_group(f"{prefix}.{key}", start)
        if group == ATTRIBUTE:
            return self._attribute(key, start)
        names = self.entity.groups[group].names
        if not key or (names is not None and key not in names):
            what = f"one of {', '.join(sorted(names))}" if names else "a key"
            self.refuse(f"expected {what} after '{prefix}.'", start.start)
        return Field(group, key, position=start.start)

    def _parts(self) -> tuple[str | None, str]:
        """Prefix and key; either may be quoted, and a key that is not may contain dots."""
        first = self.take()
        following = self.peek()
        touching = first.end == following.start
        if first.kind is Kind.WORD:
            prefix, dot, key = first.text.partition(".")
            if dot and not key and touching and following.kind in _NAMES:
                return prefix, self.take().text
            return (prefix, key) if dot else (None, first.text)
        if touching and following.kind is Kind.WORD and following.text.startswith("."):
            self.take()
            key = following.text[1:]
            quoted = not key and following.end == self.peek().start and self.peek().kind in _NAMES
            return first.text, self.take().text if quoted else key
        return None, first.text

    def _attribute(self, name: str, start: Token) -> Field:
        following = self.peek()
        if following.kind is Kind.WORD:
            spaced = self.entity.attribute(f"{name} {following.text}")
            if spaced is not None:
                self.take()
                return Field(ATTRIBUTE, spaced, position=start.start)
        found = self.entity.attribute(name)
        if found is None:
            return self._without_group(name, start)
        return Field(ATTRIBUTE, found, position=start.start)

    def _without_group(self, name: str, start: Token) -> Field:
        if not (self.loose and name):
            self._unknown(name, start)
        return Field(ANY, name, position=start.start)

    def _unknown(self, name: str, start: Token) -> NoReturn:
        self.refuse(f"expected one of {self.entity.described()}, found '{name[:60]}'", start.start)
