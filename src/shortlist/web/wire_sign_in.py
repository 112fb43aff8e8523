"""What the browser's JSON API takes and gives about ways to sign in."""

import msgspec


class SecondFactor(msgspec.Struct):
    """`since` is None where there is none."""

    since: int | None
    recovery_codes: int


class SignInMethods(msgspec.Struct):
    """How the caller signs in. `password` says whether there is one."""

    password: bool
    second_factor: SecondFactor


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
