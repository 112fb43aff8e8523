"""The footer of a Parquet file that is made of whole smaller ones, each with one row group.

A small file lies in the large one as it is, its own footer included, so that it can be read alone; the footer at the
end names the row groups of all. The footer is Thrift's compact protocol:
https://parquet.apache.org/docs/file-format/metadata/ and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

MAGIC = b"PAR1"
_TAIL_BYTES = 8  # the footer's length, four bytes, and the magic

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12
_INTEGERS = (_I16, _I32, _I64)

# FileMetaData, RowGroup, ColumnChunk, ColumnMetaData: the fields that are used here.
_NUM_ROWS, _ROW_GROUPS, _KEY_VALUE = 3, 4, 5
_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
_CHUNK_OFFSET, _META, _OFFSET_INDEX, _COLUMN_INDEX = 2, 3, 4, 6
_PLACES_IN_META = (9, 10, 11, 14)  # data page, index page, dictionary page, bloom filter


class Field(NamedTuple):
    """A field of a struct: its type in the protocol, and its value (a struct is a dict of fields by number)."""

    kind: int
    value: Any


Struct = dict[int, Field]


class Items(NamedTuple):
    """A list: the type of its items, and the items."""

    kind: int
    values: list[Any]


class FooterOfMany:
    """Takes the footers of the small files in order, and makes that of the whole."""

    def __init__(self) -> None:
        self._first: Struct | None = None
        self._groups: list[Struct] = []
        self.rows = 0

    def add(self, content: bytes, offset: int) -> None:
        """A small file that lies at `offset` of the large one."""
        found = read(footer_of(content))
        if self._first is None:
            self._first = found
        for group in found[_ROW_GROUPS].value.values:
            self._groups.append(_moved(group, offset, len(self._groups)))
            self.rows += group[_GROUP_ROWS].value

    def end(self, facts: Mapping[str, str]) -> bytes:
        """The end of the large file, with `facts` as its key-value metadata; at least one small file was added."""
        if self._first is None:
            raise ValueError("a Parquet file of nothing")
        pairs = [{1: Field(_BINARY, name.encode()), 2: Field(_BINARY, text.encode())} for name, text in facts.items()]
        whole = self._first | {
            _NUM_ROWS: Field(_I64, self.rows),
            _ROW_GROUPS: Field(_LIST, Items(_STRUCT, self._groups)),
            _KEY_VALUE: Field(_LIST, Items(_STRUCT, pairs)),
        }
        content = write(whole)
        return content + struct.pack("<I", len(content)) + MAGIC


def footer_of(content: bytes) -> bytes:
    """The footer of a whole Parquet file."""
    (length,) = struct.unpack_from("<I", content, len(content) - _TAIL_BYTES)
    return content[len(content) - _TAIL_BYTES - length : len(content) - _TAIL_BYTES]


def _moved(group: Struct, offset: int, ordinal: int) -> Struct:
    columns = group[_COLUMNS].value
    moved = group | {
        _COLUMNS: Field(_LIST, Items(columns.kind, [_moved_column(item, offset) for item in columns.values]))
    }
    moved.pop(_ORDINAL, None)
    if ordinal < 1 << 15:
        moved[_ORDINAL] = Field(_I16, ordinal)
    return _shifted(moved, (_GROUP_OFFSET,), offset)


def _moved_column(column: Struct, offset: int) -> Struct:
    meta = _shifted(column[_META].value, _PLACES_IN_META, offset)
    moved = _shifted(column, (_OFFSET_INDEX, _COLUMN_INDEX), offset)
    # Not used by readers; since version 2.10 of the format writers set it to 0.
    return moved | {_META: Field(_STRUCT, meta), _CHUNK_OFFSET: Field(_I64, 0)}


def _shifted(fields: Struct, places: tuple[int, ...], offset: int) -> Struct:
    return fields | {
        number: Field(fields[number].kind, fields[number].value + offset) for number in places if number in fields
    }


def read(content: bytes) -> Struct:
    """A struct in the compact protocol."""
    return _Reader(content).struct()


def write(fields: Struct) -> bytes:
    """What `read` reads."""
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._by_kind: dict[int, Callable[[], Any]] = {
            _BYTE: self._byte,
            _DOUBLE: lambda: self._take(8),
            _BINARY: lambda: self._take(self._varint()),
            _LIST: self._items,
            _SET: self._items,
            _STRUCT: self.struct,
        } | dict.fromkeys(_INTEGERS, self._integer)

    def struct(self) -> Struct:
        fields: Struct = {}
        number = 0
        while head := self._byte():
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else self._integer()
            value = kind == _TRUE if kind in (_TRUE, _FALSE) else self._by_kind[kind]()
            fields[number] = Field(kind, value)
        return fields

    def _items(self) -> Items:
        head = self._byte()
        count = head >> 4 if head >> 4 != 15 else self._varint()
        kind = head & 15
        if kind in (_TRUE, _FALSE):
            return Items(kind, [self._byte() for _ in range(count)])
        return Items(kind, [self._by_kind[kind]() for _ in range(count)])

    def _byte(self) -> int:
        self._at += 1
        return self._content[self._at - 1]

    def _take(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number, field in sorted(fields.items()):
        step = number - before
        if 0 < step < 16:
            out.append(step << 4 | field.kind)
        else:
            out.append(field.kind)
            _write_varint(out, _zigzag(number))
        before = number
        if field.kind not in (_TRUE, _FALSE):
            _write_value(out, field.kind, field.value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind == _STRUCT:
        _write_struct(out, value)
    elif kind in (_LIST, _SET):
        count = len(value.values)
        out.append(min(count, 15) << 4 | value.kind)
        if count >= 15:
            _write_varint(out, count)
        for item in value.values:
            _write_value(out, value.kind, item)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind == _DOUBLE:
        out += value
    elif kind in _INTEGERS:
        _write_varint(out, _zigzag(value))
    else:
        out.append(value)


def _zigzag(value: int) -> int:
    return value << 1 if value >= 0 else (-value << 1) - 1


def _write_varint(out: bytearray, value: int) -> None:
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
