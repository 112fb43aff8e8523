"""Signing in with an OpenID Connect provider: who it says that somebody is, and who that is here."""
