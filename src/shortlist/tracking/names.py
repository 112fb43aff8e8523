"""Made-up names for candidates that were given none: easy to say, told apart by a number."""

import secrets

_QUALITIES = ["able", "amber", "agile", "azure", "bold", "brave", "bright", "brisk", "calm", "candid", "clear", "clever", "cosmic", "crisp", "curious", "daring", "deft", "eager", "early", "fair", "fleet", "fond", "fresh", "gentle", "glad", "golden", "grand", "happy", "hardy", "honest", "humble", "ivory", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow", "merry", "mighty", "modest", "neat", "nimble", "noble", "patient", "polite", "proud", "quick", "quiet", "rapid", "rare", "ready", "robust", "rustic", "sage", "serene", "sharp", "silent", "silver", "sincere", "sleek", "smart", "snug", "solid", "sound", "steady", "stout", "subtle", "sunny", "sure", "swift", "tidy", "tranquil", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zesty"]
_ANIMALS = ["ant", "ape", "badger", "bass", "bat", "bear", "beaver", "bee", "bison", "bream", "camel", "carp", "cat", "cod", "colt", "conch", "cow", "crab", "crane", "crow", "deer", "dingo", "dolphin", "dove", "duck", "eagle", "eel", "elk", "falcon", "finch", "fish", "flea", "fox", "frog", "gnat", "goat", "goose", "grouse", "gull", "hare", "hawk", "heron", "hog", "horse", "hound", "ibex", "jay", "kite", "koala", "lamb", "lark", "lion", "lynx", "mare", "mink", "mole", "moose", "moth", "mouse", "mule", "newt", "otter", "owl", "ox", "panda", "perch", "pig", "pony", "quail", "ram", "rat", "raven", "robin", "seal", "shad", "shark", "sheep", "shrew", "shrimp", "skink", "slug", "smelt", "snail", "snake", "sow", "sponge", "squid", "stag", "stoat", "stork", "swan", "tapir", "tern", "toad", "trout", "turtle", "vole", "wasp", "whale", "wolf", "worm", "wren", "yak", "zebra"]


def make_up_name() -> str:
    """A quality, an animal and a number under 1000, such as `calm-heron-417`."""
    return f"{secrets.choice(_QUALITIES)}-{secrets.choice(_ANIMALS)}-{secrets.randbelow(1000)}"
