"""What is done to many candidates at once: at most 1,000 of them, all of it or nothing."""

import msgspec

from shortlist.web.wire import CandidateChange


class CandidateEdits(msgspec.Struct):
    """New names, notes and metadata, each candidate once."""

    changes: list[CandidateChange]


class CandidateEdited(msgspec.Struct):
    """The changes that bring back what there was."""

    before: list[CandidateChange]


class CandidateChoice(msgspec.Struct):
    candidates: list[int]


class CandidateStars(msgspec.Struct):
    candidates: list[int]
    starred: bool


class CandidateMove(msgspec.Struct):
    """`experiment` is that that the candidates go to, with all that is nested below them."""

    candidates: list[int]
    experiment: int


class CandidatesFrom(msgspec.Struct):
    """Candidates and the experiment that they were in."""

    experiment: int
    candidates: list[int]


class CandidatesMoved(msgspec.Struct):
    """Who moved. Those that were in the experiment already are not among them."""

    before: list[CandidatesFrom]
