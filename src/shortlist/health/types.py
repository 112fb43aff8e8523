"""Findings: what was looked at, how it is, and a sentence about it."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


class Finding(msgspec.Struct, frozen=True):
    """`sentence` says what is and, where it is not in order, what to do about it."""

    subject: str
    level: Level
    sentence: str


def ok(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.OK, sentence)


def warning(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.WARNING, sentence)


def problem(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.PROBLEM, sentence)
