"""Records of a sign-in with a provider, and why one comes to nothing."""

from enum import StrEnum

import msgspec

from shortlist.errors import DomainError


class Problem(StrEnum):
    """Why a sign-in came to nothing, in a word that is safe in an address; `SENTENCES` says it to people."""

    BLOCKED = "blocked"
    DENIED = "denied"
    DOMAIN = "domain"
    EMAIL_TAKEN = "email_taken"
    GROUP = "group"
    LINKED_ELSEWHERE = "linked_elsewhere"
    NO_ACCOUNT = "no_account"
    REFUSED = "refused"
    STALE = "stale"
    UNAVAILABLE = "unavailable"


# `{label}` is what the provider is called.
SENTENCES: dict[Problem, str] = {
    Problem.BLOCKED: "Your account is blocked. An administrator can unblock it.",
    Problem.DENIED: "{label} did not let you in, or you cancelled.",
    Problem.DOMAIN: "Your email address at {label} is not verified, or not of a domain that may sign in here.",
    Problem.EMAIL_TAKEN: "An account here has your email address. Sign in to it, then link {label} under Sign-in in "
    "your settings.",
    Problem.GROUP: "You are in no group at {label} whose people may sign in here.",
    Problem.LINKED_ELSEWHERE: "Another account here is linked with that identity at {label}.",
    Problem.NO_ACCOUNT: "You have no account here, and {label} does not make one. Ask an administrator.",
    Problem.REFUSED: "What {label} answered cannot be accepted. The server's log says why.",
    Problem.STALE: "This sign-in was begun elsewhere, too long ago, or has been used. Begin again.",
    Problem.UNAVAILABLE: "{label} does not answer. Try again in a moment.",
}


class SignInFailed(DomainError):  # noqa: N818 - as the family it belongs to
    """`problem` is for the person, the message for the log."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


class Person(msgspec.Struct, frozen=True):
    """Who somebody is, as a provider says. `email` is None unless the provider has verified it."""

    subject: str
    email: str | None
    username: str  # as the provider has it, by no rules of ours
    name: str
    groups: frozenset[str]

    @property
    def shown(self) -> str:
        return (self.email or self.username or self.name or self.subject)[:255]
