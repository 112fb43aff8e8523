"""A project's rule, and what it comes to."""

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Delete candidates that ended so many days ago, but for the best few of each experiment, those that a model
    version was made from, those that anybody starred, and those with the metadata `shortlist.keep`."""

    delete_after_days: int
    keep_best: int = 10
    keep_promoted: bool = True
    keep_starred: bool = True


class Doomed(msgspec.Struct, frozen=True):
    """A candidate that the rule deletes. `ended_at` is in milliseconds since 1970 UTC."""

    iid: int
    experiment_iid: int
    name: str
    ended_at: int


class Plan(msgspec.Struct, frozen=True):
    """What a rule would delete now, the oldest first, how many that are, and how many old candidates it keeps, by
    reason. An answer may name only the first of those that go."""

    deleted: list[Doomed]
    going: int = 0
    kept_best: int = 0
    kept_promoted: int = 0
    kept_starred: int = 0
    kept_marked: int = 0


class Expired(msgspec.Struct, frozen=True):
    """How many of each were deleted so long ago that they go, or went, for good."""

    candidates: int = 0
    logged_models: int = 0
    experiments: int = 0

    def __add__(self, other: "Expired") -> "Expired":
        return Expired(
            self.candidates + other.candidates,
            self.logged_models + other.logged_models,
            self.experiments + other.experiments,
        )

    @property
    def total(self) -> int:
        return self.candidates + self.logged_models + self.experiments
