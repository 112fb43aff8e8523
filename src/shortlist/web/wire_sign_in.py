"""What the browser's JSON API takes and gives about ways to sign in."""

import msgspec


class SecondFactor(msgspec.Struct):
    """`since` is None where there is none."""

    since: int | None
    recovery_codes: int


class SignInProvider(msgspec.Struct):
    """`name` is in its addresses, `label` on its button."""

    name: str
    label: str


class SignInOptions(msgspec.Struct):
    """What the sign-in page offers, and why the last attempt with a provider came to nothing."""

    providers: list[SignInProvider]
    problem: str = ""


class SignInQuery(msgspec.Struct):
    """As a failed attempt puts it into the address."""

    problem: str = ""
    provider: str = ""


class Identity(msgspec.Struct):
    """Who the caller is at a provider, which is called by its issuer where this server no longer has it.

    What is the `only_way` into the account cannot be unlinked.
    """

    id: int
    provider: str
    shown: str
    created_at: int
    last_used_at: int | None
    only_way: bool


class IdentityPath(msgspec.Struct):
    identity: int


class LinkBegin(msgspec.Struct):
    provider: str


class Leave(msgspec.Struct):
    """Where the browser goes to."""

    url: str


class SignInMethods(msgspec.Struct):
    """How the caller signs in. `password` says whether there is one; `providers` are those that could be linked.

    `problem` is why the last attempt to link one came to nothing.
    """

    password: bool
    second_factor: SecondFactor
    identities: list[Identity]
    providers: list[SignInProvider]
    problem: str


class PasswordAgain(msgspec.Struct):
    """The caller's own password, which is asked for before this change."""

    current_password: str


class Enrolment(msgspec.Struct):
    """A secret for an authenticator, to be typed or read from `qr`, a picture as a data address. `uri` is in it."""

    secret: str
    uri: str
    qr: str


class Code(msgspec.Struct):
    code: str


class RecoveryCodes(msgspec.Struct):
    """Shown in this answer, and never again."""

    codes: list[str]
