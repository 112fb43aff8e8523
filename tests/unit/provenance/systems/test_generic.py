"""Any other issuer."""

import pytest

from shortlist.errors import InvalidValue, Unauthenticated
from shortlist.provenance import claims, rules
from shortlist.provenance.systems.generic import SYSTEM
from shortlist.provenance.types import NewPublisher


def test_the_subject_is_all_that_counts() -> None:
    who = claims.identity(SYSTEM, "https://ci.example", {"sub": "pipeline:7:main"})
    assert (who.project, who.facts.user, who.full_ref) == ("pipeline:7:main", "pipeline:7:main", "")
    with pytest.raises(Unauthenticated):
        claims.identity(SYSTEM, "https://ci.example", {"sub": 7.5})


def test_a_rule_names_the_whole_subject_and_no_ref() -> None:
    rules.check(NewPublisher(system="generic", issuer="https://ci.example", ci_project="pipeline:7:main"))
    for project, ref in (("pipeline:*", ""), ("x:y:z", "main")):
        with pytest.raises(InvalidValue):
            rules.check(NewPublisher(system="generic", issuer="https://ci.example", ci_project=project, ref=ref))
