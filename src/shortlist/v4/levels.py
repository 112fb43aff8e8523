"""GitLab's words for roles, visibilities and features, to ours and back."""

from shortlist.access.roles import FeatureAccess, Role, Visibility
from shortlist.errors import InvalidValue

_FEATURE_WORDS = {"enabled": FeatureAccess.PUBLIC, **{item.value: item for item in FeatureAccess}}


def role(number: int | None, field: str = "access_level") -> Role:
    """Raises InvalidValue: not a level that a member can have."""
    if number not in set(Role):
        known = ", ".join(f"{item.value} ({item.name.capitalize()})" for item in Role)
        raise InvalidValue(f"{field} does not have a valid value: it is one of {known}.", field=field)
    return Role(number)


def visibility(word: str | None) -> Visibility | None:
    """Raises InvalidValue: not a visibility. Nothing stays nothing."""
    if not word:
        return None
    if word not in list(Visibility):
        raise InvalidValue("visibility is one of private, internal and public.", field="visibility")
    return Visibility(word)


def feature(word: str | None, field: str) -> FeatureAccess | None:
    """Raises InvalidValue: not a feature's access level. Nothing stays nothing."""
    if not word:
        return None
    if word not in _FEATURE_WORDS:
        raise InvalidValue(f"{field} is one of enabled, private and disabled.", field=field)
    return _FEATURE_WORDS[word]


def feature_word(access: FeatureAccess) -> str:
    return "enabled" if access is FeatureAccess.PUBLIC else access.value
