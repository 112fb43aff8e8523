"""Text to tree, by recursive descent. docs/search.md has the grammar."""

import math
import re

from shortlist.search.check import MAX_PATTERN, check_comparison, check_membership
from shortlist.search.fields import ANY, ATTRIBUTE, Entity
from shortlist.search.fields import Kind as FieldKind
from shortlist.search.lexer import Kind, Token
from shortlist.search.reader import Reader
from shortlist.search.tree import And, Comparison, Field, Membership, Node, Not, Null, Number, Or, Value, Words

# SQLite's parser has a stack of 100; each level of parentheses takes a few of its places.
MAX_DEPTH = 20
MAX_CONDITIONS = 200
MAX_VALUES = 50_000  # of one IN

KEYWORDS = frozenset(("AND", "OR", "NOT", "IN", "IS", "NULL", "LIKE", "ILIKE"))
_COMPARED = frozenset(("=", "!=", "<", "<=", ">", ">="))
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_INFINITY = re.compile(r"[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
_PRESENCE = ("missing", "has")
_STARTS = (Kind.WORD, Kind.TEXT, Kind.QUOTED, Kind.NAME, Kind.OPEN)


def parse(text: str, entity: Entity, parameter: str = "filter", *, loose: bool = False) -> Node | None:
    """The tree of a filter; None when the text is blank and so leaves nothing out.

    With `loose` it may have fields of the group ANY, which `resolve` gives their own.

    Raises:
        InvalidValue: the text is not of the language, or compares a field with what it cannot be compared with;
            `position` says where.
    """
    return _Parser(text, entity, parameter, loose=loose).whole()


class _Parser(Reader):
    def __init__(self, text: str, entity: Entity, parameter: str, *, loose: bool) -> None:
        super().__init__(text, entity, parameter, loose=loose)
        self._depth = 0
        self._conditions = 0

    def whole(self) -> Node | None:
        if self.peek().kind is Kind.END:
            return None
        found = self._any()
        if self.peek().kind is not Kind.END:
            self.fail("AND, OR or the end")
        return found

    def _any(self) -> Node:
        items = [self._all()]
        while self.accept("OR"):
            items.append(self._all())
        return items[0] if len(items) == 1 else Or(tuple(items))

    def _all(self) -> Node:
        items = [self._one()]
        while True:
            if self.accept("AND"):
                # MLflow passes over an AND at the very end, and clients that join conditions rely on it.
                if self.peek().kind is Kind.END:
                    break
            elif not (isinstance(items[-1], Words) and self._starts_operand()):
                break
            items.append(self._one())
        return items[0] if len(items) == 1 else And(tuple(items))

    def _starts_operand(self) -> bool:
        token = self.peek()
        return token.kind in _STARTS and (token.keyword() not in KEYWORDS or token.keyword() == "NOT")

    def _one(self) -> Node:
        token = self.peek()
        if token.keyword() == "NOT" or token.kind is Kind.OPEN:
            self.take()
            self._depth += 1
            if self._depth > MAX_DEPTH:
                self.refuse(f"expected at most {MAX_DEPTH} parentheses and NOTs inside each other", token.start)
            found = self._inner(token)
            self._depth -= 1
            return found
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            self.refuse(f"expected at most {MAX_CONDITIONS} conditions", token.start)
        return self._condition()

    def _inner(self, opening: Token) -> Node:
        if opening.kind is Kind.WORD:
            return Not(self._one())
        found = self._any()
        self.expect(Kind.CLOSE, "AND, OR or ')'")
        return found

    def _condition(self) -> Node:
        token = self.peek()
        if token.keyword() in KEYWORDS or token.kind not in _STARTS:
            self.fail("a condition or a word")
        if token.kind is Kind.TEXT:
            return self._words()
        if self.loose and not self._is_comparator(1):
            present = self._presence()
            if present is not None:
                return present
        if not self.has_prefix() and not self.is_call() and self._stands_alone():
            return self._words()
        field = self.field()
        return self._compared(field)

    def _presence(self) -> Null | None:
        """`missing:lr`, `has:params.lr`, `missing:"a b"`."""
        token, following = self.peek(), self.peek(1)
        word, colon, name = token.text.partition(":")
        if token.kind is not Kind.WORD or not colon or word.lower() not in _PRESENCE:
            return None
        negated = word.lower() == "has"
        if not name:
            quoted = following.kind in (Kind.QUOTED, Kind.NAME) and self.touches()
            return Null(self._key_after(token), negated) if quoted else None
        self.take()
        prefix, dot, key = name.partition(".")
        group = self.entity.group_of(prefix) if dot else None
        position = token.end - len(name)
        if group is None or group == ATTRIBUTE or not key:
            found = self.entity.attribute(key if group == ATTRIBUTE else name)
            return Null(Field(ANY, name, position=position) if found is None else Field(ATTRIBUTE, found), negated)
        names = self.entity.groups[group].names
        if names is not None and key not in names:
            self.refuse(f"expected one of {', '.join(sorted(names))} after '{prefix}.'", position)
        return Null(Field(group, key, position=position), negated)

    def _key_after(self, token: Token) -> Field:
        self.take()
        return Field(ANY, self.take().text, position=token.end)

    def _words(self) -> Words:
        token = self.take()
        if self._is_comparator():
            self.fail("a field before the comparator", token)
        if not token.text.strip():
            self.fail("a word", token)
        if len(token.text) > MAX_PATTERN:
            self.refuse(f"expected at most {MAX_PATTERN} characters", token.start)
        return Words(token.text)

    def _stands_alone(self) -> bool:
        """Whether the next token is a word to find: no comparator follows it or the name that it begins."""
        token, following = self.peek(), self.peek(1)
        if token.kind is Kind.NAME or (following.kind in (Kind.NAME, Kind.QUOTED) and self.touches()):
            return False
        if token.kind is Kind.QUOTED and self.touches() and following.text.startswith("."):
            return False
        spaced = following.kind is Kind.WORD and self.entity.attribute(f"{token.text} {following.text}") is not None
        return not self._is_comparator(2 if spaced else 1)

    def _is_comparator(self, ahead: int = 0) -> bool:
        token = self.peek(ahead)
        if token.keyword() == "NOT":
            return self.peek(ahead + 1).keyword() in ("IN", "LIKE", "ILIKE")
        return token.kind is Kind.OPERATOR or token.keyword() in ("IN", "IS", "LIKE", "ILIKE")

    def _compared(self, field: Field) -> Node:
        start = self.peek()
        if self.accept("IS"):
            negated = self.accept("NOT") is not None
            if not self.accept("NULL"):
                self.fail("NULL" if negated else "NULL or NOT NULL")
            return Null(field, negated)
        negated = self.accept("NOT") is not None
        if self.accept("IN"):
            return self._membership(field, start, negated=negated)
        token = self.take()
        comparator = token.keyword() or token.text
        if negated and comparator in ("LIKE", "ILIKE"):
            comparator = f"NOT {comparator}"
        elif comparator not in _COMPARED and comparator not in ("LIKE", "ILIKE"):
            self.fail("a comparator (=, !=, <, <=, >, >=, LIKE, ILIKE, IN, IS NULL)", token)
        place = self.peek().start
        found = Comparison(field, comparator, self._value(field), start.start, place)
        check_comparison(self.entity, found, self.parameter)
        return found

    def _membership(self, field: Field, start: Token, *, negated: bool) -> Membership:
        opening = self.expect(Kind.OPEN, "'(' and the values")
        values = [self._value(field)]
        while self.peek().kind is Kind.COMMA:
            comma = self.take()
            if self.peek().kind is Kind.CLOSE:
                break  # ('a',) is how a tuple of one is printed
            values.append(self._value(field))
            if len(values) > MAX_VALUES:
                self.refuse(f"expected at most {MAX_VALUES} values", comma.start)
        self.expect(Kind.CLOSE, "',' or ')'")
        found = Membership(field, tuple(values), negated, start.start, opening.start)
        check_membership(self.entity, found, self.parameter)
        return found

    def _value(self, field: Field) -> Value:
        token = self.peek()
        is_flag = self.entity.kind(field.group, field.key, field.function) is FieldKind.FLAG
        if token.kind in (Kind.TEXT, Kind.QUOTED) or (is_flag and token.kind is Kind.WORD):
            return self.take().text
        if is_flag:
            self.fail("true or false")
        number = number_of(token.text) if token.kind is Kind.WORD else None
        if number is None:
            self.fail("a number, or text in quotes")
        self.take()
        return number


def number_of(text: str) -> Number | None:
    """The number that a word writes; integers of up to 18 digits stay exact."""
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= 400 and _NUMBER.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return -math.inf if text.startswith("-") else math.inf
    return None
